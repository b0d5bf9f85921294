import type { VNode } from "preact";
import { html } from "htm/preact";
import type { ByHand, HandCommand, OtherWay } from "../model/by-hand.ts";
import { pageOf } from "../report/page.ts";
import { graph } from "./graph.ts";
import { chaptersOf, type Runbook } from "./runbook.ts";
import { afterText, giveBackIntro, giveBackTitle, introOf, markOf, titleOf, whereText } from "./texts.ts";

/** What a runbook needs beside the style of a report. */
const own = `
pre { margin: 4px 0 10px; padding: 9px 13px; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  font: 12.5px/1.5 "Cascadia Mono", Consolas, ui-monospace, Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
pre b { font-weight: inherit; white-space: nowrap; }
.do { margin: 14px 0 18px; padding-left: 44px; position: relative; } .do h3 { margin: 0; font-size: 15px; font-weight: 620; }
.do .box { position: absolute; left: 0; top: 1px; width: 20px; height: 20px; border: 2px solid var(--ink); border-radius: 4px; }
.do .meta { color: var(--soft); font-size: 12.5px; margin-bottom: 6px; } .do .where { font-size: 13px; margin: 0; }
.do .careful { color: var(--bad); } .do .otherwise { font-weight: 620; } .line { border-top: 3px dashed var(--bad); color: var(--bad); font-weight: 650; padding-top: 4px; margin: 22px 0 8px; }
svg .edge { fill: none; stroke: var(--soft); opacity: .5; } svg rect.box { fill: var(--bar); fill-opacity: .28; stroke: var(--bar); }
svg rect.optional { fill-opacity: .05; stroke-dasharray: 3 2; } svg g text { fill: var(--ink); }
.columns { columns: 2; column-gap: 30px; } .columns h2 { margin: 14px 0 4px; } .columns section { break-inside: avoid; }
@media print { .do { break-inside: avoid; } pre { font-size: 8.5pt; } .columns h2 { margin: 7px 0 1px; font-size: 10.5pt; }
  h1.short { font-size: 14pt; margin: 0; } .columns { font-size: 9pt; line-height: 1.3; } .columns p { margin: 0 0 3px; } .columns pre { font-size: 7.5pt; line-height: 1.35; padding: 4px 8px; margin: 2px 0 4px; }
  .columns + footer { margin-top: 8px; padding-top: 4px; font-size: 8pt; } }
@media (max-width: 700px) { .columns { columns: 1; } }`;

/** A page of a paper. */
export const paperPage = (title: string, body: readonly VNode[]): string => pageOf(title, body, own);

/** A runbook as one HTML page, to be printed: the graph, then every step with a box to tick. */
export const runbookPage = (runbook: Runbook, written?: string): string =>
  paperPage(titleOf(runbook), [
    html`<h1>${titleOf(runbook)}</h1>`,
    ...introOf(runbook).map((p) => html`<p>${p}</p>`),
    html`<h2>Which step waits for which</h2>`,
    graph(runbook),
    ...chaptersOf(runbook).flatMap(({ phase, steps }) => [
      html`<h2>${phase}</h2>`,
      ...steps.flatMap((step) => [
        ...(step.number === runbook.noReturn
          ? [html`<p class="line">NO RETURN: from here on only onward</p>`]
          : []),
        stepOf(
          step,
          String(step.number),
          `${step.id} · ${afterText(step)}${step.optional ? " · the move goes on without it" : ""}`,
        ),
      ]),
    ]),
    html`<h2>${giveBackTitle(runbook)}</h2>`,
    html`<p>${giveBackIntro(runbook)}</p>`,
    ...("steps" in runbook.giveBack
      ? runbook.giveBack.steps.map((step) =>
          stepOf(step, `B${String(step.number)}`, `${step.id} · ${afterText(step, "B")}`),
        )
      : []),
    html`<footer>${markOf(runbook, written)}</footer>`,
  ]);

const stepOf = (step: ByHand, number: string, meta: string): VNode =>
  html`<div class="do">
    <div class="box"></div>
    <h3>${`${number}. ${step.what}`}</h3>
    <div class="meta">${meta}</div>
    ${typed(step.commands)}
    <p>${`You see: ${step.see}`}</p>
    ${step.careful === undefined ? null : html`<p class="careful">${`Careful: ${step.careful}`}</p>`}
    ${step.otherwise ? otherwise(step.otherwise) : null}
  </div>`;

const otherwise = ({ when, commands, careful }: OtherWay): readonly VNode[] => [
  html`<p class="otherwise">${`Otherwise, where ${when}:`}</p>`,
  ...typed(commands),
  html`<p class="careful">${`Careful: ${careful}`}</p>`,
];

const typed = (commands: readonly HandCommand[]): readonly VNode[] =>
  commands.map(
    (command) =>
      html`<p class="where">${whereText(command)}</p>
        <pre>${unbroken(command.type)}</pre>`,
  );

/** What is typed from paper must not break after a hyphen: nobody sees whether `--` and `as` are one word. */
export const unbroken = (text: string): readonly (VNode | string)[] =>
  text.split(/(\s+)/).map((word) => (word.includes("-") && word.length < 45 ? html`<b>${word}</b>` : word));
