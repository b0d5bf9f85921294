import { fenceOwed } from "../../journal/fence-owed.ts";
import type { Situation } from "../../journal/situation.ts";
import { note, risk, type Finding } from "../../model/finding.ts";
import { exitCodes } from "../failure.ts";
import { roughly } from "../layout.ts";
import type { ProbeRan } from "./ran.ts";

/** After how long without one a probe that is scheduled every five minutes does not run. Minutes. */
const silentMin = 30;

/** Why it matters that a probe runs; undefined where nothing depends on it now. */
export const whyProbe = (
  s: Pick<Situation, "owed" | "verdicts" | "declared">,
  isGuarded = s.declared?.recovery.guard !== undefined,
): string | undefined =>
  fenceOwed(s).length > 0
    ? "a fence is owed, and a site that comes back is not fenced before somebody does it"
    : isGuarded
      ? "it renews the lease of the guards, and without it production does not come back after a restart"
      : undefined;

/** What is wrong with when a probe ran, or how it ended; undefined where all is well. Without a full stop. */
export function probeTrouble(ran: ProbeRan | undefined, now: Date): string | undefined {
  if (!ran) return "the probe has never run here";
  const ageSec = (now.getTime() - Date.parse(ran.at)) / 1000;
  if (ageSec > 60 * silentMin) return `the probe has not run for ${roughly(ageSec)}`;
  return ran.exitCode === exitCodes.failed ? `the probe runs and fails: ${ran.text}` : undefined;
}

/** The same as a finding: a risk where something depends on it, else worth knowing. */
export function probeFindings(
  ran: ProbeRan | undefined,
  why: string | undefined,
  now: Date,
): readonly Finding[] {
  const says = probeTrouble(ran, now);
  if (says === undefined) return [];
  return [
    why === undefined
      ? note(
          "probe",
          says,
          "schedule it on the runner: after a move it fences a site that comes back (docs/guard.md)",
        )
      : risk(
          "probe",
          `${says}: ${why}`,
          'schedule "parallel-standby probe" on the runner, and look how it ends (docs/guard.md)',
        ),
  ];
}
