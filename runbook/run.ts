import { runs, type RunModule } from "../steps/act.ts";
import { lyingAt, renewPapers } from "./renew.ts";
import { runbooksFolder } from "./stale.ts";
import { writeRunbooks } from "./verbs.ts";

/** The code that keeps the papers beside the journal. */
export const runnables: RunModule["runnables"] = [
  runs(writeRunbooks, {
    check: async ({ to }, io) => {
      const lying = await lyingAt(to, io);
      // A site is provisioned with or without papers: readiness tells of those that can't be written.
      if ("why" in lying)
        return { there: true, says: `no runbooks are written: ${lying.why}`, expected: "runbooks" };
      const { stale } = lying;
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
      await renewPapers(to, io);
    },
  }),
];
