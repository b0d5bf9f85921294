import type { Progress } from "../../steps/progress.ts";

/** Progress of a step that no engine shows: each line once, and kept for the journal. */
export function quietProgress(say: (line: string) => void): Progress {
  const lines: string[] = [];
  return {
    lines,
    begin: () => undefined,
    tick: () => undefined,
    say: (line) => {
      if (lines.at(-1) === line) return;
      lines.push(line);
      say(line);
    },
    last: say,
  };
}
