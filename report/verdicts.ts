import type { Entry, EntryOf } from "../journal/entries.ts";
import { isDone } from "../journal/situation.ts";
import type { Phase } from "../model/phase.ts";

/** How a step stands in the end. `running` has begun and has no verdict: a runner that works, or one that died. */
export type Standing = EntryOf<"step">["verdict"] | "running";

/** One step of an activation, as a report shows it. Seconds since 1970 UTC. */
export interface StepLine {
  readonly step: string;
  readonly phase: Phase | "";
  readonly standing: Standing;
  readonly critical: boolean;
  readonly says: string;
  readonly fromSec: number;
  /** Absent while it runs. */
  readonly toSec?: number;
  /** How often it failed or was refused before it stood as it stands. */
  readonly vain: number;
  readonly log: readonly string[];
}

/**
 * The steps of an activation, in the order in which they began. The first success of a step counts: an orphan of a
 * killed engine and its successor write `done`, then `already`.
 */
export function stepsOf(entries: readonly Entry[], epoch: number): readonly StepLine[] {
  const byStep = Map.groupBy(
    entries.filter((e): e is EntryOf<"step"> => e.kind === "step" && e.epoch === epoch),
    (e) => e.step,
  );
  return [...byStep.entries()]
    .flatMap(([step, all]) => lineOf(step, all) ?? [])
    .sort((a, b) => a.fromSec - b.fromSec);
}

function lineOf(step: string, all: readonly EntryOf<"step">[]): StepLine | undefined {
  const word =
    all.find(isDone) ?? all.findLast((e) => e.verdict !== "started" && e.verdict !== "refused") ?? all.at(-1);
  if (!word) return undefined;
  const before = all.slice(0, all.indexOf(word));
  const begun = word.verdict === "started" ? word : (before.findLast((e) => e.verdict === "started") ?? word);
  const runs = all.at(-1)?.verdict === "started" && !isDone(word);
  const shown = runs ? (all.at(-1) ?? word) : word;
  return {
    step,
    phase: (word.phase ?? "") as Phase | "",
    standing: runs ? "running" : word.verdict,
    critical: word.critical,
    says: shown.says,
    fromSec: secondsOf(runs ? shown : begun),
    ...(runs ? {} : { toSec: secondsOf(word) }),
    vain: before.filter((e) => e.verdict === "failed" || e.verdict === "refused").length,
    log: word.log ?? [],
  };
}

/** When an entry was written, seconds since 1970 UTC. */
export const secondsOf = (e: Pick<Entry, "at">): number => Date.parse(e.at) / 1000;

/** How many steps stand how. */
export interface Counts {
  readonly total: number;
  readonly done: number;
  readonly waived: number;
  readonly skipped: number;
  readonly failed: number;
  readonly running: number;
}

/** Counts steps by how they stand; `already` counts as done, `refused` as failed. */
export function countsOf(steps: readonly Pick<StepLine, "standing">[]): Counts {
  const n = (...of: readonly Standing[]): number => steps.filter((s) => of.includes(s.standing)).length;
  return {
    total: steps.length,
    done: n("done", "already"),
    waived: n("waived"),
    skipped: n("skipped"),
    failed: n("failed", "refused"),
    running: n("running", "started"),
  };
}
