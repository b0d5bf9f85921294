import { isDone, isOpened, type Situation } from "../journal/situation.ts";
import { movementOf, stateOf } from "../journal/state.ts";
import { systemOf } from "../journal/systems.ts";
import type { Phase } from "../model/phase.ts";
import type { ProvisioningRole, Step } from "../model/verb.ts";
import type { ProvisioningEnvelope } from "./envelope.ts";

/** Whether a step may act now: it may, it has nothing to do, somebody has skipped it, or it is refused. */
export type Leave =
  | { readonly kind: "act" }
  | { readonly kind: "answer"; readonly says: string }
  | { readonly kind: "skip"; readonly says: string }
  | { readonly kind: "refuse"; readonly says: string };

const act: Leave = { kind: "act" };
const refuse = (says: string): Leave => ({ kind: "refuse", says });

/**
 * The last guard of a cutover step: the journal, not the engine. `--target`, a resume hours later or an edited state can
 * all run a step whose needs have not run; a step of a past activation must never act again.
 */
export function mayActivate(s: Situation, epoch: number, attempt: number | undefined, step: Step): Leave {
  if (epoch > s.epoch)
    return refuse(
      `${step.id}: activation ${String(epoch)} is not in the journal (its last is ${String(s.epoch)}). Is this the right journal? Start the move with "pulumi up" of its stack, after "parallel-standby declare"`,
    );
  if (epoch < s.epoch)
    return { kind: "answer", says: `activation ${String(epoch)} is past; the last is ${String(s.epoch)}` };
  const ended = s.ended.get(epoch);
  const due = attempt !== undefined && s.owed.has(step.id) && attempt === s.attempts.get(step.id);
  if (ended === "abandoned") return { kind: "answer", says: `activation ${String(epoch)} was abandoned` };
  if (s.taken)
    return due
      ? act
      : {
          kind: "answer",
          says: `${s.active} was recorded as active by ${s.taken.as}: nothing of a move acts`,
        };
  if (ended === "completed")
    return due ? act : { kind: "answer", says: `activation ${String(epoch)} is completed` };
  if (stateOf(s) === "in doubt") {
    const { says, ways } = movementOf(s) ?? { says: "", ways: "" };
    return refuse(`${step.id}: ${says}: none of its steps acts any more. ${ways}`);
  }
  const system = systemOf(step.id, s.last?.systems);
  // Its last step is looked at all the same: it may have written the entry, and died before its verdict.
  if (system !== undefined && s.completed.has(system) && step.phase !== "complete")
    return due ? act : { kind: "answer", says: `${system} is completed in activation ${String(epoch)}` };
  const before = s.verdicts.get(step.id);
  // Only of a system that has arrived are words of an earlier activation kept.
  if (before && isDone(before) && before.epoch !== epoch)
    return {
      kind: "answer",
      says: `it was done in activation ${String(before.epoch)}, and is not done again`,
    };
  if (before?.verdict === "skipped" && before.epoch !== epoch)
    return { kind: "answer", says: `it was skipped in activation ${String(before.epoch)}` };
  if (before && isDone(before) && isOpened(s, step.id) && beforeNoReturn.has(step.phase))
    return { kind: "answer", says: `it was done before a database was opened, and is not done again` };
  if (before && isDone(before) && step.phase === "preflight" && hasLeft(s, epoch, system))
    return {
      kind: "answer",
      says: `it was looked at before the move began to change the old site, and is not looked at again`,
    };
  const end = step.tooLateAfter === undefined ? undefined : s.verdicts.get(step.tooLateAfter);
  if (end && isDone(end))
    return {
      kind: "answer",
      says:
        before && isDone(before)
          ? `it was done before ${end.step} ended, and is not done again`
          : `${end.step} has ended without it: what it brings would come too late for this activation`,
    };
  const may = order(s, step);
  return may.kind === "act" ? (skipped(s, step) ?? may) : may;
}

