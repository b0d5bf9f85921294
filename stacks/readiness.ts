import type { Entry } from "../journal/entries.ts";
import { notesOf } from "../journal/readiness.ts";
import { situation } from "../journal/situation.ts";
import type { Finding } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import { plan } from "../planning/plan.ts";
import { drillFindings } from "../readiness/drill-findings.ts";
import { exerciseFindings } from "../readiness/exercise-findings.ts";
import { gather } from "../readiness/gather.ts";
import { journalFindings } from "../readiness/journal-findings.ts";
import { looksFor } from "../readiness/looks.ts";
import { predicted } from "../readiness/predicted.ts";
import type { LossNow, Readiness } from "../readiness/readiness.ts";
import { targetFindings } from "../readiness/targets.ts";
import { inOrder, verdictOf } from "../readiness/verdict.ts";
import { answered, ioOf, type Surroundings } from "./look.ts";
import { groupsOf, outlooks, type Outlook, type Wanted } from "./outlook.ts";

/** How long a preview looks, in seconds: whoever types it at night waits for it. */
export const previewLimitSec = 10;
/** What is left of the time for closing connections and telling. */
const restSec = 0.5;
/** So much longer than it may take is what looks left alone. */
const graceSec = 0.2;

/** What a look at readiness needs beside its surroundings. */
export interface ReadinessArgs {
  readonly wanted: Wanted;
  /** All of it ends after so long. Seconds. */
  readonly limitSec: number;
  readonly entries: readonly Entry[];
  readonly now: Date;
  /** The facts as estate.ts has them now, where they are known. */
  readonly estate?: Recovery | undefined;
  /** What was found elsewhere: on the runner itself. */
  readonly more?: readonly Finding[];
  /** What would be lost now, where somebody looks at it already. */
  readonly outlook?: Promise<readonly Outlook[]>;
}

/**
 * Looks at everything that a move needs, side by side, and at what would be lost now. Changes nothing; what cannot be
 * seen in time is a finding.
 */
export async function readinessNow(at: Surroundings, args: ReadinessArgs): Promise<Readiness> {
  const begun = performance.now();
  const { recovery, request, world } = at;
  const { entries, limitSec, now, more = [] } = args;
  const looks = await looksFor(recovery, request, world);
  // Loading what looks takes its time, too.
  const lookSec = Math.max(0, limitSec - restSec - (performance.now() - begun) / 1000);
  const [gathered, seen] = await Promise.all([
    // What is late is told as such, and not as cut off by the end of all.
    answered(ioOf(at, lookSec + graceSec), (io) =>
      gather(looks, {
        io,
        to: request.to,
        hosts: recovery.hosts,
        limitSec: lookSec,
        before: (name) => notesOf(entries, name, now),
      }),
    ),
    args.outlook ?? outlooks(at, args.wanted, lookSec),
  ]);
  const loss = lossOf(seen, at, entries);
  const duration = await predicted(plan(recovery, request, world.parts), entries, world);
  const findings = inOrder([
    ...more,
    ...gathered.findings,
    ...journalFindings(entries, args.estate, request.to, now),
    ...drillFindings(entries, now),
    ...exerciseFindings(entries, recovery.hosts, request.to, now),
    ...targetFindings(loss, duration, recovery.targets, recovery.sites[request.from].timeZone),
  ]);
  return {
    from: request.from,
    to: request.to,
    verdict: verdictOf(findings),
    findings,
    loss,
    predicted: duration,
    asked: gathered.asked,
    noted: gathered.noted,
    tookSec: (performance.now() - begun) / 1000,
  };
}

/** What each group would go to; while restores of all its data are held, nothing passes its point by. */
function lossOf(
  seen: readonly Outlook[],
  { recovery, world }: Surroundings,
  entries: readonly Entry[],
): readonly LossNow[] {
  const { held } = situation(entries);
  const groups = groupsOf(recovery, world.parts);
  return seen.map(({ group, point, latest, untilSec, isUnseen }): LossNow => {
    const data = groups.find((g) => g.group === group)?.data ?? [];
    const isHeld = data.length > 0 && data.every((part) => held.has(part));
    if ("refused" in point)
      return {
        group,
        ...point,
        ...(isUnseen ? { isUnseen } : {}),
        ...("refused" in latest ? {} : { latestLossSec: latest.lossSec }),
        ...(data.some((part) => held.has(part)) ? { isHeld: true } : {}),
      };
    return {
      group,
      pointSec: point.atSec,
      lossSec: point.lossSec,
      ...(untilSec === undefined || isHeld ? {} : { untilSec }),
    };
  });
}
