import type { VNode } from "preact";
import { clockTime } from "../model/time.ts";
import { html } from "htm/preact";
import type { Report } from "./report.ts";
import { marksOf, type Bar } from "./timeline.ts";

const width = 1000;
const left = 188;
const right = 74;
const top = 40;
const rowHeight = 27;

/** The timeline as a drawing: a row a phase, its span pale, its steps solid, the point of no return as a dashed line. */
export function drawing({ timeline, noReturnSec, startedSec }: Report): VNode {
  const { rows, lengthSec } = timeline;
  const bottom = top + rows.length * rowHeight;
  const x = (sec: number): number =>
    round(left + (lengthSec === 0 ? 0 : (sec / lengthSec) * (width - left - right)));
  const turn = noReturnSec === undefined ? undefined : Math.min(noReturnSec - startedSec, lengthSec);
  return html`<svg
    viewBox=${`0 0 ${String(width)} ${String(bottom + 22)}`}
    role="img"
    aria-label="Phases over time"
  >
    ${marksOf(lengthSec).map(
      (sec) =>
        html`<g>
          <line class="grid" x1=${x(sec)} x2=${x(sec)} y1=${top - 6} y2=${bottom} />
          <text x=${x(sec)} y=${top - 12} text-anchor="middle">${clockTime(sec)}</text>
        </g>`,
    )}
    ${rows.map((row, i) => {
      const y = top + i * rowHeight;
      return html`<g>
        <text class="phase" x="18" y=${y + 17}>${row.phase}</text>
        <rect class="span" x=${x(row.fromSec)} y=${y + 4} width=${wide(row)} height=${rowHeight - 9} rx="3" />
        ${row.bars.map(
          (bar) =>
            html`<rect
              class=${`step ${toneOf(bar.standing)}`}
              x=${x(bar.fromSec)}
              y=${y + 8}
              width=${wide(bar)}
              height=${rowHeight - 17}
              rx="2"
            >
              <title>${`${bar.step}: ${bar.standing}, ${clockTime(bar.toSec - bar.fromSec)}`}</title>
            </rect>`,
        )}
        <text x=${x(row.toSec) + 8} y=${y + 17}>${clockTime(row.toSec - row.fromSec)}</text>
      </g>`;
    })}
    ${
      turn === undefined
        ? null
        : html`<g>
            <line class="turn" x1=${x(turn)} x2=${x(turn)} y1=${top - 6} y2=${bottom + 2} />
            <text class="turn-text" x=${x(turn)} y=${bottom + 15} text-anchor="middle">no return</text>
          </g>`
    }
  </svg>`;

  function wide({ fromSec, toSec }: Pick<Bar, "fromSec" | "toSec">): number {
    return round(Math.max(3, x(toSec) - x(fromSec)));
  }
}

const round = (n: number): number => Math.round(n * 10) / 10;

/** The colour of a standing: nothing for what went well. */
export function toneOf(standing: Bar["standing"]): "good" | "bad" | "due" {
  if (standing === "done" || standing === "already") return "good";
  return standing === "failed" || standing === "refused" || standing === "waived" ? "bad" : "due";
}
