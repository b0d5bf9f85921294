import type { Parts } from "../model/part.ts";
import { folderOf } from "../model/verb.ts";
import type { Journal } from "../journal/journal.ts";
import { Refused, type Runnable, type Runs } from "./act.ts";

/** Everything the machinery is handed: it imports no component. */
export interface World {
  readonly journal: Journal;
  readonly parts: Parts;
  readonly runs: Runs;
}

/** The code of a verb: the machinery's own, or that of the folder in its name, loaded now. */
export async function findRunnable(
  verbName: string,
  machinery: readonly Runnable[],
  runs: Runs,
): Promise<Runnable> {
  const module = machinery.some((r) => r.name === verbName) ? undefined : await runs[folderOf(verbName)]?.();
  const found = [...machinery, ...(module?.runnables ?? [])].find((r) => r.name === verbName);
  if (!found)
    throw new Refused(
      `this version has no code for "${verbName}". Use the version that made the plan, or a newer one`,
    );
  return found;
}
