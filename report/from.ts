import type { Entry, EntryOf } from "../journal/entries.ts";
import type { Recovery } from "../model/recovery.ts";
import { declarationReportOf, unusedDeclarations, type DeclarationReport } from "./declaration.ts";
import { chapterOf } from "./entries.ts";
import { reportOf, type Report } from "./report.ts";

/** The report of that activation with the facts it was started with, not the newest. Throws a sentence where there is none. */
export function reportFrom(entries: readonly Entry[], epoch?: number): Report {
  const started = chapterOf(entries, epoch)?.started;
  return reportOf(entries, factsIn(entries, started), epoch);
}

/**
 * The report of a declaration that no activation used; without a number, of the newest. Undefined where every one was
 * used, and where there is none; throws where that number is none of them.
 */
export function declarationFrom(
  entries: readonly Entry[],
  seq: number | undefined,
  now: Date,
): DeclarationReport | undefined {
  const unused = unusedDeclarations(entries);
  const found = seq === undefined ? unused.at(-1) : unused.find((e) => e.seq === seq);
  if (!found && seq !== undefined)
    throw new Error(
      unused.length === 0
        ? `entry ${String(seq)} is no declaration that was left unused: an activation has used every one. Its report tells of it`
        : `entry ${String(seq)} is no declaration that was left unused. These are: ${unused.map((e) => String(e.seq)).join(", ")}`,
    );
  return found && declarationReportOf(entries, factsIn(entries.slice(0, found.seq)), found, now);
}

function factsIn(entries: readonly Entry[], started?: EntryOf<"activation started">): Recovery {
  const facts = entries.findLast(
    (e): e is EntryOf<"declared"> =>
      e.kind === "declared" && (started === undefined || e.factsHash === started.factsHash),
  );
  if (!facts) throw new Error("the journal holds no facts, so there is nothing to report");
  return facts.recovery;
}
