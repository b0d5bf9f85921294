import { risk, stops, type Finding } from "../model/finding.ts";
import { inTwo } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import { clockTime, durationText, moment } from "../model/time.ts";
import type { Predicted } from "./predicted.ts";
import type { LossNow } from "./readiness.ts";

/** Whether what is predicted keeps the targets of the estate. */
export function targetFindings(
  loss: readonly LossNow[],
  predicted: Pick<Predicted, "totalSec">,
  { rtoMin, rpoMin }: Recovery["targets"],
  timeZone: string,
): readonly Finding[] {
  const losses = loss.flatMap((now): readonly Finding[] => {
    const { group, lossSec, refused } = now;
    if (refused !== undefined) return [noPoint(now, refused, timeZone)];
    return lossSec !== undefined && lossSec > 60 * rpoMin
      ? [
          risk(
            group,
            `${clockTime(lossSec)} of data would be lost now, more than the target of ${clockTime(60 * rpoMin)} (RPO)`,
            "look whether logs are backed up, copied and arrive; or move the target",
            `rpo:${group}`,
          ),
        ]
      : [];
  });
  return predicted.totalSec > 60 * rtoMin
    ? [
        ...losses,
        risk(
          "duration",
          `a move takes about ${durationText(Math.round(predicted.totalSec))} as predicted, more than the target of ${durationText(60 * rtoMin)} (RTO)`,
          "see which steps it waits for, below; or move the target",
          "rto",
        ),
      ]
    : losses;
}

/** That there is no point as the estate asks for: only a risk where a later one can be had. */
function noPoint(
  { group, byItselfSec, latestLossSec, isHeld, isUnseen }: LossNow,
  refused: string,
  timeZone: string,
): Finding {
  const id = `${isUnseen ? "point-unseen" : "no-point"}:${group}`;
  const { says, todo } = inTwo(refused, "mend that, then look again");
  const later =
    byItselfSec === undefined
      ? undefined
      : isHeld
        ? `there is one by itself from ${moment(byItselfSec, timeZone)} on at the earliest, and only once "withdraw" lets restores go on`
        : `there is one by itself from ${moment(byItselfSec, timeZone)} on`;
  if (latestLossSec === undefined)
    return stops(
      group,
      `there is no point as things stand: ${says}`,
      later === undefined ? todo : `${later}; until then: ${todo}`,
      id,
    );
  const latest = `declare with --point latest: ${latestLossSec === 0 ? "nothing" : clockTime(latestLossSec)} would be lost now`;
  return risk(
    group,
    `there is no point as the estate asks for: ${says}`,
    later === undefined ? latest : `${later}; until then ${latest}`,
    id,
  );
}
