import type { VNode } from "preact";
import { html } from "htm/preact";
import { activeStack } from "../model/site.ts";
import { moment } from "../model/time.ts";
import type { Consent } from "./consents.ts";
import type { Report } from "./report.ts";
import { settledTogether, whyWaived } from "./waiver-text.ts";
import type { Waiver } from "./waivers.ts";

/** What was waived: in red what still rests on somebody's word, then what was settled, how and when. */
export function waived({ waivers, to, from: { timeZone } }: Report): VNode | null {
  if (waivers.length === 0) return null;
  const open = waivers.filter((w) => !w.settled);
  const settled = settledTogether(waivers);
  return html`<div>
    ${
      open.length === 0
        ? null
        : html`<section class="note waived">
            <h2>Waived and NOT SETTLED: not done or not proven, and somebody answers for it</h2>
            <ul>
              ${open.map((w) => html`<li><b>${w.what}</b>${`: ${whyWaived(w, moment(w.atSec, timeZone))}`}${small(w)}</li>`)}
            </ul>
            ${open.some((w) => w.open.length > 0) ? html`<p class="todo">${`Do: "pulumi up -s ${activeStack(to.id)}" again as soon as what is named here answers`}</p>` : null}
          </section>`
    }
    ${
      settled.length === 0
        ? null
        : html`<section class="note settled">
            <h2>Waived, and settled since</h2>
            <ul>
              ${settled.map(
                ({ what, why, says, atSec }) =>
                  html`<li>
                    <b>${what}</b>${why === undefined ? "" : `: ${why}`}
                    <small>${`settled ${moment(atSec, timeZone)}: ${says}`}</small>
                  </li>`,
              )}
            </ul>
          </section>`
    }
  </div>`;
}

const small = ({ although, open, what }: Waiver): VNode | null => {
  const lines = [
    ...(although === undefined ? [] : [`although: ${although.join("; ")}`]),
    ...(open.length === 0 || what === `step ${open.join()}` ? [] : [`settled by: ${open.join(", ")}`]),
  ];
  return lines.length === 0 ? null : html`<small>${lines.join("; ")}</small>`;
};

/** Every word that somebody gave, in order, with what came of it. */
export const consentsTable = (consents: readonly Consent[], timeZone: string): VNode | null =>
  consents.length === 0
    ? null
    : html`<h2>Who said what</h2>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>What, and why</th>
                <th>What came of it</th>
              </tr>
            </thead>
            <tbody>
              ${consents.map(
                (c) =>
                  html`<tr>
                    <td class="when">${moment(c.atSec, timeZone)}</td>
                    <td class="who">${c.second === undefined ? c.as : `${c.as} and ${c.second}`}</td>
                    <td>
                      <b>${c.what}</b>${` ${c.about}`}
                      ${c.reason === undefined ? null : html`<small>${`because: ${c.reason}`}</small>`}
                    </td>
                    <td>
                      ${c.came === undefined ? "" : html`${c.came.says}<small>${moment(c.came.atSec, timeZone)}</small>`}
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`;
