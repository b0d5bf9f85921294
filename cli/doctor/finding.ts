import { plain } from "../layout.ts";

/** What was looked at, what was found, and what to do where it will not do. */
export interface Finding {
  readonly at: string;
  readonly state: "ok" | "note" | "bad";
  readonly says: string;
  /** What to do; absent where all is well. */
  readonly todo?: string;
}

/** All is well. */
export const ok = (at: string, says: string): Finding => ({ at, state: "ok", says });
/** It works, but somebody should know. */
export const note = (at: string, says: string, todo: string): Finding => ({ at, state: "note", says, todo });
/** A cutover from here would fail or stop. */
export const bad = (at: string, says: string, todo: string): Finding => ({ at, state: "bad", says, todo });

/** The findings, one below the other, each with what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map((f) => f.at.length));
  const marks = { ok: "ok  ", note: "note", bad: "BAD " } as const;
  return findings
    .flatMap((f) => [
      `${marks[f.state]}  ${f.at.padEnd(width)}  ${plain(f.says)}`,
      ...(f.todo === undefined ? [] : [`${" ".repeat(width + 8)}${plain(f.todo)}`]),
    ])
    .join("\n");
}
