import { activeStack } from "../model/site.ts";
import type { Situation } from "./situation.ts";

/**
 * How an estate stands. `active`: no move is under way. `moving`: one has begun, and no database is open at its target:
 * it can be abandoned. `moving past no return`: one is. `in doubt`: the old site is being given back what the move took,
 * and not all of it is.
 */
export type State = "active" | "moving" | "moving past no return" | "in doubt";

/** What of a situation says how the estate stands. */
export type Standing = Pick<Situation, "last" | "ended" | "noReturn" | "abandoning">;

/** The one judgement of how an estate stands: what people are told and what steps are guarded by goes by it. */
export function stateOf({ last, ended, noReturn, abandoning }: Standing): State {
  if (!last || ended.has(last.epoch)) return "active";
  if (abandoning) return "in doubt";
  return noReturn ? "moving past no return" : "moving";
}

/** Whether an activation has begun and not ended. */
export const isMoving = (s: Standing): boolean => stateOf(s) !== "active";

/** Whether an activation goes toward its target: begun, not ended, and nobody gives the old site back what it took. */
export const goesOn = (s: Standing): boolean => isMoving(s) && stateOf(s) !== "in doubt";

/** What is under way, for a sentence that refuses something else; both parts without a full stop. */
export interface Movement {
  /** `activation 3 toward dr is unfinished`. */
  readonly says: string;
  /** Every way out of it: `Finish it with "pulumi up -s dr-active", or …`. */
  readonly ways: string;
}

/** What is under way and every way out of it; undefined where the estate is at rest. */
export function movementOf(s: Standing): Movement | undefined {
  const { last, abandoning, noReturn } = s;
  if (!last) return undefined;
  const what = `activation ${String(last.epoch)} toward ${last.to}`;
  const finish = `Finish it with "pulumi up -s ${activeStack(last.to)}"`;
  switch (stateOf(s)) {
    case "active":
      return undefined;
    case "moving":
      return {
        says: `${what} is unfinished`,
        ways: `${finish}, or give it up with "parallel-standby abandon"`,
      };
    case "moving past no return":
      return {
        says: `${what} is unfinished and past the point of no return: databases are open at ${last.to}`,
        ways: `${finish}, or go back to ${last.from} with "parallel-standby back"`,
      };
    case "in doubt":
      if (noReturn)
        return {
          says: `${last.from} is being gone back to from ${what} since ${abandoning?.at ?? ""} by ${abandoning?.as ?? ""}, and is not given back yet`,
          ways: `Go on with "parallel-standby back --as YOUR-NAME --reason WHY". If ${last.from} is lost meanwhile, bring the databases of ${last.to} online and start its services by hand, and record it with "parallel-standby journal adopt --active ${last.to}"`,
        };
      return {
        says: `${what} is being abandoned since ${abandoning?.at ?? ""} by ${abandoning?.as ?? ""}, and ${last.from} is not given back yet`,
        ways: 'Go on with "parallel-standby abandon --as YOUR-NAME --reason WHY"',
      };
  }
}
