import { drillOf, isOpen, isSwept, unknownDrill } from "../../journal/drills.ts";
import { planSweep } from "../../planning/drill.ts";
import type { JournalRef } from "../../model/journal-ref.ts";
import type { Draft } from "../../model/verb.ts";
import { Refused } from "../act.ts";
import { checkActCheck } from "../check-act-check.ts";
import { findRunnable, type World } from "../find.ts";
import { withIo } from "../io.ts";
import { lockOfDrill, lockStep } from "../lock.ts";
import { poll } from "../poll.ts";
import { drillPlaces, type DrillPlace } from "./known.ts";

/** How long a sweep may take where nobody waits for it at night: dropping databases is quick. Seconds. */
export const sweepLimitSec = 600;
/** How long a move waits until what a drill has made is removed: then it goes on beside it. Seconds. */
const sweepBeforeMoveSec = 60;

export interface SweepArgs {
  readonly world: World;
  readonly journalRef: JournalRef;
  readonly number: number;
  /** Look for what bears its number although the journal says that nothing is left of it. Default: false. */
  readonly again?: boolean;
  /** Who or what ends the drill, for the journal. */
  readonly why: string;
  readonly limitSec: number;
  readonly say: (line: string) => void;
}

/**
 * Removes all that a drill has made, also what half failed: first the journal says that none of its steps acts any more,
 * then those that still run are waited for, then every part removes what bears the drill's number, whether the journal
 * knows that the drill has begun, or knows the drill at all. Gives a sentence; throws one that names what is left and
 * why. It may run at any time, while the estate moves too: it touches nothing but copies.
 */
export async function sweepDrill(args: SweepArgs): Promise<string> {
  const { world, number, again = false, why, limitSec, say } = args;
  const { journal } = world;
  const name = `drill ${String(number)}`;
  const entries = await journal.entries();
  const before = drillOf(entries, number);
  if (before && isSwept(before) && !again) return `already: ${name} was swept at ${before.swept?.at ?? ""}`;
  if (!before && drillPlaces(entries, number, world).length === 0)
    throw new Refused(
      `${unknownDrill(number)}. It holds no facts either, by which what bears the number could be looked for`,
    );
  const lock = await lockStep(journal.store, lockOfDrill(number, "sweep"), limitSec, say);
  try {
    await journal.append((entries) => {
      const now = drillOf(entries, number);
      return now && !now.ending ? { kind: "drill ending", drill: number, why } : undefined;
    });
    const now = drillOf(await journal.entries(), number);
    const { done, left } = await removeAll(args);
    const begun = now?.started
      ? []
      : [now ? "it had not begun" : "the journal does not know it: looked for by its number alone"];
    const says = [...begun, ...done].join("; ");
    await journal.append({ kind: "drill swept", drill: number, says, left });
    if (left.length > 0)
      throw new Error(
        `${name} is ended, but not all of it is gone: ${left.join("; ")}. Mend that, then run "parallel-standby drill sweep --drill ${String(number)} --as YOUR-NAME"${again ? "" : ' or "pulumi destroy -s dr-drill"'} again`,
      );
    return `done: ${name} is swept: ${says}`;
  } finally {
    await lock.release();
  }
}

/**
 * Sweeps the drill of that number, and the one that is open, where that is another: the state of a stack may be older
 * than the journal, and whoever destroys it means what is there. Both side by side, each in the time that one has. Throws
 * what is left of either.
 */
export async function sweepWithOpen(args: Omit<SweepArgs, "limitSec" | "again">): Promise<string> {
  const open = drillOf(await args.world.journal.entries());
  const numbers = new Set([args.number, ...(open && isOpen(open) ? [open.number] : [])]);
  const ends = await Promise.allSettled(
    [...numbers].map((number) => sweepDrill({ ...args, number, limitSec: sweepLimitSec })),
  );
  const failed = ends.flatMap((end) =>
    end.status === "rejected" ? [end.reason instanceof Error ? end.reason.message : String(end.reason)] : [],
  );
  const said = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
  if (failed.length > 0) throw new Error([...failed, ...said].join("; "));
  return said.join("; ");
}

/**
 * Ends a drill that is open, before a move begins. It never holds the move up: what can't be removed in a minute stays
 * until somebody sweeps, and does not disturb, since it has names and files of its own. Gives what to tell; undefined
 * where there is no such drill.
 */
export async function endOpenDrill(
  args: Pick<SweepArgs, "world" | "journalRef" | "why" | "say">,
): Promise<string | undefined> {
  try {
    const drill = drillOf(await args.world.journal.entries());
    if (!drill || !isOpen(drill)) return undefined;
    return await sweepDrill({ ...args, number: drill.number, limitSec: sweepBeforeMoveSec });
  } catch (error) {
    return `the move goes on beside it: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Removed {
  readonly done: readonly string[];
  readonly left: string[];
}

async function removeAll(args: SweepArgs): Promise<Removed> {
  const { world, number, limitSec, say } = args;
  const places = drillPlaces(await world.journal.entries(), number, world);
  const endMs = performance.now() + limitSec * 1000;
  await stepsEnd(args, limitSec / 2);
  const done: string[] = [];
  const left: string[] = [];
  await Promise.all(
    places
      .flatMap((place) =>
        planSweep(place.recovery, place.direction, world.parts).flatMap((p) =>
          p.drafts.map((draft) => ({ place, draft })),
        ),
      )
      .map(async ({ place, draft }) => {
        try {
          done.push(await remove(draft, place, args, (endMs - performance.now()) / 1000));
        } catch (error) {
          const says = error instanceof Error ? error.message : String(error);
          say(`${draft.id}: ${says}`);
          left.push(`${draft.id}: ${says}`);
        }
      }),
  );
  return { done, left };
}

/** Steps of the drill that still run end before the next thing they would change; a restore that has begun goes on to its end. */
async function stepsEnd({ world, number, say }: SweepArgs, limitSec: number): Promise<void> {
  const own = (name: string): boolean =>
    name.startsWith(lockOfDrill(number, "")) && name !== lockOfDrill(number, "sweep");
  await poll(
    async () => (await world.journal.store.leases()).filter((l) => own(l.name)),
    (running) => {
      if (running.length > 0)
        say(`waiting for ${running.map((l) => `"${l.name}" of ${l.who} (since ${l.since})`).join(", ")}`);
      return running.length === 0;
    },
    { signal: new AbortController().signal, limitSec, everyMs: 250 },
  );
}

const remove = async (
  draft: Draft,
  { recovery, direction, io: drill }: DrillPlace,
  { world, journalRef, say }: SweepArgs,
  leftSec: number,
): Promise<string> =>
  withIo(
    {
      known: recovery,
      journal: world.journal,
      journalRef,
      to: direction.to,
      say: (line) => say(`${draft.id}: ${line}`),
      limitSec: Math.max(1, Math.min(draft.timeoutSec, leftSec)),
      drill,
    },
    async (io) => {
      const runnable = await findRunnable(draft.verb, [], world.runs);
      return (await checkActCheck(runnable.bind(draft.args), io, () => Promise.resolve())).says;
    },
  );
