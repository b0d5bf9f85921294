import type { VNode } from "preact";
import { html } from "htm/preact";
import { clockTime } from "../model/time.ts";
import type { Report } from "./report.ts";
import type { SystemReport } from "./systems.ts";

/** What went otherwise than planned, before anything else. */
export const exceptions = (r: Report): VNode | null =>
  r.exceptions.length === 0
    ? null
    : html`<section class="note due">
        <h2>Exceptions: skipped, or allowed to fail</h2>
        <ul>
          ${r.exceptions.map((e) => html`<li><b>${e.step}</b>${`: ${e.says}`}</li>`)}
        </ul>
      </section>`;

/** Each system with its own verdict and figures; nothing for one alone. */
export const systemsTable = (r: Report): VNode | null =>
  r.systems.length < 2
    ? null
    : html`<h2>System by system</h2>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>System</th>
                <th>Verdict</th>
                <th>Away (RTO)</th>
                <th>Data lost (RPO)</th>
              </tr>
            </thead>
            <tbody>
              ${r.systems.map(row)}
            </tbody>
          </table>
        </div>`;

const row = (x: SystemReport): VNode =>
  html`<tr>
    <td class="id">${x.system}${x.mode === "unplanned" ? html`<small>unplanned</small>` : null}</td>
    <td class=${`v ${toneOf(x)}`}>
      ${x.state}${x.failed.map((f) => html`<small>${`${f.step}: ${f.says}`}</small>`)}
      ${x.state === "up" || x.waitsFor.length === 0 ? null : html`<small>${`its services wait for ${x.waitsFor.join(", ")}`}</small>`}
    </td>
    <td>${figure(x.outageSec ?? x.cutOverSec, x.targets?.rtoMin, x.upAt !== undefined)}</td>
    <td>
      ${x.lossSec === undefined ? "no point yet" : figure(x.lossSec, x.targets?.rpoMin, x.openAt !== undefined)}
    </td>
  </tr>`;

const toneOf = ({ state }: SystemReport): "good" | "bad" | "due" =>
  state === "up" ? "good" : state === "failed" ? "bad" : "due";

function figure(sec: number, targetMin: number | undefined, ended: boolean): string {
  if (targetMin === undefined) return clockTime(sec);
  const over = sec - 60 * targetMin;
  return `${clockTime(sec)}, target ${clockTime(60 * targetMin)}${over > 0 ? `: missed by ${clockTime(over)}` : ended ? ": met" : ""}`;
}
