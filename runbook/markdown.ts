import type { ByHand, HandCommand } from "../model/by-hand.ts";
import { flowchart } from "./mermaid.ts";
import { chaptersOf, type Runbook } from "./runbook.ts";
import { afterText, giveBackIntro, giveBackTitle, introOf, markOf, titleOf, whereText } from "./texts.ts";

/** A runbook as Markdown. Names that hold Markdown's own signs stand in code blocks only. */
export function runbookMarkdown(runbook: Runbook, written?: string): string {
  const lines: string[] = [
    `# ${escaped(titleOf(runbook))}`,
    "",
    ...introOf(runbook).flatMap((p) => [escaped(p), ""]),
    ...drawing(runbook),
  ];
  for (const { phase, steps } of chaptersOf(runbook)) {
    lines.push(`## ${phase}`, "");
    for (const step of steps) {
      if (step.number === runbook.noReturn) lines.push("**— NO RETURN: from here on only onward —**", "");
      lines.push(
        ...stepLines(
          step,
          String(step.number),
          `\`${step.id}\` · ${afterText(step)}${step.optional ? " · the move goes on without it" : ""}`,
        ),
      );
    }
  }
  lines.push(`## ${escaped(giveBackTitle(runbook))}`, "", escaped(giveBackIntro(runbook)), "");
  for (const step of "steps" in runbook.giveBack ? runbook.giveBack.steps : [])
    lines.push(...stepLines(step, `B${String(step.number)}`, `\`${step.id}\` · ${afterText(step, "B")}`));
  lines.push("---", "", markOf(runbook, written), "");
  return lines.join("\n");
}

/** The order as a drawing, which GitHub and most viewers of Markdown show; elsewhere it is read as it stands. */
function drawing(runbook: Runbook): readonly string[] {
  const chart = flowchart(runbook);
  return [
    "## Which step waits for which",
    "",
    ...(chart === undefined
      ? [
          `${String(runbook.steps.length)} steps are more than viewers of Markdown draw: the HTML page of this runbook has the drawing. Each step names those that come first.`,
        ]
      : [
          "A circle: what follows it waits for all that lead to it. A dashed box: the move goes on without it.",
          "",
          fence(chart, "mermaid"),
        ]),
    "",
  ];
}

const stepLines = (step: ByHand, number: string, meta: string): readonly string[] => [
  `### ☐ ${number}. ${escaped(step.what)}`,
  "",
  meta,
  "",
  ...commandLines(step.commands),
  `You see: ${escaped(step.see)}`,
  "",
  ...(step.careful === undefined ? [] : [`**Careful:** ${escaped(step.careful)}`, ""]),
  ...(step.otherwise === undefined
    ? []
    : [
        `**Otherwise,** where ${escaped(step.otherwise.when)}:`,
        "",
        ...commandLines(step.otherwise.commands),
        `**Careful:** ${escaped(step.otherwise.careful)}`,
        "",
      ]),
];

const commandLines = (commands: readonly HandCommand[]): readonly string[] =>
  commands.flatMap((command) => [
    `${escaped(whereText(command))}:`,
    "",
    fence(command.type, command.with === "T-SQL" ? "sql" : ""),
    "",
  ]);

/** A code block that its own text can't end. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}`;
}

const escaped = (text: string): string => text.replaceAll(/[\\`*_<>[\]|]/g, (sign) => `\\${sign}`);
