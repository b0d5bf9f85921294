import type { VNode } from "preact";
import { html } from "htm/preact";
import { twoWritersText, twoWritersTodo } from "../journal/two-writers.ts";
import { repositoryText } from "../journal/repository.ts";
import { clockTime, durationText, moment } from "../model/time.ts";
import { drawing } from "./drawing.ts";
import { guardsText } from "./guards-text.ts";
import { headline } from "./headline.ts";
import { blocking } from "./html-blocking.ts";
import { lossByDatabase } from "./html-data.ts";
import { consentsTable, waived } from "./html-people.ts";
import { readinessSection } from "./html-readiness.ts";
import { stepsTable } from "./html-steps.ts";
import { exceptions, systemsTable } from "./html-systems.ts";
import { modeChangedText } from "./mode-changes.ts";
import { namedValues } from "./html-rows.ts";
import { pageOf } from "./page.ts";
import { isOpen, type Report } from "./report.ts";
import { siteNamed } from "../model/site-text.ts";

/** A report as one HTML page: what stops it first, then exceptions, figures and waivers, and every step and hash at the end. */
export const renderHtml = (r: Report): string =>
  pageOf(`${r.estate}: activation ${String(r.epoch)}, ${r.from.id} to ${r.to.id}`, [
    over(r),
    blocking(r),
    exceptions(r),
    html`<h1>${sentence(headline(r))}</h1>`,
    figures(r),
    beside(r),
    systemsTable(r),
    waived(r),
    due(r),
    html`<h2>What was asked, and when</h2>`,
    circumstances(r),
    consentsTable(r.consents, r.from.timeZone),
    lossByDatabase(r),
    readinessSection(r.readiness, r.outcome !== "unfinished", r.from.timeZone),
    html`<h2>Phases over time</h2>`,
    drawing(r),
    r.timeline.later > 0
      ? html`<p class="over">
          ${`Not drawn: ${String(r.timeline.later)} steps that ran after it had completed.`}
        </p>`
      : null,
    html`<h2>Every step</h2>`,
    stepsTable(r.steps),
    evidence(r),
  ]);

const over = (r: Report): VNode =>
  html`<p class="over">
    <b>${r.estate}</b
    >${` · activation ${String(r.epoch)} · ${r.mode} move from ${siteNamed(r.from.id, r.from.place)} to `}<b>${siteNamed(r.to.id, r.to.place)}</b>${` · ${r.outcome}`}
  </p>`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Up to where the time without a system was counted. */
const untilText: Readonly<Record<NonNullable<Report["served"]>["by"], string>> = {
  "smoke test": "until the smoke test had passed",
  "client aliases": "until names led there; no smoke test is declared",
  services: "until services answered; no smoke test is declared",
  completion: "to the end of the cutover: no smoke test has passed",
};

/** In red: what no figure below holds. */
const beside = ({ from, twoWriters: w }: Report): VNode | null =>
  w === undefined
    ? null
    : html`<section class="note waived">
        <h2>Two writers</h2>
        <p>${`${sentence(twoWritersText(siteNamed(from.id, from.place), w, from.timeZone))}.`}</p>
        <p class="todo">${`Do: ${twoWritersTodo(w)}`}</p>
      </section>`;

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
                ${`target ${clockTime(target)}: `}<span
                  class=${met ? (r.outcome === "unfinished" ? "" : "met") : "missed"}
                  >${met ? (r.outcome === "unfinished" ? "not over yet" : "met") : `missed by ${clockTime(sec - target)}`}</span
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
    unfinished: "Not finished after",
  }[r.outcome];
  const isMeasured = isPlanned && r.outcome !== "abandoned";
  const accepted =
    r.mode === "unplanned"
      ? `to the declared time of the disaster; ${durationText(r.acceptLossSec)} was accepted`
      : undefined;
  const since = [
    ...(r.epochs.length > 1
      ? [`since the first of ${String(r.epochs.length)} activations: it was declared anew`]
      : []),
    ...(isPlanned && r.served ? [untilText[r.served.by]] : []),
  ].join("; ");
  const until = r.served ? untilText[r.served.by] : "to the end of what is told";
  return html`<div class="cards">
    ${r.outageSec === undefined ? null : card("Since the disaster (RTO)", r.outageSec, r.outcome === "abandoned" ? undefined : r.targets.rtoMin, `from its declared time ${until}, with the time to decide`)}
    ${card(`${took}${isMeasured && r.outcome !== "unfinished" ? " (RTO)" : ""}`, r.cutOverSec, isMeasured ? r.targets.rtoMin : undefined, since === "" ? undefined : since)}
    ${r.lossSec === undefined || (r.outcome === "abandoned" && !isOpen(r)) ? null : card(isOpen(r) ? "Data lost (RPO)" : "Data that would be lost (RPO)", r.lossSec, r.targets.rpoMin, accepted)}
  </div>`;
}

/** What is owed and not said above, in red, already. */
function due(r: Report): VNode | null {
  const red = new Set(r.waivers.flatMap((w) => (w.settled ? [] : [w.what])));
  const owed = r.owed.filter((o) => !red.has(`step ${o.step}`));
  const guards = guardsText(r);
  const dark = guards === undefined ? null : html`<p>${`${guards}.`}</p>`;
  if (owed.length === 0) return dark && html`<section class="note due">${dark}</section>`;
  return html`<section class="note due">
    ${dark}
    <h2>
      ${`Still owed: done by "parallel-standby probe" or "pulumi up -s ${r.to.id}-active", once it can be done`}
    </h2>
    <ul>
      ${owed.map((o) => html`<li><b>${o.step}</b>${`: ${o.says}`}</li>`)}
    </ul>
  </section>`;
}

function circumstances(r: Report): VNode {
  const at = (sec: number): string => moment(sec, r.from.timeZone);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Declared by", r.as],
    ["Begun by", r.begunBy],
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
    ["People could work", r.served ? `${at(r.served.atSec)}: ${untilText[r.served.by]}` : undefined],
    [
      "Since it was declared",
      r.sinceDeclaredSec === undefined
        ? undefined
        : `${clockTime(r.sinceDeclaredSec)}, with the time to begin`,
    ],
    [
      "Since production was stopped",
      r.stoppedSec === undefined ? undefined : `${clockTime(r.stoppedSec)}, from its first service`,
    ],
    ["State of the estate", r.outcome === "unfinished" ? r.state : undefined],
    [
      r.outcome === "unfinished" ? "Last heard of" : r.outcome === "abandoned" ? "Abandoned" : "Completed",
      at(r.endedSec),
    ],
    ["Abandoned by", r.abandoned ? `${r.abandoned.as}: ${r.abandoned.reason}` : undefined],
    ["Paid since", r.paid > 0 ? `${String(r.paid)} of the steps that were owed` : undefined],
  ];
  return namedValues(rows);
}

const evidence = ({ hashes, from, repository }: Report): VNode =>
  html`<footer>
    <p>
      ${`Times are UTC, and in brackets, with their offset, those of ${siteNamed(from.id, from.place)} (${from.timeZone}) where its clocks differ. Everything here is drawn from the journal, whose entries are chained by their hashes; "parallel-standby journal verify" proves the chain.`}
    </p>
    <dl>
      <dt>Commit of the estate</dt>
      <dd><code>${repositoryText(repository)}</code></dd>
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
