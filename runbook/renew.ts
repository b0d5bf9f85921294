import * as path from "node:path";
import { hands } from "../components/registry/hands.ts";
import { parts } from "../components/registry/parts.ts";
import { situation } from "../journal/situation.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { writeWhole } from "../report/whole.ts";
import { Refused, type Io } from "../steps/act.ts";
import { dayOf, fileName, formats, papersFor, type Paper } from "./papers.ts";
import { runbooksFolder, staleOf } from "./stale.ts";

/** The papers that lie beside a journal: what they are made from, and where. */
export type PapersAt = Pick<Io, "journal" | "keep">;

/** How the papers lie there. */
export type Lying =
  | {
      readonly papers: readonly Paper[];
      /** Names of the files that are missing or out of date. */ readonly stale: readonly string[];
    }
  | { /** Why they can't be made. */ readonly why: string };

/** The papers for a move to a site, from the facts that the journal holds and as this version writes them, and how they lie there. */
export async function lyingAt(to: SiteId, { journal, keep }: PapersAt): Promise<Lying> {
  const { declared } = situation(await journal.entries());
  if (!declared) throw new Refused('the journal holds no facts. Run "pulumi up -s standby" first');
  return lyingOf(to, declared.recovery, keep);
}

/** The same from these facts. `keep`: the folder of the journal. */
export async function lyingOf(to: SiteId, facts: Recovery, keep: string): Promise<Lying> {
  try {
    const papers = papersFor(upgraded(facts, parts), to, parts, hands, dayOf(new Date()));
    return { papers, stale: await staleOf(to, papers, keep) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Writes the papers where any of them is missing or not as it would be written now, and gives the names of those that
 * were not; none where all are. Where they can't be made nothing is written: readiness tells of it.
 */
export async function renewPapers(to: SiteId, at: PapersAt): Promise<readonly string[]> {
  const lying = await lyingAt(to, at);
  if ("why" in lying || lying.stale.length === 0) return [];
  for (const paper of lying.papers)
    for (const format of formats)
      await writeWhole(path.join(runbooksFolder(at.keep), fileName(to, paper.kind, format)), paper[format]);
  return lying.stale;
}
