import type { Approvals, Approved } from "../model/approvals.ts";
import type { Phase } from "../model/phase.ts";
import type { Draft } from "../model/verb.ts";
import { approval } from "./verbs.ts";

const phaseOf: Readonly<Record<Approved, Phase>> = { open: "approve-open", clients: "approve-clients" };
/** Beyond the wait itself: the looks before and after it. Seconds. */
const aroundSec = 60;

/**
 * The approvals of a chain, by phase. Its parts stand or fall together, and so are approved together: once for all that
 * ask for it, within the longest limit, by a second person where one of them wants that.
 */
export function approvalsOf(
  chain: string,
  asked: readonly Approvals[],
): ReadonlyMap<Phase, readonly Draft[]> {
  return new Map(
    (["open", "clients"] as const).flatMap((before): [Phase, readonly Draft[]][] => {
      const own = asked.filter((a) => a.before.includes(before));
      if (own.length === 0) return [];
      const limitSec = Math.max(...own.map((a) => a.limitSec));
      const step = `${chain}/${phaseOf[before]}`;
      const args = { step, group: chain, before, limitSec, secondPerson: own.some((a) => a.secondPerson) };
      return [[phaseOf[before], [approval.step(step, args, { timeoutSec: limitSec + aroundSec })]]];
    }),
  );
}
