import { html } from "htm/preact";
import { moment } from "../model/time.ts";
import { heldText, stuckOf, type DeclarationReport } from "./declaration.ts";
import { readinessLine } from "./html-readiness.ts";
import { namedValues } from "./html-rows.ts";
import { pageOf } from "./page.ts";
import { siteNamed } from "../model/site-text.ts";

/** The report of a declaration that no activation used, as one HTML page. */
export function renderDeclaration(r: DeclarationReport): string {
  const at = (sec: number): string => moment(sec, r.from.timeZone);
  const stuck = stuckOf(r);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Declared by", r.as],
    ["Declared", at(r.declaredSec)],
    ["What", r.asked],
    ["Incident", r.incident],
    ["Disaster, as declared", r.disasterSec === undefined ? undefined : at(r.disasterSec)],
    ["What became of it", r.ended ? `${r.ended.says}, ${at(r.ended.atSec)}` : "it stands"],
    ["Why", r.ended?.reason],
    ...r.held.map((h) => [`Held ${h.part}`, heldText(h, r.from.timeZone)] as const),
    [
      "Readiness before it",
      r.before ? readinessLine(r.before, r.from.timeZone) : "had not run for a move to that site",
    ],
  ];
  const what = r.outcome === "standing" ? "and begun by nobody yet" : (r.ended?.says ?? r.outcome);
  return pageOf(`${r.estate}: a declared move to ${r.to.id} that did not begin`, [
    html`<p class="over">
      <b>${r.estate}</b
      >${` · entry ${String(r.declaration)} · ${r.mode} move to `}<b>${siteNamed(r.to.id, r.to.place)}</b>${` · ${r.outcome}`}
    </p>`,
    stuck.length > 0 && r.ended
      ? html`<section class="note waived">
          <h2>${`STILL HELD: ${stuck.map((h) => h.part).join(", ")}`}</h2>
          <p class="todo">
            Restores stand still, and the standby falls behind. Do: "parallel-standby withdraw --as YOUR-NAME"
            again
          </p>
        </section>`
      : null,
    html`<h1>${`Declared by ${r.as}, ${what}: nothing was moved`}</h1>`,
    namedValues(rows),
    html`<footer>
      <p>
        ${`Times are UTC, and in brackets, with their offset, those of ${r.from.id} (${r.from.timeZone}) where its clocks differ. Drawn from the journal alone.`}
      </p>
      ${namedValues([
        ["Journal began", r.hashes.genesis],
        [`Journal at entry ${String(r.hashes.headSeq)}`, r.hashes.head],
      ])}
    </footer>`,
  ]);
}
