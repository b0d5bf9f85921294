import { isFinding, stateOf, type Finding, type Well } from "../../model/finding.ts";
import { plain } from "../layout.ts";

const marks = { ok: "ok  ", note: "note", risk: "risk", stops: "BAD " } as const;

/** What was looked at, one below the other, each finding with what to do. */
export function seenText(seen: readonly (Finding | Well)[]): string {
  const width = Math.max(0, ...seen.map((f) => f.at.length));
  return seen
    .flatMap((f) => [
      `${marks[stateOf(f)]}  ${f.at.padEnd(width)}  ${plain(f.says)}`,
      ...(isFinding(f) ? [`${" ".repeat(width + 8)}${plain(f.todo)}`] : []),
    ])
    .join("\n");
}
