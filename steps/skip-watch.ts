import { setTimeout as wait } from "node:timers/promises";
import type { Journal } from "../journal/journal.ts";
import { situation } from "../journal/situation.ts";
import type { Step } from "../model/verb.ts";
import { mayActivate } from "./may-act.ts";

/** How often a step that works looks whether it is to be left out. Milliseconds. */
const everyMs = 2_000;

/** Hears of a skip while its step works. */
export interface SkipWatch {
  /** Set when somebody skips the step: what it does is to end. */
  readonly signal: AbortSignal;
  /** Who skipped it and why; undefined as long as nobody has. */
  says(): string | undefined;
  end(): void;
}

/** Looks at the journal while a step works, and reads it only when something was written to it. */
export function watchForSkip(journal: Journal, epoch: number, step: Step): SkipWatch {
  const over = new AbortController();
  const skipped = new AbortController();
  let says: string | undefined;
  const watch = async (): Promise<void> => {
    let size = 0;
    while (!over.signal.aborted && !skipped.signal.aborted) {
      await wait(everyMs, undefined, { signal: over.signal });
      const { length } = await journal.store.read();
      if (length === size) continue;
      size = length;
      const may = mayActivate(situation(await journal.entries()), epoch, undefined, step);
      if (may.kind !== "skip") continue;
      says = may.says;
      skipped.abort();
    }
  };
  // A journal that cannot be read for a moment skips nothing; the step's own verdict tells of it.
  if (step.skippable) void watch().catch(() => undefined);
  return { signal: skipped.signal, says: () => says, end: () => over.abort() };
}
