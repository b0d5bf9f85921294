import type { VNode } from "preact";
import { html } from "htm/preact";
import { chaptersOf, type Runbook } from "./runbook.ts";

const width = 1000;
const left = 190;
const boxWidth = 34;
const boxHeight = 22;
const gap = 9;
const rowGap = 16;
const perRow = Math.floor((width - left - 20) / (boxWidth + gap));

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The order of the steps as a drawing: a line of boxes a phase, each box the number of its step, a line from each to what waits for it. */
export function graph(runbook: Runbook): VNode {
  const spots = new Map<number, Spot>();
  const labels: { readonly phase: string; readonly y: number }[] = [];
  let y = 16;
  for (const { phase, steps } of chaptersOf(runbook)) {
    labels.push({ phase, y: y + 15 });
    steps.forEach((step, i) => {
      if (i > 0 && i % perRow === 0) y += boxHeight + gap;
      spots.set(step.number, { x: left + (i % perRow) * (boxWidth + gap), y });
    });
    y += boxHeight + rowGap;
  }
  const edges = runbook.steps.flatMap((step) =>
    step.after.flatMap((before) => {
      const [from, to] = [spots.get(before), spots.get(step.number)];
      return from && to ? [{ from, to }] : [];
    }),
  );
  const turn = runbook.noReturn === undefined ? undefined : spots.get(runbook.noReturn);
  return html`<svg
    viewBox=${`0 0 ${String(width)} ${String(y)}`}
    role="img"
    aria-label="Which step waits for which"
  >
    ${edges.map(({ from, to }) => html`<path class="edge" d=${path(from, to)} />`)}
    ${turn ? html`<line class="turn" x1="14" x2=${width - 14} y1=${turn.y - rowGap / 2} y2=${turn.y - rowGap / 2} />` : null}
    ${labels.map((l) => html`<text class="phase" x="18" y=${l.y}>${l.phase}</text>`)}
    ${runbook.steps.map((step) => {
      const spot = spots.get(step.number) ?? { x: 0, y: 0 };
      return html`<g>
        <rect
          class=${step.optional ? "box optional" : "box"}
          x=${spot.x}
          y=${spot.y}
          width=${boxWidth}
          height=${boxHeight}
          rx="4"
        >
          <title>${step.what}</title>
        </rect>
        <text x=${spot.x + boxWidth / 2} y=${spot.y + 15} text-anchor="middle">${step.number}</text>
      </g>`;
    })}
  </svg>`;
}

/** From the lower edge of a box to the upper edge of another; within a line of boxes, from side to side. */
function path(from: Spot, to: Spot): string {
  if (from.y === to.y) {
    const y = from.y + boxHeight / 2;
    return `M${String(from.x + boxWidth)} ${String(y)} L${String(to.x)} ${String(y)}`;
  }
  const start = { x: from.x + boxWidth / 2, y: from.y + boxHeight };
  const end = { x: to.x + boxWidth / 2, y: to.y };
  const bend = (end.y - start.y) / 2;
  return `M${String(start.x)} ${String(start.y)} C${String(start.x)} ${String(start.y + bend)} ${String(end.x)} ${String(end.y - bend)} ${String(end.x)} ${String(end.y)}`;
}
