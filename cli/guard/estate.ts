import type { Entry } from "../../journal/entries.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import type { GuardFacts } from "../../model/guard.ts";
import { describe } from "../../model/describe.ts";
import type { Recovery } from "../../model/recovery.ts";
import { guardedHosts, type GuardedHost } from "../../planning/guarded.ts";
import type { Io } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { CliError } from "../failure.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";

/** The guard of an estate as its verbs use it: from estate.ts, since a guard can be looked at before facts are declared. */
export interface GuardedEstate {
  readonly entries: readonly Entry[];
  readonly s: Situation;
  readonly recovery: Recovery;
  readonly guard: GuardFacts;
  readonly hosts: readonly GuardedHost[];
}

/** Throws a sentence where the estate has no guard. */
export async function guardedEstate(
  { estate, journal }: Pick<Project, "estate" | "journal">,
  { parts }: Pick<World, "parts">,
): Promise<GuardedEstate> {
  const entries = await ownJournal(journal, estate.name);
  const recovery = describe(estate, parts);
  if (!recovery.guard)
    throw new CliError(
      'the estate has no guard: servers that come back after a disaster start what they have. Write guard: { witnesses: [ … ] } in estate.ts (docs/guard.md). Where one was left behind on a server, nothing starts there once its lease has ended: "parallel-standby guard remove --preview --as YOUR-NAME --reason WHY" shows where',
    );
  return {
    entries,
    s: situation(entries),
    recovery,
    guard: recovery.guard,
    hosts: guardedHosts(recovery, parts),
  };
}

/** Runs work that looks at the servers of an estate. */
export const atServers = <T>(
  { estate, journal }: Pick<Project, "estate" | "journal">,
  { recovery, s }: GuardedEstate,
  limitSec: number,
  say: (line: string) => void,
  work: (io: Io) => Promise<T>,
): Promise<T> =>
  withIo({ known: recovery, journal, journalRef: estate.journal, to: s.active, say, limitSec }, work);
