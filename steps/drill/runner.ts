import { drillOf, whyNotAct } from "../../journal/drills.ts";
import type { Entry, Fact, Verdict } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { chainName, chainsOf } from "../../planning/chains.ts";
import { Refused, type Point } from "../act.ts";
import { checkActCheck } from "../check-act-check.ts";
import type { DrillEnvelope } from "../envelope.ts";
import { findRunnable, type World } from "../find.ts";
import { withIo } from "../io.ts";
import { lockOfDrill, lockStep } from "../lock.ts";
import type { Progress } from "../progress.ts";
import { knownDrill, type KnownDrill } from "./known.ts";
import { drillMachinery } from "./machinery.ts";

/**
 * Runs one step of a drill under the journal's guard, as a step of a cutover runs: guard, lock, guard again, check, act,
 * check, verdict. A move that is declared or a sweep that begins ends it before the next thing that it would change.
 */
export async function runDrillStep(
  { drill: number, step, journal: journalRef }: DrillEnvelope,
  world: World,
  progress: Progress,
): Promise<string> {
  const { journal } = world;
  const fact = (verdict: Verdict, says: string): Fact => ({
    kind: "step",
    drill: number,
    step: step.id,
    phase: `drill ${step.phase}`,
    verdict,
    critical: true,
    says,
    ...(progress.lines.length > 0 ? { log: [...progress.lines] } : {}),
  });
  const write = (verdict: Verdict, says: string): Promise<void> => journal.append(fact(verdict, says));
  const whyNot = (entries: readonly Entry[]): string | undefined =>
    whyNotAct(situation(entries), drillOf(entries), number, step);
  const guard = async (): Promise<readonly Entry[]> => {
    const entries = await journal.entries();
    const says = whyNot(entries);
    if (says === undefined) return entries;
    await write("refused", says);
    throw new Refused(says);
  };
  /** Decided under the journal's exclusion: what begins or is declared at this moment comes first or sees this step. */
  const begin = async (): Promise<void> => {
    let refused: string | undefined;
    await journal.append((entries) => {
      refused = whyNot(entries);
      return refused === undefined ? fact("started", "") : fact("refused", refused);
    });
    if (refused !== undefined) throw new Refused(refused);
  };

  const runnable = await findRunnable(step.verb, drillMachinery(world), world.runs);
  await guard();
  const lock = await lockStep(journal.store, lockOfDrill(number, step.id), step.timeoutSec, progress.say);
  try {
    const known = knownDrill(await guard(), number, world);
    progress.begin({ id: step.id, limitSec: step.timeoutSec });
    const ended = await withIo(
      {
        known: known.recovery,
        journal,
        journalRef,
        to: known.direction.to,
        say: progress.say,
        limitSec: step.timeoutSec,
        drill: known.io,
        point: (part) => pointOf(part, known, world),
        mayStillAct: async () => {
          await guard();
        },
      },
      (io) => checkActCheck(runnable.bind(step.args), io, begin),
    );
    await write(ended.verdict, ended.says);
    return `${ended.verdict}: ${ended.says}`;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    // What the guard has refused is in the journal already.
    if (!(error instanceof Refused)) await write("failed", says);
    throw new Error(`${step.id}: ${says}`, { cause: error });
  } finally {
    await lock.release();
  }
}

async function pointOf(
  part: string,
  { drill: { number }, recovery }: KnownDrill,
  { journal, parts }: World,
): Promise<Point> {
  const chain = chainsOf(recovery, parts).find((c) => c.some((p) => p.id === part));
  const chosen = drillOf(await journal.entries(), number)?.points.get(chain ? chainName(chain) : part);
  if (!chosen) throw new Refused(`no point is chosen for ${part} yet`);
  return { atSec: chosen.atSec, to: chosen.to };
}
