import * as path from "node:path";
import { projectRoot } from "../journal/project-root.ts";
import { keptIn } from "../model/journal-ref.ts";
import type { StepEnded } from "../steps/process.ts";

/**
 * Keeps the report of a move when one of its steps has stopped it, when it is completed, and when what was owed is
 * tried again: whoever drives it, and also where nobody does any more. The page's code is loaded only then.
 */
export const keepReport: StepEnded = async (envelope, { journal }, failed) => {
  if (!("epoch" in envelope)) return;
  const settles = envelope.attempt !== undefined;
  if (!failed && !settles && envelope.step.phase !== "complete") return;
  const { keepReport: keep } = await import("../report/keep.ts");
  await keep(journal, path.resolve(projectRoot(), keptIn(envelope.journal)), envelope.epoch);
};