/**
 * Whether somebody left this step out. Only one that the planner allows for: one without which something unsafe would
 * follow acts as if nobody had. What is done is done, and a skip of it comes too late.
 */
function skipped({ people, verdicts }: Situation, step: Step): Leave | undefined {
  const skip = step.skippable ? people.skips.get(step.id) : undefined;
  const before = verdicts.get(step.id);
  if (!skip || (before && isDone(before))) return undefined;
  const says = `skipped by ${skip.as} ("${skip.reason}")`;
  return { kind: before?.verdict === "skipped" ? "answer" : "skip", says };
}

/**
 * What these phases did is undone once databases are open and services start, so that a check would find it missing:
 * done again (the stack's state was lost, a newer version changed the step's input) it would restore over what people
 * work in, or stop it.
 */
const beforeNoReturn: ReadonlySet<Phase> = new Set<Phase>([
  "hold",
  "final-sync",
  "choose-point",
  "start-hosts",
  "roll-forward",
]);

/**
 * Whether the move of that system has begun to change the site that it leaves. What preflight looks at is no longer as it
 * was then: a second operator, whose stack has not seen that it ended, would find databases closed that the move has closed.
 */
const hasLeft = (s: Situation, epoch: number, system: string | undefined): boolean =>
  [...s.verdicts.values()].some(
    (v) =>
      v.epoch === epoch &&
      isDone(v) &&
      (v.phase === "fence-apps" || v.phase === "final-sync") &&
      systemOf(v.step, s.last?.systems) === system,
  );

/** Each need has ended well, was skipped, or is one that may end otherwise; a need for safety is never satisfied by a skip. */
function order(s: Situation, step: Step): Leave {
  for (const need of step.needs) {
    const v = s.verdicts.get(need.id);
    const satisfied =
      v !== undefined && (v.verdict === "skipped" ? need.kind === "order" : isDone(v) || !v.critical);
    if (!satisfied)
      return refuse(
        `${step.id}: it needs ${need.id} first, which has ${v ? `ended with "${v.verdict}"` : "not run"} in activation ${String(s.epoch)}. Run the whole activation with "pulumi up", without --target and --exclude`,
      );
  }
  return act;
}

/** A step of provisioning: where it works, the number of the last activation when it was planned, and what it waits for. */
type Planned = Pick<ProvisioningEnvelope["provision"], "id" | "site" | "epoch" | "after">;

/**
 * The guard of a provisioning step. While the estate moves nothing is provisioned; what stops, parks or overwrites acts
 * only at the passive site: a leftover of `up -s standby` must not touch the site that has become active.
 */
export function mayProvision(
  s: Situation,
  { id, site, epoch, after }: Planned,
  role: ProvisioningRole | undefined,
): Leave {
  if (role === undefined) return refuse(`${id}: this kind of step belongs to a cutover and never provisions`);
  const moving = movementOf(s);
  if (moving)
    return refuse(`${id}: ${moving.says}, and nothing is provisioned while the estate moves. ${moving.ways}`);
  if (s.held.size > 0)
    return refuse(
      `${id}: restores of ${[...s.held].join(", ")} are held for a declared move, and provisioning could start them again. Cut over, or take the declaration back with "parallel-standby withdraw"`,
    );
  if (epoch !== s.epoch)
    return refuse(
      `${id}: it was planned ${epoch === 0 ? "before any activation" : `after activation ${String(epoch)}`}, and activation ${String(s.epoch)} has ended since. Run "pulumi up" again: it plans for the site that is active now`,
    );
  if (role === "passive" && s.active === site)
    return refuse(
      `${id}: ${site} is the active site, and this step acts only at a passive one. Run "pulumi up" again: the plan for an active site has no such step`,
    );
  if (after && after.wanted !== after.ran)
    return refuse(
      `${id}: a step before it was left out (--target, --exclude), so what it would write is not so yet. Run "pulumi up" of this stack again without them`,
    );
  return act;
}
