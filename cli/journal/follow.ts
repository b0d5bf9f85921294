import { setTimeout as wait } from "node:timers/promises";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { entryLine } from "./text.ts";

/** How often the journal is looked at. Events of file systems do not cross shares, so it is asked. */
const lookEveryMs = 500;

/** Set at the first Ctrl+C, and when nobody reads any more. */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    stop.abort();
  });
  process.stdout.once("error", () => {
    stop.abort();
  });
  return stop.signal;
}

/**
 * Prints every entry that is written from now on, until the signal. A journal that cannot be read for a moment is waited
 * for; one that was begun anew (`break-glass`, `restore`) is told from where it is another one.
 */
export async function follow({ journal }: Project, terminal: Terminal, signal: AbortSignal): Promise<void> {
  let seen = (await journal.entries()).map((e) => e.hash);
  terminal.note(`following ${journal.store.place} from entry ${String(seen.length)}; Ctrl+C ends it`);
  let trouble: string | undefined;
  while (!signal.aborted) {
    try {
      const entries = await journal.entries();
      if (entries.length === 0 && seen.length > 0) throw new Error("the journal is empty at this moment");
      trouble = undefined;
      const same = seen.findIndex((hash, i) => entries[i]?.hash !== hash);
      if (same >= 0)
        terminal.note(
          `from entry ${String(same)} on the journal is another one now: what follows takes the place of what was shown`,
        );
      for (const e of entries.slice(same >= 0 ? same : seen.length)) terminal.out(entryLine(e));
      seen = entries.map((e) => e.hash);
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      if (says !== trouble) terminal.note(says);
      trouble = says;
    }
    await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
