import { isLease, type Store } from "../journal/store.ts";
import { runTtlMs } from "../stacks/sole-run.ts";
import { strangersEnd } from "../steps/lock.ts";
import { CliError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** How long steps that still run are waited for. Seconds. */
const waitForStepsSec = 120;

/** What to do where steps still run of a move that the journal has ended already. */
export const noStepActs = "None of its steps acts any more; stop it (Ctrl+C there), then type the same again";

/** Waits until no step of a move and no `up` runs any more; throws with who still does after two minutes, and what to do then. */
export async function nothingRuns(store: Store, terminal: Terminal, todo: string): Promise<void> {
  const still = await strangersEnd(store, undefined, waitForStepsSec, (line) => terminal.note(line));
  if (still.length > 0)
    throw new CliError(
      `still running: ${still.map((l) => `"${l.name}" of ${l.who}, since ${l.since}`).join("; ")}. ${todo}`,
    );
}

/** What to do about a run, or about steps, that do not come to an end. */
const endThem = { run: "End it, then type this again", steps: "Stop it, then type this again" };

/** Does what nothing else may run beside. It counts as a run itself meanwhile. */
export async function whileNothingRuns<T>(
  store: Store,
  terminal: Terminal,
  work: () => Promise<T>,
  todo: Readonly<Record<keyof typeof endThem, string>> = endThem,
): Promise<T> {
  const run = await store.lease("run", runTtlMs);
  if (!isLease(run)) throw new CliError(`a run is under way: ${run.who}, since ${run.since}. ${todo.run}`);
  try {
    await nothingRuns(store, terminal, todo.steps);
    return await work();
  } finally {
    await run.release();
  }
}
