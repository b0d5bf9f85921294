import * as fs from "node:fs/promises";
import type { Entry } from "../../journal/entries.ts";
import { requestOf } from "../../journal/next.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import type { Parts } from "../../model/part.ts";
import { upgraded } from "../../model/upgrade.ts";
import { plan } from "../../planning/plan.ts";
import { onlyThereNow } from "../../stacks/only-there.ts";
import { ownJournal } from "../own-journal.ts";
import { lastRan } from "../probe/ran.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { reportFile } from "../../report/place.ts";
import { statusOf } from "./status.ts";
import { statusText } from "./text.ts";

/** Prints how the estate stands. */
export async function status(
  { json }: { readonly json?: true },
  { estate, journal, folder }: Project,
  { parts }: { readonly parts: Parts },
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  const [leases, lastReport, probeRan] = await Promise.all([
    journal.store.leases(),
    reportOfLast(entries, folder),
    lastRan(folder),
  ]);
  const found = statusOf(entries, {
    now: terminal.now(),
    place: journal.store.place,
    leases,
    lastReport,
    probeRan,
    plannedSteps: plannedSteps(entries, parts),
    alone: onlyThereNow(situation(entries), parts),
  });
  terminal.out(json ? JSON.stringify(found, undefined, 2) : statusText(found, terminal.platform));
}

/** How many steps the last activation's plan has; nothing where this version cannot plan with its facts any more. */
function plannedSteps(entries: readonly Entry[], parts: Parts): number | undefined {
  const s = situation(entries);
  const declared = factsOf(entries, s);
  if (!s.last || !declared) return undefined;
  try {
    return plan(upgraded(declared.recovery, parts), requestOf(s.last), parts).steps.length;
  } catch {
    return undefined;
  }
}

/** The report of the last move, where it is kept: that of an earlier one tells of another night. */
async function reportOfLast(entries: readonly Entry[], folder: string): Promise<string | undefined> {
  const { estate, last } = situation(entries);
  if (!last) return undefined;
  const file = reportFile(folder, estate, last.epoch);
  return fs.access(file).then(
    () => file,
    () => undefined,
  );
}
