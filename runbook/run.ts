import * as path from "node:path";
import { hands } from "../components/registry/hands.ts";
import { parts } from "../components/registry/parts.ts";
import { situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { writeWhole } from "../report/whole.ts";
import { Refused, runs, type Io, type RunModule } from "../steps/act.ts";
import { dayOf, fileName, formats, papersFor, type Paper } from "./papers.ts";
import { runbooksFolder, staleOf } from "./stale.ts";
import { writeRunbooks } from "./verbs.ts";

/** The papers for a move to a site, from the facts that the journal holds. */
async function papers(
  to: SiteId,
  { journal }: Io,
): Promise<{ readonly papers: readonly Paper[] } | { readonly why: string }> {
  const { declared } = situation(await journal.entries());
  if (!declared) throw new Refused('the journal holds no facts. Run "pulumi up -s standby" first');
  try {
    return { papers: papersFor(upgraded(declared.recovery, parts), to, parts, hands, dayOf(new Date())) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** The code that keeps the papers beside the journal. */
export const runnables: RunModule["runnables"] = [
  runs(writeRunbooks, {
    check: async ({ to }, io) => {
      const made = await papers(to, io);
      // A site is provisioned with or without papers: readiness tells of those that can't be written.
      if ("why" in made)
        return { there: true, says: `no runbooks are written: ${made.why}`, expected: "runbooks" };
      const stale = await staleOf(to, made.papers, io.keep);
      return {
        there: stale.length === 0,
        says:
          stale.length === 0
            ? `runbooks and card for a move to ${to} lie in ${runbooksFolder(io.keep)}`
            : `${stale.join(", ")} in ${runbooksFolder(io.keep)}: missing, or of another estate`,
        expected: "papers of the facts that the journal holds",
      };
    },
    act: async ({ to }, io) => {
      const folder = runbooksFolder(io.keep);
      const made = await papers(to, io);
      for (const paper of "why" in made ? [] : made.papers)
        for (const format of formats)
          await writeWhole(path.join(folder, fileName(to, paper.kind, format)), paper[format]);
    },
  }),
];
