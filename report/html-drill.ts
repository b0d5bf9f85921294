import type { VNode } from "preact";
import { html } from "htm/preact";
import { moment } from "../model/time.ts";
import { dataOnly } from "./entry-text.ts";
import type { DrillReport } from "./drill.ts";
import { namedValues } from "./html-rows.ts";
import { pageOf } from "./page.ts";

/** The report of a drill as one HTML page: what failed and what is left first. */
export function renderDrill(r: DrillReport): string {
  const at = (iso: string): string => moment(Date.parse(iso) / 1000, r.timeZone);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Declared by", `${r.as}, ${at(r.declaredAt)}`],
    ["Scope", dataOnly],
    ["Point asked for", r.asked],
    ["Begun", r.startedAt === undefined ? "it has not begun" : at(r.startedAt)],
    ["Copies may stay until", r.startedAt === undefined ? undefined : at(r.dueAt)],
    ["Verified", r.verifiedAt === undefined ? "NOT VERIFIED" : at(r.verifiedAt)],
    ["Swept", r.sweptAt === undefined ? "not yet" : at(r.sweptAt)],
  ];
  return pageOf(`Drill ${String(r.drill)} at ${r.site}`, [
    html`<p class="over"><b>${r.estate}</b>${` · drill ${String(r.drill)} at ${r.site}`}</p>`,
    trouble(
      "Failed",
      r.failed.map((f) => [f.step, f.says] as const),
      r.sweptAt === undefined
        ? 'mend it and run "pulumi up -s dr-drill" again, or sweep the drill'
        : undefined,
    ),
    trouble(
      "Not removed",
      r.left.map((line) => ["", line] as const),
      '"parallel-standby drill sweep --as YOUR-NAME" again once what holds it has let go',
    ),
    html`<h1>${`Drill ${String(r.drill)} at ${r.site}: ${r.outcome}`}</h1>`,
    namedValues(rows),
    r.points.length === 0
      ? null
      : html`<div>
          <h2>What was copied, at which point</h2>
          ${r.points.map(
            (p) =>
              html`<p>${`${p.group}: ${p.to === "end" ? "the end of its logs, " : ""}${at(p.at)}`}</p>
                <ul>
                  ${p.databases.map((d) => html`<li>${d}</li>`)}
                </ul>`,
          )}
        </div>`,
    r.verified.length === 0
      ? null
      : html`<div>
          <h2>What was seen</h2>
          <ul>
            ${r.verified.map((line) => html`<li>${line}</li>`)}
          </ul>
        </div>`,
    html`<footer>
      <p>
        ${`Times are UTC, and in brackets, with their offset, those of ${r.timeZone} where its clocks differ. Drawn from the journal alone.`}
      </p>
    </footer>`,
  ]);
}

const trouble = (
  title: string,
  lines: readonly (readonly [name: string, says: string])[],
  todo: string | undefined,
): VNode | null =>
  lines.length === 0
    ? null
    : html`<section class="note waived">
        <h2>${title}</h2>
        <ul>
          ${lines.map(([name, says]) => html`<li>${name === "" ? null : html`<b>${name}</b>${": "}`}${says}</li>`)}
        </ul>
        ${todo === undefined ? null : html`<p class="todo">${`Do: ${todo}`}</p>`}
      </section>`;
