import { otherSite } from "../model/site.ts";
import type { EntryOf } from "./entries.ts";
import type { Situation } from "./situation.ts";

type Taken = NonNullable<Situation["taken"]>;

/** What is said of a step of a fence of which nobody knows whether what it wants is there. */
export const notProven = "what was done there outside of this tool is not proven";

/** The steps that are owed at the site which somebody has left outside of this tool, as if each had been tried in vain. */
export const unfencedBy = (e: Taken): readonly EntryOf<"step">[] =>
  (e.unfenced ?? []).map(({ step, phase }) => ({
    kind: "step",
    seq: e.seq,
    prev: e.prev,
    at: e.at,
    by: e.by,
    hash: e.hash,
    epoch: e.epoch,
    step,
    phase,
    verdict: "failed",
    critical: false,
    says: notProven,
  }));

/**
 * The move that an owed fence belongs to: the last activation, or the one that was made outside of this tool, as if it
 * had been an unplanned one. Undefined where nothing was ever left.
 */
export function leavingMove({ last, taken, declared }: Situation): EntryOf<"activation started"> | undefined {
  if (last) return last;
  if (!taken || !declared) return undefined;
  return {
    kind: "activation started",
    seq: taken.seq,
    prev: taken.prev,
    at: taken.at,
    by: taken.by,
    hash: taken.hash,
    epoch: taken.epoch,
    from: otherSite(taken.active),
    to: taken.active,
    mode: "unplanned",
    as: taken.as,
    acceptLossSec: 0,
    factsHash: declared.factsHash,
    planHash: taken.hash,
    declaration: taken.seq,
  };
}
