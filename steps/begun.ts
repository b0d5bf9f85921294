import { requestOf } from "../journal/next.ts";
import { endedSteps, type Situation } from "../journal/situation.ts";
import type { Parts } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Step } from "../model/verb.ts";
import { plan } from "../planning/plan.ts";
import { turnOf } from "../planning/turn.ts";
import type { Begun } from "./progress.ts";

/**
 * What people are told of a cutover's step when it begins. Its turn comes from the plan, made again from the facts that
 * the activation was started with, and from the journal: none of it is in the step's input, so that progress never makes
 * a second `up` run a step.
 */
export function begunAs(step: Step, s: Situation, recovery: Recovery, parts: Parts): Begun {
  const begun = { id: step.id, limitSec: step.timeoutSec };
  const { last } = s;
  if (!last) return begun;
  try {
    const { steps } = plan(recovery, requestOf(last), parts);
    const turn = turnOf(steps, step.id, endedSteps(s));
    return turn ? { ...begun, turn } : begun;
  } catch {
    // Another version made this step's plan, and today's refuses it: that is no reason not to run the step.
    return begun;
  }
}
