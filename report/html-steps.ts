import type { VNode } from "preact";
import { html } from "htm/preact";
import { reportedPhases } from "../model/phase.ts";
import { clockTime } from "../model/time.ts";
import { toneOf } from "./drawing.ts";
import type { StepLine } from "./verdicts.ts";

const known: ReadonlySet<string> = new Set(reportedPhases);

/** Every step by phase, with its verdict, its sentence and how long it took. */
export function stepsTable(all: readonly StepLine[]): VNode {
  const groups = ["" as const, ...reportedPhases].flatMap((phase) => {
    const lines = all.filter((s) => (known.has(s.phase) ? s.phase : "") === phase);
    return lines.length > 0 ? [{ phase, lines }] : [];
  });
  return html`<div class="wide">
    <table>
      ${groups.map(
        ({ phase, lines }) =>
          html`<tbody>
            <tr>
              <th colspan="4">${phase === "" ? "other" : phase}</th>
            </tr>
            ${lines.map(stepRow)}
          </tbody>`,
      )}
    </table>
  </div>`;
}

const stepRow = (s: StepLine): VNode =>
  html`<tr>
    <td class="id">${s.step}</td>
    <td class=${`v ${toneOf(s.standing)}`}>${s.standing}</td>
    <td>
      ${s.says}${s.vain > 0 ? html`<small>${`after ${String(s.vain)} ${s.vain === 1 ? "try" : "tries"} in vain`}</small>` : null}
    </td>
    <td class="num">${s.toSec === undefined ? "…" : clockTime(s.toSec - s.fromSec)}</td>
  </tr>`;
