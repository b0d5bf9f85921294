import type { VNode } from "preact";
import { html } from "htm/preact";
import { pageOf } from "../report/page.ts";
import { graph } from "./graph.ts";
import { chaptersOf, type HandStep, type Runbook } from "./runbook.ts";
import { afterText, introOf, markOf, titleOf, whereText } from "./texts.ts";

/** What a runbook needs beside the style of a report. */
const own = `
pre { margin: 4px 0 10px; padding: 9px 13px; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  font: 12.5px/1.5 "Cascadia Mono", Consolas, ui-monospace, Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.do { margin: 14px 0 18px; padding-left: 44px; position: relative; } .do h3 { margin: 0; font-size: 15px; font-weight: 620; }
.do .box { position: absolute; left: 0; top: 1px; width: 20px; height: 20px; border: 2px solid var(--ink); border-radius: 4px; }
.do .meta { color: var(--soft); font-size: 12.5px; margin-bottom: 6px; } .do .where { font-size: 13px; margin: 0; }
.do .careful { color: var(--bad); } .line { border-top: 3px dashed var(--bad); color: var(--bad); font-weight: 650; padding-top: 4px; margin: 22px 0 8px; }
svg .edge { fill: none; stroke: var(--soft); opacity: .5; } svg rect.box { fill: var(--bar); fill-opacity: .28; stroke: var(--bar); }
svg rect.optional { fill-opacity: .05; stroke-dasharray: 3 2; } svg g text { fill: var(--ink); }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 30px; } .columns h2 { margin: 14px 0 4px; }
@media print { .do { break-inside: avoid; } pre { font-size: 8.5pt; } .columns h2 { margin: 8px 0 2px; } }
@media (max-width: 700px) { .columns { grid-template-columns: 1fr; } }`;

/** A page of a paper. */
export const paperPage = (title: string, body: readonly VNode[]): string => pageOf(title, body, own);

/** A runbook as one HTML page, to be printed: the graph, then every step with a box to tick. */
export const runbookPage = (runbook: Runbook): string =>
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
        stepOf(step),
      ]),
    ]),
    html`<footer>${markOf(runbook)}</footer>`,
  ]);

const stepOf = (step: HandStep): VNode =>
  html`<div class="do">
    <div class="box"></div>
    <h3>${`${String(step.number)}. ${step.what}`}</h3>
    <div class="meta">
      ${`${step.id} · ${afterText(step)}${step.optional ? " · the move goes on without it" : ""}`}
    </div>
    ${step.commands.map(
      (command) =>
        html`<p class="where">${whereText(command)}</p>
          <pre>${command.type}</pre>`,
    )}
    <p>${`You see: ${step.see}`}</p>
    ${step.careful === undefined ? null : html`<p class="careful">${`Careful: ${step.careful}`}</p>`}
  </div>`;
