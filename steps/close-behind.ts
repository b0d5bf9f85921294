import type { Recovery } from "../model/recovery.ts";
import { otherSite } from "../model/site.ts";
import type { Step } from "../model/verb.ts";
import { stepsIn } from "../planning/graph.ts";
import { draw } from "../planning/plan.ts";
import { gate } from "../planning/verbs.ts";
import type { Io } from "./act.ts";
import { checkActCheck } from "./check-act-check.ts";
import { findRunnable, type World } from "./find.ts";

/**
 * Past no return, what of a step's chain is still open at the old site is closed before the next database of the chain
 * is opened: those steps of `fence-data` are done ahead of their turn. A site that returns between the first and the last
 * database of a group would otherwise keep the move from ever ending: the next is not opened while the old one is open,
 * its tail would come too late, and the old one is closed only after all have been opened. What can't be closed stays as
 * it is; the live look that follows decides.
 */
export async function closeBehind(step: Step, recovery: Recovery, world: World, io: Io): Promise<void> {
  // What is closed is the same in either mode.
  const request = { from: otherSite(io.to), to: io.to, mode: "unplanned" } as const;
  const { graph } = draw(recovery, request, world.parts);
  const chain = graph.chainOf(step.id);
  for (const s of chain ? stepsIn(chain, "fence-data") : []) {
    if (s.verb === gate.name) continue;
    try {
      const bound = (await findRunnable(s.verb, [], world.runs)).bind(s.args);
      const ended = await checkActCheck(bound, io, () => Promise.resolve());
      if (ended.verdict === "done") io.say(`${s.id} ahead of its turn, past no return: ${ended.says}`);
    } catch (error) {
      io.say(`${s.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
