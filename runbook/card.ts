import type { VNode } from "preact";
import { html } from "htm/preact";
import { activeStack, otherSite, type SiteId } from "../model/site.ts";
import { durationText } from "../model/time.ts";
import type { Recovery } from "../model/recovery.ts";
import { paperPage, unbroken } from "./page.ts";
import type { Runbook } from "./runbook.ts";
import { siteText } from "../model/site-text.ts";

/** Work that people do in a move, as the card lists it. */
export interface ByPeople {
  readonly step: string;
  readonly says: string;
  readonly who: string;
}

/** What people do in a move whatever runs: those steps of a runbook that a person does. */
export const byPeople = ({ steps }: Pick<Runbook, "steps">): readonly ByPeople[] =>
  steps.flatMap((s) =>
    s.id.endsWith("/confirm")
      ? s.commands.map((c) => ({ step: s.id, says: s.what, who: c.type.split(": ")[0] ?? c.on }))
      : [],
  );

/** One block of the card. */
export interface Block {
  readonly title: string;
  readonly lines: readonly string[];
  /** Commands stand apart. */
  readonly type?: readonly string[];
}

/**
 * One page for the colleague on call, for a move to `to`. What the estate does not say is a blank to fill in by hand,
 * and the card says which key of the estate fills it. `decideMin`: how long after a disaster restores have not yet passed
 * the point.
 */
export function cardOf(
  recovery: Recovery,
  to: SiteId,
  manual: readonly ByPeople[],
  decideMin: number | undefined,
): readonly Block[] {
  const from = otherSite(to);
  const name = (site: SiteId): string => siteText(site, recovery);
  const { rpoMin, rtoMin } = recovery.targets;
  const stack = activeStack(to);
  return [
    {
      title: "First, at once",
      lines: [
        "Declare unplanned, also if you are not sure: it only stops restores, and withdraw takes it back. Then telephone.",
        ...(decideMin === undefined
          ? []
          : [
              `You have ${String(decideMin)} minutes from the disaster: then restores pass the point, and the way back to it takes hours, from an older backup.`,
            ]),
      ],
      type: [
        `npx --no parallel-standby declare --to ${to} --mode unplanned --disaster-at <2026-11-22T03:10+00:00> --accept-loss ${durationText(rpoMin * 60)} --incident <ticket> --as <you>`,
        "npx --no parallel-standby withdraw --as <you> --reason <why>",
      ],
    },
    {
      title: "Log on",
      lines: [
        recovery.runner ?? "__________________ (runner: in estate.ts)",
        "Open the project's folder there, and load its secrets.",
      ],
    },
    {
      title: "What do I have?",
      lines: [
        `1. Does anything in ${name(from)} still work? Ask somebody who is there, or not behind your line: a broken line looks like a dead site.`,
        "Yes, and it can be moved in peace: withdraw, then PLANNED. Nothing is lost.",
        "Yes, but not in peace (it is dying, or nobody gets at it): UNPLANNED. What still answers is stopped, and its last log is fetched. No waiver: it is refused while anything answers.",
        "No, or nobody knows: UNPLANNED, and 2.",
        '2. Is somebody sure that it stays off (power, network, caretaker)? Yes: declare again with --waive-fence "how you know". No: go on without; the move stops at prove-fence.',
      ],
    },
    {
      title: "Three commands",
      lines: [
        `May be lost: up to ${durationText(rpoMin * 60)}. May be away: ${durationText(rtoMin * 60)}. <…> is yours to fill in.`,
      ],
      type: [
        `npx --no parallel-standby readiness --to ${to}`,
        `(PLANNED only) npx --no parallel-standby declare --to ${to} --mode planned --as <you>`,
        `pulumi up -s ${stack}   (no Pulumi: npx --no parallel-standby run --to ${to})`,
      ],
    },
    {
      title: "It stops at prove-fence",
      lines: ["No proof the old site is off. Once somebody has seen it: this, and then pulumi up again."],
      type: ["npx --no parallel-standby waive --as <you> --reason <who has seen what>"],
    },
    {
      title: "Watch",
      lines: ["What is so, and what to do next; then live:"],
      type: ["npx --no parallel-standby status", "npx --no parallel-standby journal follow"],
    },
    {
      title: "Stop, and go on",
      lines: [
        "Ctrl+C once. What runs finishes. The same command goes on from there.",
        "Before a database is open, this gives the move up. After that finish it; only if you can't: npx --no parallel-standby back --help.",
      ],
      type: ["npx --no parallel-standby abandon --as <you> --reason <why>"],
    },
    {
      title: "A step waits for me",
      lines: ["Without a step's name these say what waits:"],
      type: [
        "npx --no parallel-standby approve <step> --as <you>",
        "npx --no parallel-standby decline <step> --as <you> --reason <why>",
        "npx --no parallel-standby skip <step> --as <you> --reason <why>",
      ],
    },
    {
      title: "Before you sleep",
      lines: [
        `status lists what is owed. probe fences ${name(from)} as soon as it answers: it must be scheduled, or somebody stays up. reprotect gives you a standby again, once that site is fenced and reached.`,
      ],
      type: [
        "npx --no parallel-standby status",
        "npx --no parallel-standby probe",
        "npx --no parallel-standby reprotect --as <you> --reason <why>",
      ],
    },
    {
      title: "By hand",
      lines:
        manual.length === 0
          ? ["Nothing is declared (manualStep in estate.ts): load balancers, public DNS, firewalls?"]
          : manual.map((m) => `☐ ${m.says}: ${m.who}`),
    },
    {
      title: "Call",
      lines:
        recovery.contacts === undefined || recovery.contacts.length === 0
          ? ["__________________ (contacts: in estate.ts)"]
          : recovery.contacts.map((c) => `${c.for}: ${c.name}, ${c.telephone}`),
    },
    {
      title: "Nothing runs?",
      lines: ["The runbook beside the journal has every step with what to type by hand."],
    },
  ];
}

const titleOf = (recovery: Recovery, to: SiteId): string =>
  `${recovery.estate}: move to ${siteText(to, recovery)}`;

/** The card as Markdown. */
export const cardMarkdown = (
  recovery: Recovery,
  to: SiteId,
  blocks: readonly Block[],
  mark: string,
): string =>
  [
    `# ${titleOf(recovery, to)}`,
    "",
    ...blocks.flatMap(({ title, lines, type }) => [
      `## ${title}`,
      "",
      ...lines.flatMap((line) => [line.replaceAll(/[<>]/g, (sign) => `\\${sign}`), ""]),
      ...(type ? ["```", ...type, "```", ""] : []),
    ]),
    mark,
    "",
  ].join("\n");

/** The card as one HTML page that prints on one sheet of A4. */
export const cardPage = (recovery: Recovery, to: SiteId, blocks: readonly Block[], mark: string): string =>
  paperPage(titleOf(recovery, to), [
    html`<h1 class="short">${titleOf(recovery, to)}</h1>`,
    html`<div class="columns">${blocks.map(block)}</div>`,
    html`<footer>${mark}</footer>`,
  ]);

const block = ({ title, lines, type }: Block): VNode =>
  html`<section>
    <h2>${title}</h2>
    ${lines.map((line) => html`<p>${line}</p>`)}
    ${type ? html`<pre>${unbroken(type.join("\n"))}</pre>` : null}
  </section>`;
