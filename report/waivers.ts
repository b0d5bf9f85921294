import type { Entry, EntryOf } from "../journal/entries.ts";
import { isDone } from "../journal/situation.ts";
import { systemOf, termsOf } from "../journal/systems.ts";
import { mayBeOwed, type Phase } from "../model/phase.ts";
import { secondsOf } from "./verdicts.ts";

/** Something that was not done or not proven, and for which somebody answers. Times are seconds since 1970 UTC. */
export interface Waiver {
  readonly what: string;
  readonly reason: string;
  readonly by: string;
  /** The second person who answers for it, where signs of life spoke against it. */
  readonly second?: string;
  /** Those signs. */
  readonly although?: readonly string[];
  readonly atSec: number;
  /** Steps that would settle it and are not done yet. */
  readonly open: readonly string[];
  /** How and when it came to rest. Absent while somebody still has to see to it. */
  readonly settled?: { readonly says: string; readonly atSec: number };
}

/** What a waiver of a single step is called by, before its id. */
export const stepPrefix = "step ";

type Started = EntryOf<"activation started">;
type StepEntry = EntryOf<"step">;
type Settled = NonNullable<Waiver["settled"]>;

/** What was waived in an activation, the fence first, and how each was settled. `own`: its entries, from its start on. */
export function waiversOf(
  started: Started,
  own: readonly Entry[],
  declaration: EntryOf<"move declared"> | undefined,
): readonly Waiver[] {
  const steps = own.filter((e): e is StepEntry => e.kind === "step" && e.epoch === started.epoch);
  const systems = started.systems ?? [];
  const ofOwnTerms = new Set(systems.flatMap((m) => (m.terms ? [m.system] : [])));
  const fenceAt = (systemsOf: string | undefined): string =>
    systemsOf === undefined
      ? `the proof that ${started.from} cannot write`
      : `the proof that what ${systemsOf} has at ${started.from} cannot write`;
  const fence = (
    given: Pick<Waiver, "reason" | "by" | "atSec"> & {
      readonly second?: string | undefined;
      readonly accepted?: readonly string[] | undefined;
    },
    system: string | undefined,
    covers: (system: string | undefined) => boolean,
  ): Waiver => ({
    what: fenceAt(system),
    reason: given.reason,
    by: given.by,
    ...(given.second === undefined ? {} : { second: given.second }),
    ...(given.accepted === undefined ? {} : { although: given.accepted }),
    atSec: given.atSec,
    ...fenceStands(
      started,
      own,
      steps.filter((e) => covers(systemOf(e.step, systems))),
    ),
  });
  const fences = [
    ...(started.waiveFence === undefined
      ? []
      : [
          fence(
            {
              reason: started.waiveFence,
              by: started.as,
              second: started.second,
              accepted: started.accepted,
              atSec: secondsOf(declaration ?? started),
            },
            undefined,
            (system) => system === undefined || !ofOwnTerms.has(system),
          ),
        ]),
    ...systems.flatMap(({ system, terms }) =>
      terms?.waiveFence === undefined
        ? []
        : [
            fence(
              {
                reason: terms.waiveFence,
                by: terms.as,
                second: terms.second,
                accepted: terms.accepted,
                atSec: secondsOf(started),
              },
              system,
              (other) => other === system,
            ),
          ],
    ),
    ...own.flatMap((e) =>
      e.kind === "waiver" && e.epoch === started.epoch
        ? [
            fence(
              { reason: e.reason, by: e.as, second: e.second, accepted: e.accepted, atSec: secondsOf(e) },
              undefined,
              (system) => termsOf(started, system).mode === "unplanned",
            ),
          ]
        : [],
    ),
  ];
  return [...fences, ...waivedSteps(started, own, steps)];
}

