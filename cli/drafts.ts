import type { Entry, Fact, Verdict } from "../journal/entries.ts";
import type { Request } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { Draft } from "../model/verb.ts";
import type { Parts } from "../model/part.ts";
import { Refused } from "../steps/act.ts";
import { checkActCheck, type Ended } from "../steps/check-act-check.ts";
import { findRunnable } from "../steps/find.ts";
import { withIo } from "../steps/io.ts";
import { lockOfStep, lockStep } from "../steps/lock.ts";
import { machinery } from "../steps/machinery.ts";
import { stepIoOf, type Surroundings } from "../stacks/look.ts";

/** Steps of one part, or of one chain of parts, that a verb of the command line runs by itself: to hold, or to release. */
export interface Errand {
  readonly part: string;
  readonly drafts: readonly Draft[];
}

/** How an errand ended: one sentence for each of its steps. */
export interface Outcome {
  readonly part: string;
  readonly done: readonly string[];
  readonly failed: readonly { readonly step: string; readonly says: string }[];
}

/** What must be held for a move: the steps that each part has in the phase `hold`. Parts without any are left out. */
export const holdsOf = (recovery: Recovery, request: Request, parts: Parts): readonly Errand[] =>
  recovery.parts
    .map((p) => ({
      part: p.id,
      drafts: parts[p.kind]?.plan(p.id, p.facts, request, lookupOf(recovery)).hold ?? [],
    }))
    .filter(({ drafts }) => drafts.length > 0);

/** What releases these parts again; `drafts` is empty for a part that knows no release. */
export const releasesOf = (
  held: ReadonlySet<string>,
  recovery: Recovery,
  request: Request,
  parts: Parts,
): readonly Errand[] =>
  recovery.parts
    .filter((p) => held.has(p.id))
    .map((p) => ({
      part: p.id,
      drafts: parts[p.kind]?.release?.(p.id, p.facts, request, lookupOf(recovery)) ?? [],
    }));

/** The surroundings of errands; their steps take the locks of the activation that is named there. */
export interface ErrandArgs extends Surroundings {
  readonly say: (line: string) => void;
  /**
   * Why these errands may do nothing any more, as a sentence without a full stop; undefined while they may. Asked of the
   * journal with the lock in hand, under its exclusion before a step begins, and by acts before they open or start
   * something: a command that stood still meanwhile, on a laptop that slept, finds that others have moved on.
   */
  readonly mayNot: (entries: readonly Entry[]) => string | undefined;
  /** Whether each step is written to the journal, as a step of that activation. */
  readonly recorded?: boolean;
  /** Awaited before a step begins. Default: nothing. */
  readonly before?: (draft: Draft) => Promise<unknown>;
}

/** Runs errands side by side; in each, a step waits for those that it needs. Never throws: what failed is told. */
export const runErrands = (errands: readonly Errand[], args: ErrandArgs): Promise<readonly Outcome[]> =>
  Promise.all(
    errands.map(async ({ part, drafts }) => {
      const ended = await inNeed(drafts, async (draft) => {
        await args.before?.(draft);
        return perform(draft, args);
      });
      return {
        part,
        done: ended.flatMap((e) => ("ended" in e ? [e.ended.says] : [])),
        failed: ended.flatMap((e) => ("failed" in e ? [{ step: e.draft.id, says: e.failed }] : [])),
      };
    }),
  );

/** How a draft ended: with what its work gave, or with why it failed or was not tried. */
export type EndOf<T> = { readonly draft: Draft } & ({ readonly ended: T } | { readonly failed: string });

/** Each draft once, after those it needs; one whose need failed is not tried. */
export function inNeed<T>(
  drafts: readonly Draft[],
  work: (draft: Draft) => Promise<T>,
): Promise<readonly EndOf<T>[]> {
  const begun = new Map<Draft, Promise<EndOf<T>>>();
  const run = (draft: Draft): Promise<EndOf<T>> => {
    const held = begun.get(draft);
    if (held) return held;
    const made = (async (): Promise<EndOf<T>> => {
      const before = await Promise.all(draft.needs.map(run));
      const lacking = before.find((e) => "failed" in e);
      if (lacking) return { draft, failed: `not tried: it needs ${lacking.draft.id} first` };
      try {
        return { draft, ended: await work(draft) };
      } catch (error) {
        return { draft, failed: error instanceof Error ? error.message : String(error) };
      }
    })();
    begun.set(draft, made);
    return made;
  };
  return Promise.all(drafts.map(run));
}

async function perform(draft: Draft, args: ErrandArgs): Promise<Ended> {
  const { world, say } = args;
  const { journal } = world;
  const runnable = await findRunnable(draft.verb, machinery(world), world.runs);
  const tell = (line: string): void => say(`${draft.id}: ${line}`);
  const lock = await lockStep(journal.store, lockOfStep(args.epoch, draft.id), draft.timeoutSec, tell);
  const fact = (verdict: Verdict, says: string): Fact | undefined =>
    args.recorded === true
      ? {
          kind: "step",
          epoch: args.epoch,
          step: draft.id,
          ...("phase" in draft ? { phase: String(draft.phase) } : {}),
          verdict,
          critical: true,
          says,
        }
      : undefined;
  const write = async (verdict: Verdict, says: string): Promise<void> => {
    const entry = fact(verdict, says);
    if (entry) await journal.append(entry);
  };
  let overtaken: string | undefined;
  const refuseOvertaken = (): void => {
    if (overtaken !== undefined) throw new Refused(overtaken);
  };
  const mayStillAct = async (): Promise<void> => {
    overtaken = args.mayNot(await journal.entries());
    refuseOvertaken();
  };
  /** Decided under the journal's exclusion: what begins or ends at this moment comes first or sees this step. */
  const begin = async (): Promise<void> => {
    await journal.append((entries) => {
      overtaken = args.mayNot(entries);
      return overtaken === undefined ? fact("started", "") : undefined;
    });
    refuseOvertaken();
  };
  try {
    await mayStillAct();
    // Until what it opened is closed: the lock is held for whatever still runs at a server.
    const ended = await withIo(stepIoOf({ ...args, mayStillAct }, draft.timeoutSec, tell), (io) =>
      checkActCheck(runnable.bind(draft.args), io, begin),
    );
    await write(ended.verdict, ended.says);
    return ended;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    // Of what others have ended meanwhile no verdict is left but theirs.
    await write(overtaken === undefined ? "failed" : "refused", says);
    throw error;
  } finally {
    await lock.release();
  }
}
