import type { VNode } from "preact";
import { html } from "htm/preact";
import { clockTime, moment } from "../model/time.ts";
import type { DatabaseLoss } from "./databases.ts";
import { pointLossText } from "./loss.ts";
import { isOpen, type Report, type ReportPoint } from "./report.ts";

/** What each database lost, group by group: its point, the newest log at hand, and where the loss lies. */
export const lossByDatabase = (r: Report): VNode | null =>
  r.points.length === 0
    ? null
    : html`<h2>
          ${isOpen(r) ? "What was lost, database by database" : "What would be lost, database by database"}
        </h2>
        ${r.points.map(
          (p) =>
            html`<p>${pointLine(p, r)}</p>
              <div class="wide">
                <table>
                  <thead>
                    <tr>
                      <th>Database</th>
                      <th>Its point</th>
                      <th>Newest log here, and up to when it reaches</th>
                      <th>${isOpen(r) ? "Lost" : "Would be lost"}</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${p.databases.map((d) => row(d, p, r.from.timeZone))}
                  </tbody>
                </table>
              </div>`,
        )}`;

const pointLine = (p: ReportPoint, r: Report): string =>
  [
    `${p.group}: ${p.to === "end" ? "to the end of the logs, " : "to one moment, "}${moment(p.atSec, r.from.timeZone)}`,
    `frozen ${moment(p.frozenSec, r.from.timeZone)}`,
    ...(p.asked === undefined ? [] : [`asked for: ${p.asked}`]),
    `${pointLossText(p, isOpen(r))}. One point for all of its databases.`,
  ].join("; ");

const row = (d: DatabaseLoss, { to }: ReportPoint, timeZone: string): VNode =>
  html`<tr>
    <td class="id">${d.database}</td>
    <td>
      ${moment(d.atSec, timeZone)}<small
        >${to === "end" ? "latest: the end of its logs" : `to time; it could go back to ${moment(d.fromSec, timeZone)}`}</small
      >
    </td>
    <td class="proof"><code>${d.evidence}</code><small>${moment(d.newestSec, timeZone)}</small></td>
    <td>
      ${d.lossSec === 0 ? "nothing" : clockTime(d.lossSec)}
      ${d.unshippedSec > 0 ? html`<small>${`${clockTime(d.unshippedSec)} never left its source`}</small>` : null}
      ${d.leftOutSec > 0 ? html`<small>${`${clockTime(d.leftOutSec)} lies in logs here, after the point`}</small>` : null}
    </td>
  </tr>`;