/** Whether the old site was fenced since, by the steps there that a waiver let the move go on without. */
function fenceStands(
  started: Started,
  own: readonly Entry[],
  steps: readonly StepEntry[],
): Pick<Waiver, "open" | "settled"> {
  const fencing = Map.groupBy(
    // What proves the fence goes by the waiver itself, and is critical: only what acts at the old site counts.
    steps.filter((e) => !e.critical && fencePhases.has(e.phase as Phase) && ended.has(e.verdict)),
    (e) => e.step,
  );
  const vain = [...fencing].filter(([, all]) => all.some((e) => !isDone(e)));
  const open = vain.filter(([, all]) => !all.some(isDone)).map(([step]) => step);
  const over = endOf(started, own);
  if (over) return { open: [], settled: over };
  if (open.length > 0) return { open, ...settledBy(reprotected(started, own)) };
  const last = vain.flatMap(([, all]) => all.find(isDone) ?? []).toSorted((a, b) => b.seq - a.seq)[0];
  if (last)
    return {
      open: [],
      settled: {
        says: `${started.from} was fenced after all, last ${last.step}: ${last.says}`,
        atSec: secondsOf(last),
      },
    };
  const completed = own.find((e) => e.kind === "completed" && e.epoch === started.epoch);
  return completed && fencing.size > 0
    ? {
        open: [],
        settled: { says: `not needed: every step at ${started.from} was done`, atSec: secondsOf(completed) },
      }
    : { open, ...settledBy(reprotected(started, own)) };
}

const settledBy = (settled: Settled | undefined): { readonly settled?: Settled } =>
  settled ? { settled } : {};

/** Verdicts after which a step is not tried again in the same run. */
const ended: ReadonlySet<StepEntry["verdict"]> = new Set(["done", "already", "waived", "failed", "skipped"]);
/** Phases whose steps keep the old site from writing. */
const fencePhases: ReadonlySet<Phase> = new Set<Phase>(["fence-apps", "fence-site", "fence-data"]);

/** What was waived never carried the estate: nothing rests on it any more. */
function endOf({ epoch, from }: Started, own: readonly Entry[]): Settled | undefined {
  const abandoned = own.find((e): e is EntryOf<"abandoned"> => e.kind === "abandoned" && e.epoch === epoch);
  return (
    abandoned && {
      says:
        abandoned.lossSec === undefined
          ? `void: the move was abandoned, and ${from} is active as before`
          : `void: ${from} was gone back to`,
      atSec: secondsOf(abandoned),
    }
  );
}

/** The old site was saved and follows the new one: it cannot write. */
function reprotected({ epoch, from }: Started, own: readonly Entry[]): Settled | undefined {
  const e = own.find((x) => x.kind === "re-protected" && x.epoch === epoch && x.site === from);
  return e && { says: `${from} is re-protected and follows: it cannot write`, atSec: secondsOf(e) };
}

/** Steps that ended with a waiver at least once, by who answers for it. */
function waivedSteps(
  started: Started,
  own: readonly Entry[],
  steps: readonly StepEntry[],
): readonly Waiver[] {
  const waived = new Map(steps.filter((e) => e.verdict === "waived").map((e) => [e.step, e]));
  return [...waived.values()].map((e) => {
    const { as, second } = termsOf(started, systemOf(e.step, started.systems));
    const settled = settledStep(started, own, steps, e);
    return {
      what: `${stepPrefix}${e.step}`,
      reason: e.says,
      by: as,
      ...(second === undefined ? {} : { second }),
      atSec: secondsOf(e),
      open: settled ? [] : [e.step],
      ...settledBy(settled),
    };
  });
}

function settledStep(
  started: Started,
  own: readonly Entry[],
  steps: readonly StepEntry[],
  waived: StepEntry,
): Settled | undefined {
  const done = steps.find((e) => e.step === waived.step && isDone(e));
  if (done) return { says: `done after all: ${done.says}`, atSec: secondsOf(done) };
  const over = endOf(started, own) ?? reprotected(started, own);
  if (over || mayBeOwed.has(waived.phase as Phase)) return over;
  const system = systemOf(waived.step, started.systems);
  const point = own.find(
    (e) =>
      e.kind === "point chosen" &&
      e.epoch === started.epoch &&
      e.seq > waived.seq &&
      (system === undefined || e.group === system),
  );
  return point && { says: "what it would have brought is counted in the loss", atSec: secondsOf(point) };
}
