import { chaptersOf, type Runbook } from "./runbook.ts";
import { afterText, introOf, markOf, titleOf, whereText } from "./texts.ts";

/** A runbook as Markdown. Names that hold Markdown's own signs stand in code blocks only. */
export function runbookMarkdown(runbook: Runbook): string {
  const lines: string[] = [`# ${titleOf(runbook)}`, "", ...introOf(runbook).flatMap((p) => [escaped(p), ""])];
  for (const { phase, steps } of chaptersOf(runbook)) {
    lines.push(`## ${phase}`, "");
    for (const step of steps) {
      if (step.number === runbook.noReturn) lines.push("**— NO RETURN: from here on only onward —**", "");
      lines.push(
        `### ☐ ${String(step.number)}. ${escaped(step.what)}`,
        "",
        `\`${step.id}\` · ${afterText(step)}${step.optional ? " · the move goes on without it" : ""}`,
        "",
      );
      for (const command of step.commands)
        lines.push(
          `${escaped(whereText(command))}:`,
          "",
          fence(command.type, command.with === "T-SQL" ? "sql" : ""),
          "",
        );
      lines.push(`You see: ${escaped(step.see)}`, "");
      if (step.careful !== undefined) lines.push(`**Careful:** ${escaped(step.careful)}`, "");
    }
  }
  lines.push("---", "", markOf(runbook), "");
  return lines.join("\n");
}

/** A code block that its own text can't end. */
function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}`;
}

const escaped = (text: string): string => text.replaceAll(/[\\`*_<>[\]|]/g, (sign) => `\\${sign}`);
