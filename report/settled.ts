import type { Entry, EntryOf } from "../journal/entries.ts";
import { isDone } from "../journal/situation.ts";
import { systemOf } from "../journal/systems.ts";
import { mayBeOwed, type Phase } from "../model/phase.ts";
import { secondsOf } from "./verdicts.ts";

type StepEntry = EntryOf<"step">;

/** How a waiver came to rest, and when: seconds since 1970 UTC. */
export interface Settled {
  readonly says: string;
  readonly atSec: number;
}

/** What an incident has told so far. */
export interface Told {
  /** Its last activation. */
  readonly started: EntryOf<"activation started">;
  /** The entries of all its activations. */
  readonly own: readonly Entry[];
  /** The steps among them. */
  readonly steps: readonly StepEntry[];
  /** All that was waived is void. */
  readonly over?: Settled;
}

/** Whether a waiver of the fence was settled, and which steps at the old site would do it. */
export interface FenceStands {
  readonly open: readonly string[];
  readonly settled?: Settled;
}

/** Whether the old site was fenced since, by the steps there that a waiver let the move go on without. */
export function fenceStands(told: Told, covers: (step: StepEntry) => boolean): FenceStands {
  const over = voidOf(told);
  if (over) return { open: [], settled: over };
  const { started, own, steps } = told;
  // What proves the fence goes by the waiver itself, and is critical: only what acts at the old site counts.
  const fencing = steps.filter(
    (e) => covers(e) && !e.critical && fencePhases.has(e.phase as Phase) && ended.has(e.verdict),
  );
  const vain = [...Map.groupBy(fencing, (e) => e.step)].filter(([, all]) => all.some((e) => !isDone(e)));
  const open = vain.filter(([, all]) => !all.some(isDone)).map(([step]) => step);
  if (open.length > 0) return { open };
  const last = vain.flatMap(([, all]) => all.findLast(isDone) ?? []).toSorted((a, b) => b.seq - a.seq)[0];
  if (last)
    return {
      open,
      settled: {
        says: `${started.from} was fenced after all, last ${last.step}: ${last.says}`,
        atSec: secondsOf(last),
      },
    };
  const completed = own.find((e) => e.kind === "completed" && e.epoch === started.epoch);
  return completed && fencing.length > 0
    ? {
        open,
        settled: { says: `not needed: every step at ${started.from} was done`, atSec: secondsOf(completed) },
      }
    : { open };
}

/** Whether a step that was waived came to rest. */
export function stepSettled(told: Told, waived: StepEntry): Settled | undefined {
  const done = told.steps.find((e) => e.step === waived.step && isDone(e) && e.seq > waived.seq);
  if (done) return { says: `done after all: ${done.says}`, atSec: secondsOf(done) };
  const over = voidOf(told);
  if (over || mayBeOwed.has(waived.phase as Phase)) return over;
  const system = systemOf(waived.step, told.started.systems);
  const point = told.own.find(
    (e) => e.kind === "point chosen" && e.seq > waived.seq && (system === undefined || e.group === system),
  );
  return point && { says: "what it would have brought is counted in the loss", atSec: secondsOf(point) };
}

/** Verdicts after which a step is not tried again in the same run. */
const ended: ReadonlySet<StepEntry["verdict"]> = new Set(["done", "already", "waived", "failed", "skipped"]);
/** Phases whose steps keep the old site from writing. */
const fencePhases: ReadonlySet<Phase> = new Set<Phase>(["fence-apps", "fence-site", "fence-data"]);

/** Nothing rests on what was waived: the move was given up, or the old site follows and cannot write. */
function voidOf({ started: { epoch, from }, own, over }: Told): Settled | undefined {
  if (over) return over;
  const abandoned = own.find((e): e is EntryOf<"abandoned"> => e.kind === "abandoned" && e.epoch === epoch);
  if (abandoned)
    return {
      says:
        abandoned.lossSec === undefined
          ? `void: the move was abandoned, and ${from} is active as before`
          : `void: ${from} was gone back to`,
      atSec: secondsOf(abandoned),
    };
  const follows = own.find((e) => e.kind === "re-protected" && e.epoch === epoch && e.site === from);
  return (
    follows && {
      says: `${from} is re-protected and follows: it cannot write`,
      atSec: secondsOf(follows),
    }
  );
}
