import type { Fact, Verdict } from "../journal/entries.ts";
import { factsOf, isOpened, situation, type Situation } from "../journal/situation.ts";
import { leavingMove } from "../journal/outside.ts";
import { stateOf } from "../journal/state.ts";
import { systemOf, termsOf } from "../journal/systems.ts";
import { atOldSite } from "../model/phase.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { chainName, chainsOf } from "../planning/chains.ts";
import { Refused, type Io } from "./act.ts";
import { checkActCheck, type Ended } from "./check-act-check.ts";
import { closeBehind } from "./close-behind.ts";
import { begunAs } from "./begun.ts";
import type { ActivationEnvelope } from "./envelope.ts";
import { evidenceOfLife } from "./fence.ts";
import { findRunnable, type World } from "./find.ts";
import { withIo } from "./io.ts";
import { lockOfStep, lockStep } from "./lock.ts";
import { triedAgain } from "./machinery-text.ts";
import { machinery } from "./machinery.ts";
import { mayActivate, type Leave } from "./may-act.ts";
import type { Progress } from "./progress.ts";
import { watchForSkip } from "./skip-watch.ts";
import { waivedLife } from "./waived-life.ts";
import { announce, announceChanges } from "./words.ts";
import { siteText } from "../model/site-text.ts";

/**
 * Runs one step of a cutover: guard, lock, guard again, check, act, check, verdict. Gives the sentence for people;
 * throws what stops the cutover. Everything it does and finds is in the journal.
 */
export async function runActivationStep(
  envelope: ActivationEnvelope,
  world: World,
  progress: Progress,
): Promise<string> {
  const { step, epoch, attempt } = envelope;
  const { journal } = world;

  const fact = (verdict: Verdict, says: string): Fact => ({
    kind: "step",
    epoch,
    step: step.id,
    phase: step.phase,
    verdict,
    critical: step.critical,
    ...(attempt === undefined ? {} : { attempt }),
    says,
    ...(progress.lines.length > 0 ? { log: [...progress.lines] } : {}),
  });
  const write = (verdict: Verdict, says: string): Promise<void> => journal.append(fact(verdict, says));
  const leave = async (): Promise<{
    entries: Awaited<ReturnType<typeof journal.entries>>;
    s: Situation;
    answer?: string;
  }> => {
    const entries = await journal.entries();
    const s = situation(entries);
    const may = mayActivate(s, epoch, attempt, step);
    if (may.kind === "refuse") {
      await write("refused", may.says);
      throw new Refused(may.says);
    }
    return { entries, s, ...(may.kind === "answer" ? { answer: may.says } : {}) };
  };

  /**
   * Decided under the journal's exclusion: an activation that begins or is abandoned at this moment, or a skip, comes
   * first or sees it. Gives the sentence to end with where there is nothing to do.
   */
  const begin = async (): Promise<string | undefined> => {
    let may: Leave = { kind: "act" };
    await journal.append((entries) => {
      may = mayActivate(situation(entries), epoch, attempt, step);
      if (may.kind === "skip") return fact("skipped", may.says);
      return may.kind === "act" ? fact("started", "") : undefined;
    });
    const then = may as Leave;
    if (then.kind === "act") return undefined;
    return then.kind === "skip" ? then.says : `already: ${(await leave()).answer ?? ""}`;
  };

  const early = await leave();
  if (early.answer !== undefined) return `already: ${early.answer}`;
  const lock = await lockStep(journal.store, lockOfStep(epoch, step.id), step.timeoutSec, progress.say);
  try {
    const { entries, s, answer } = await leave();
    if (answer !== undefined) return `already: ${answer}`;
    const last = leavingMove(s);
    const declared = factsOf(entries, s);
    if (!last || !declared) throw new Refused("the journal holds no facts for this activation");
    const recovery = upgraded(declared.recovery, world.parts);
    const terms = termsOf(last, systemOf(step.id, last.systems));
    const late = await begin();
    if (late !== undefined) return late;
    progress.begin(begunAs(step, s, recovery, world.parts));
    const skip = watchForSkip(journal, epoch, step);
    try {
      const ended = await withIo(
        {
          known: recovery,
          journal,
          journalRef: envelope.journal,
          to: last.to,
          say: progress.say,
          limitSec: step.timeoutSec,
          activation: {
            epoch,
            mode: terms.mode,
            ...(terms.disasterAt === undefined ? {} : { disasterSec: Date.parse(terms.disasterAt) / 1000 }),
          },
          point: (part) => pointOf(part, recovery, world),
          mayStillAct: async () => {
            const over = (await leave()).answer;
            if (over !== undefined) throw new Refused(over);
          },
          waits: (question) => journal.append(question),
          signal: skip.signal,
        },
        (io) =>
          perform(
            envelope,
            recovery,
            {
              site: last.from,
              accepted: terms.accepted,
              isWaived: terms.waiveFence !== undefined && s.owed.size > 0,
            },
            world,
            io,
          ),
      );
      await write(ended.verdict, ended.says);
      return `${ended.verdict}: ${ended.says}`;
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      const skipped = skip.says();
      if (skipped !== undefined) {
        await write("skipped", skipped);
        return skipped;
      }
      if (error instanceof Refused || step.critical) {
        await write("failed", says);
        throw new Error(`${step.id}: ${says}`, { cause: error });
      }
      const verdict = terms.waiveFence !== undefined && atOldSite.has(step.phase) ? "waived" : "failed";
      await write(verdict, says);
      return `${verdict}, and the cutover goes on: ${says}`;
    } finally {
      skip.end();
    }
  } finally {
    await lock.release();
  }
}

