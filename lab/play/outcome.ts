import { join } from "node:path";
import { clockTime } from "../../model/time.ts";
import type { Rig } from "./rig.ts";
import type { Check, Played } from "./scenario.ts";

/** What `npm run rehearse -- --json` prints. Durations in seconds. */
export interface Outcome {
  readonly scenario: string;
  /** Every check held. */
  readonly ok: boolean;
  readonly activeSiteBefore: string;
  readonly activeSiteAfter: string;
  readonly rtoSec: number;
  readonly rtoTargetSec: number;
  readonly lossSec: number;
  readonly rpoTargetSec: number;
  readonly steps: readonly {
    readonly id: string;
    readonly phase: string;
    readonly startedAt: string;
    readonly endedAt: string;
    readonly verdict: string;
  }[];
  readonly checks: readonly Check[];
  /** Paths of the report and of the journal. */
  readonly report: string;
  readonly journal: string;
}

/** The outcome of what was played; writes the report beside the journal. */
export async function outcomeOf(
  scenario: string,
  { activeSiteBefore, activeSiteAfter, report, checks }: Played,
  rig: Rig,
): Promise<Outcome> {
  const file = join(rig.folder, "report.html");
  const ran = await rig.cli(["report", "--out", file]);
  const written = {
    name: "the report is written",
    ok: ran.code === 0,
    detail: ran.code === 0 ? file : ran.all.trim(),
  };
  const loss = {
    name: "what was lost is known",
    ok: report.lossSec !== undefined,
    detail: report.lossSec === undefined ? "no point was chosen" : clockTime(report.lossSec),
  };
  const all = [...checks, loss, written];
  const time = (sec: number): string => new Date(sec * 1000).toISOString();
  return {
    scenario,
    ok: all.every((c) => c.ok),
    activeSiteBefore,
    activeSiteAfter,
    rtoSec: Math.round(report.cutOverSec),
    rtoTargetSec: report.targets.rtoMin * 60,
    lossSec: report.lossSec ?? 0,
    rpoTargetSec: report.targets.rpoMin * 60,
    steps: report.steps.map((s) => ({
      id: s.step,
      phase: s.phase,
      startedAt: time(s.fromSec),
      endedAt: time(s.toSec ?? s.fromSec),
      verdict: s.standing,
    })),
    checks: all,
    report: file,
    journal: rig.journalFile,
  };
}
