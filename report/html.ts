import { Fragment, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { reportedPhases } from "../model/phase.ts";
import { clockTime, durationText, moment } from "../model/time.ts";
import { drawing, toneOf } from "./drawing.ts";
import { html } from "htm/preact";
import { headline } from "./headline.ts";
import { exceptions, systemsTable } from "./html-systems.ts";
import { modeChangedText } from "./mode-changes.ts";
import { pointLossText } from "./loss.ts";
import { isOpen, type Report, type ReportSite } from "./report.ts";
import { style } from "./style.ts";
import type { StepLine } from "./verdicts.ts";

/**
 * A report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. Whatever the
 * journal holds is shown as text, never as markup.
 */
export function renderHtml(report: Report): string {
  const title = `${report.estate}: activation ${String(report.epoch)}, ${report.from.id} to ${report.to.id}`;
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      ${h("style", { dangerouslySetInnerHTML: { __html: style } })}
    </head>
    <body>
      <main>
        ${head(report)} ${exceptions(report)} ${figures(report)} ${systemsTable(report)} ${waived(report)}
        ${due(report)}
        <h2>What was asked, and when</h2>
        ${circumstances(report)} ${data(report)}
        <h2>Phases over time</h2>
        ${drawing(report)}
        ${report.timeline.later > 0 ? html`<p class="over">${`Not drawn: ${String(report.timeline.later)} steps that ran after it had completed.`}</p>` : null}
        <h2>Every step</h2>
        ${steps(report)} ${evidence(report)}
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${renderToString(h(Fragment, null, page))}\n`;
}

const named = (s: ReportSite): string => (s.place === s.id ? s.id : `${s.id} (${s.place})`);

const head = (r: Report): VNode =>
  html`<p class="over">
      <b>${r.estate}</b
      >${` · activation ${String(r.epoch)} · ${r.mode} move from ${named(r.from)} to `}<b>${named(r.to)}</b>${` · ${r.outcome}`}
    </p>
    <h1>${sentence(headline(r))}</h1>`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function figures(r: Report): VNode {
  const card = (name: string, sec: number, targetMin: number | undefined, more?: string): VNode => {
    const target = targetMin === undefined ? undefined : targetMin * 60;
    const met = target === undefined || sec <= target;
    const share =
      target === undefined || target === 0 ? (sec > 0 ? 100 : 0) : Math.min(100, (100 * sec) / target);
    return html`<div class="card">
      <div class="name">${name}</div>
      <div class="figure">${clockTime(sec)}</div>
      ${
        target === undefined
          ? null
          : html`<div class=${`gauge${met ? "" : " over-target"}`}>
                <i style=${`width:${share.toFixed(1)}%`}></i>
              </div>
              <div class="against">
                ${`target ${clockTime(target)}: `}<span class=${met ? "met" : "missed"}
                  >${met ? "met" : `missed by ${clockTime(sec - target)}`}</span
                >
              </div>`
      }
      ${more === undefined ? null : html`<div class="against">${more}</div>`}
    </div>`;
  };
  const isPlanned = r.outageSec === undefined;
  const took = {
    completed: "Cut over in",
    "completed with exceptions": "Cut over in",
    abandoned: "Abandoned after",
    unfinished: "Running for",
  }[r.outcome];
  const isMeasured = isPlanned && r.outcome !== "abandoned";
  const accepted =
    r.mode === "unplanned"
      ? `to the declared time of the disaster; ${durationText(r.acceptLossSec)} was accepted`
      : undefined;
  const since =
    r.epochs.length > 1
      ? `since the first of ${String(r.epochs.length)} activations: it was declared anew`
      : undefined;
  return html`<div class="cards">
    ${r.outageSec === undefined ? null : card("Since the disaster (RTO)", r.outageSec, r.outcome === "abandoned" ? undefined : r.targets.rtoMin, "from its declared time to the end of the cutover, with the time to decide")}
    ${card(`${took}${isMeasured && r.outcome !== "unfinished" ? " (RTO)" : ""}`, r.cutOverSec, isMeasured ? r.targets.rtoMin : undefined, since)}
    ${r.lossSec === undefined || (r.outcome === "abandoned" && !isOpen(r)) ? null : card(isOpen(r) ? "Data lost (RPO)" : "Data that would be lost (RPO)", r.lossSec, r.targets.rpoMin, accepted)}
  </div>`;
}

const waived = (r: Report): VNode | null =>
  r.waivers.length === 0
    ? null
    : html`<section class="note waived">
        <h2>Waived: not done or not proven, and somebody answers for it</h2>
        <ul>
          ${r.waivers.map((w) => html`<li><b>${w.what}</b>${`: ${w.reason} (${w.by})`}</li>`)}
        </ul>
      </section>`;

const due = (r: Report): VNode | null =>
  r.owed.length === 0
    ? null
    : html`<section class="note due">
        <h2>${`Still owed: run "pulumi up -s ${r.to.id}-active" again once it can be done`}</h2>
        <ul>
          ${r.owed.map((o) => html`<li><b>${o.step}</b>${`: ${o.says}`}</li>`)}
        </ul>
      </section>`;

function circumstances(r: Report): VNode {
  const at = (sec: number): string => moment(sec, r.from.timeZone);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Declared by", r.as],
    ["Incident", r.incident],
    [
      "Mode",
      r.mode === "planned"
        ? "planned: nothing may be lost"
        : `unplanned: up to ${durationText(r.acceptLossSec)} of data may be lost`,
    ],
    ["Disaster, as declared", r.disasterSec === undefined ? undefined : at(r.disasterSec)],
    ["Declared", r.declaredSec === undefined ? undefined : at(r.declaredSec)],
    ...r.held.map(({ part, atSec, says }) => [`Held ${part}`, `${at(atSec)}: ${says}`] as const),
    [
      "First started",
      r.epochs.length > 1
        ? `${at(r.firstStartedSec)}, as activation ${String(r.epochs[0] ?? r.epoch)}`
        : undefined,
    ],
    ["Started", at(r.startedSec)],
    ...r.modeChanges.map(
      (c) => [`Unplanned: ${c.systems.join(", ")}`, modeChangedText(c, r.from.timeZone)] as const,
    ),
    ["No return", r.noReturnSec === undefined ? "not reached" : at(r.noReturnSec)],
    ["State of the estate", r.outcome === "unfinished" ? r.state : undefined],
    [
      r.outcome === "unfinished" ? "Last heard of" : r.outcome === "abandoned" ? "Abandoned" : "Completed",
      at(r.endedSec),
    ],
    ["Abandoned by", r.abandoned ? `${r.abandoned.as}: ${r.abandoned.reason}` : undefined],
    ["Paid since", r.paid > 0 ? `${String(r.paid)} of the steps that were owed` : undefined],
  ];
  return html`<dl>
    ${rows.map(([name, value]) =>
      value === undefined
        ? null
        : html`<dt>${name}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;
}

const data = (r: Report): VNode | null =>
  r.points.length === 0
    ? null
    : html`<h2>Where the data stands</h2>
        ${r.points.map(
          (p) =>
            html`<p>
                ${`${p.group}: ${p.to === "end" ? "to the end of the logs, " : ""}${moment(p.atSec, r.from.timeZone)}, ${pointLossText(p, isOpen(r))}. One point for all of its databases.`}
              </p>
              <div class="wide">
                <table>
                  <thead>
                    <tr>
                      <th>Database</th>
                      <th>Could go back to</th>
                      <th>Reached</th>
                      <th>The log that proves it</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${p.databases.map(
                      (d) =>
                        html`<tr>
                          <td>${d.database}</td>
                          <td>${moment(d.fromSec, r.from.timeZone)}</td>
                          <td>${moment(d.toSec, r.from.timeZone)}</td>
                          <td class="proof"><code>${d.evidence}</code></td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>`,
        )}`;

function steps(r: Report): VNode {
  const groups = ["" as const, ...reportedPhases].flatMap((phase) => {
    const lines = r.steps.filter((s) => s.phase === phase);
    return lines.length > 0 ? [{ phase, lines }] : [];
  });
  return html`<div class="wide">
    <table>
      ${groups.map(
        ({ phase, lines }) =>
          html`<tbody>
            <tr>
              <th colspan="4">${phase === "" ? "without a phase" : phase}</th>
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

const evidence = ({ hashes, from }: Report): VNode =>
  html`<footer>
    <p>
      ${`Times are UTC, and in brackets those of ${named(from)} (${from.timeZone}) where its clocks differ. Everything here is drawn from the journal, whose entries are chained by their hashes; "parallel-standby journal verify" proves the chain.`}
    </p>
    <dl>
      <dt>Facts</dt>
      <dd><code>${hashes.facts}</code></dd>
      <dt>Plan</dt>
      <dd><code>${[hashes.plan, ...hashes.changedPlans].join(", then ")}</code></dd>
      <dt>Journal began</dt>
      <dd><code>${hashes.genesis}</code></dd>
      <dt>${`Journal at entry ${String(hashes.headSeq)}`}</dt>
      <dd><code>${hashes.head}</code></dd>
    </dl>
  </footer>`;