/** The site that is left, and the signs of life there that two people answer for. */
interface OldSite {
  readonly site: SiteId;
  readonly accepted: readonly string[] | undefined;
  /** Nothing proves that it is fenced; people answer for it. */
  readonly isWaived: boolean;
}

async function perform(
  { step, epoch }: ActivationEnvelope,
  recovery: Recovery,
  old: OldSite,
  world: World,
  io: Io,
): Promise<Ended> {
  // Only steps that let the new site write have parts to probe; a gate of the same phase opens nothing.
  const opens = step.phase === "open" && step.probes !== undefined;
  const bound = (await findRunnable(step.verb, machinery(world), world.runs)).bind(step.args);
  // A start that somebody skipped, or that was found done, has published nothing.
  let published = step.phase === "verify-services" ? announceChanges(world, recovery, io) : undefined;
  const ended = await checkActCheck(bound, io, async () => {
    // What the old site's servers may start is said before the new site writes, and takes no time of its own.
    if (announces(step)) published = announce(world, recovery, io);
    if (step.probes) await refuseWhileAlive(step, recovery, old, world, io);
    if (announces(step)) await published;
    if (opens) await noReturn(epoch, step.id, world);
    // A guard there stops what somebody starts by hand until it knows. There is time for it while databases open.
    if (opens) published = announceChanges(world, recovery, io);
  }).finally(() => published);
  if (opens) {
    await noReturn(epoch, step.id, world);
    await announceChanges(world, recovery, io);
  }
  if (step.phase === "complete") await announce(world, recovery, io);
  return ended;
}

/** Steps with which the words of the guard change, or before which they must have. */
const announces = ({ phase, probes }: ActivationEnvelope["step"]): boolean =>
  phase === "fence-apps" || probes !== undefined;

/** An hour-old proof of the fence is none: the old site is looked at now, and a waiver is void once it answers. */
async function refuseWhileAlive(
  step: ActivationEnvelope["step"],
  recovery: Recovery,
  { site: from, accepted, isWaived }: OldSite,
  world: World,
  io: Io,
): Promise<void> {
  const lifeThere = isWaived ? waivedLife : evidenceOfLife;
  const look = (): Promise<readonly string[]> =>
    lifeThere(step.probes ?? [], recovery, from, world.runs, io, accepted);
  let life = await look();
  if (life.length > 0 && step.phase === "open") {
    const s = situation(await world.journal.entries());
    if (isOpened(s, step.id)) {
      await closeBehind(step, recovery, world, io);
      life = await look();
    }
  }
  if (life.length === 0) return;
  const s = situation(await world.journal.entries());
  throw new Refused(
    `${siteText(from, recovery)} still answers: ${life.join("; ")}. Two sites must never write. Fence it, then run "pulumi up" again${triedAgain(s, systemOf(step.id, s.last?.systems))}`,
  );
}

const noReturn = (epoch: number, step: string, { journal }: World): Promise<void> =>
  journal.append((entries): Fact | undefined => {
    const s = situation(entries);
    if (s.epoch !== epoch)
      throw new Refused(
        `activation ${String(s.epoch)} has begun since: this step of activation ${String(epoch)} opens nothing`,
      );
    const state = stateOf(s);
    if (state === "in doubt" || state === "active")
      throw new Refused(
        `activation ${String(epoch)} ${state === "active" ? "has ended" : "is being abandoned"}: this step opens nothing`,
      );
    return isOpened(s, step) ? undefined : { kind: "no return", epoch, step };
  });

async function pointOf(
  part: string,
  recovery: Recovery,
  { journal, parts }: World,
): Promise<{ atSec: number; to: "end" | "time" }> {
  const chain = chainsOf(recovery, parts).find((c) => c.some((p) => p.id === part));
  const group = chain && chainName(chain);
  const chosen = situation(await journal.entries()).points.get(group ?? part);
  if (!chosen) throw new Refused(`no point is chosen for ${part} yet`);
  return { atSec: chosen.atSec, to: chosen.to };
}
