import * as pulumi from "@pulumi/pulumi";
import { Failover } from "../components/failover.ts";
import { factsOf, situation } from "../journal/situation.ts";
import { next, type Next } from "../journal/next.ts";
import type { Journal } from "../journal/journal.ts";
import type { Estate } from "../model/estate.ts";
import type { SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { chainsOf } from "../planning/chains.ts";
import { plan, type Plan } from "../planning/plan.ts";
import type { World } from "../steps/find.ts";
import { strangersEnd } from "../steps/lock.ts";
import { completedText } from "./completed-text.ts";
import { refuseVoidWaiver } from "./life.ts";
import { attemptsNow } from "./owed.ts";
import { planText } from "./plan-text.ts";
import { undeclared } from "./undeclared.ts";

/** How long an activation waits for steps of provisioning or of an earlier activation that still run. */
const waitForOthersSec = 120;

/**
 * The cutover toward a site: begins what was declared, goes on with what is unfinished, changes nothing where that site
 * is active already.
 */
export async function activate(
  estate: Estate,
  target: SiteId,
  world: World,
): Promise<{ readonly epoch?: number; readonly head?: string }> {
  const { journal, parts } = world;
  const entries = await journal.entries();
  const s = situation(entries);
  const now = next(s, target, new Date());
  if (now.kind === "refused") throw new pulumi.RunError(now.says);
  if (now.kind === "undeclared") throw new pulumi.RunError(await undeclared(estate, s, now, target, world));
  if (now.kind === "nothing") {
    await pulumi.log.info(now.says);
    return {};
  }
  const declared = now.kind === "start" ? s.declared : factsOf(entries, s);
  if (!declared)
    throw new pulumi.RunError(
      'the journal does not hold the facts that this activation was started with. Compare it with its mirror: "parallel-standby journal verify"',
    );
  const recovery = upgraded(declared.recovery, parts);
  if (now.kind === "start") {
    const { declaration, request, epoch } = now;
    const disasterSec =
      declaration.disasterAt === undefined ? undefined : Date.parse(declaration.disasterAt) / 1000;
    await refuseVoidWaiver(
      { world, recovery, request, journalRef: estate.journal, epoch, disasterSec },
      declaration,
    );
  }
  const made = plan(recovery, now.request, parts);
  if (chainsOf(recovery, parts).length > 1 && process.env["PULUMI_CONTINUE_ON_ERROR"] !== "true")
    await pulumi.log.warn(
      "PULUMI_CONTINUE_ON_ERROR is not true: one system that fails would stop the others. Set it, or add --continue-on-error",
    );
  await pulumi.log.info(completedText(s, now.epoch) ?? planText(made, recovery, now.epoch, s));
  if (!pulumi.runtime.isDryRun()) await begin(now, target, made, declared.factsHash, world);
  const { head } = situation(await journal.entries());
  new Failover("move", {
    plan: made,
    journal: estate.journal,
    epoch: now.epoch,
    attempts: now.kind === "start" ? new Map() : await attemptsNow(s, recovery, now.request.from),
  });
  return { epoch: now.epoch, head };
}

/**
 * Writes that the activation starts, or that its plan has changed; only when nothing older runs any more. What has
 * slipped in while that was written still sees the situation before it: it is waited for, too.
 */
async function begin(
  now: Extract<Next, { kind: "start" | "go on" }>,
  target: SiteId,
  made: Plan,
  factsHash: string,
  { journal }: World,
): Promise<void> {
  await nothingElseRuns(journal, now.epoch);
  if (now.kind === "go on") {
    await journal.append((entries) => {
      const known = entries.findLast(
        (e) => (e.kind === "activation started" || e.kind === "plan changed") && e.epoch === now.epoch,
      );
      const changed =
        known &&
        "planHash" in known &&
        known.planHash !== made.hash &&
        !situation(entries).ended.has(now.epoch);
      return changed ? { kind: "plan changed", epoch: now.epoch, planHash: made.hash } : undefined;
    });
    return;
  }
  const { seq, mode, as, disasterAt, acceptLossSec, incident, waiveFence, point } = now.declaration;
  const { from, to } = now.request;
  await journal.append((entries) => {
    // A step that was waited for may have opened a database: past no return the same declaration begins nothing.
    const fresh = next(situation(entries), target, new Date());
    if (fresh.kind !== "start" || fresh.epoch !== now.epoch || fresh.declaration.seq !== seq)
      throw new pulumi.RunError(
        'at this moment the journal changed: another run started, a database was opened, or the declaration was withdrawn. Look with "parallel-standby status" and run this again',
      );
    return {
      kind: "activation started",
      epoch: now.epoch,
      from,
      to,
      mode,
      as,
      factsHash,
      planHash: made.hash,
      declaration: seq,
      acceptLossSec,
      ...(disasterAt === undefined ? {} : { disasterAt }),
      ...(incident === undefined ? {} : { incident }),
      ...(waiveFence === undefined ? {} : { waiveFence }),
      ...(point === undefined ? {} : { point }),
    };
  });
  await nothingElseRuns(journal, now.epoch);
}

/** Waits for steps of provisioning and of earlier activations; throws where one of them does not end. */
async function nothingElseRuns({ store }: Journal, epoch: number): Promise<void> {
  const still = await strangersEnd(
    store,
    epoch,
    waitForOthersSec,
    (line) => void pulumi.log.info(line, undefined, undefined, true),
  );
  if (still.length > 0)
    throw new pulumi.RunError(
      `still running: ${still.map((l) => `"${l.name}" of ${l.who}, since ${l.since}`).join("; ")}. Wait for it or end that process, then run this again`,
    );
}
