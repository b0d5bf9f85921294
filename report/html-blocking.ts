import type { VNode } from "preact";
import { html } from "htm/preact";
import { moment } from "../model/time.ts";
import { howText } from "./blocking.ts";
import type { Report } from "./report.ts";

/** What stands in the way and what to do, before anything else; what has taken the place of one that never ended. */
export const blocking = (r: Report): VNode | null =>
  r.blocking.length === 0 && r.endedBy === undefined && r.waysOn === undefined
    ? null
    : html`<section class=${`note ${r.blocking.some((b) => b.how === "failed") ? "waived" : "due"}`}>
        <h2>${title(r)}</h2>
        ${
          r.blocking.length === 0
            ? null
            : html`<ul>
                ${r.blocking.map(
                  (b) =>
                    html`<li>
                      <b>${`${b.step} ${howText[b.how]}`}</b>${`: ${b.says}`}
                      <small>${moment(b.atSec, r.from.timeZone)}</small>
                      ${r.endedBy === undefined ? html`<span class="todo">${`Do: ${b.todo}`}</span>` : null}
                    </li>`,
                )}
              </ul>`
        }
        ${r.endedBy === undefined ? null : html`<p>${`Since then: ${r.endedBy}.`}</p>`}
        ${r.waysOn === undefined ? null : html`<p class="todo">${`Then: ${r.waysOn}`}</p>`}
      </section>`;

function title(r: Report): string {
  if (r.endedBy !== undefined) return "This activation did not end by itself";
  const failed = r.blocking.filter((b) => b.how === "failed").length;
  if (failed > 0)
    return failed === 1 ? "STOPPED: one step has failed" : `STOPPED: ${String(failed)} steps have failed`;
  if (r.state === "in doubt") return "IN DOUBT: the old site is not given back yet";
  return r.blocking.some((b) => b.how === "waits") ? "WAITING for people" : "NOT FINISHED";
}
