import { risk, stops, type Finding } from "../model/finding.ts";
import { inTwo } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import { clockTime, durationText } from "../model/time.ts";
import type { Predicted } from "./predicted.ts";
import type { LossNow } from "./readiness.ts";

/** Whether what is predicted keeps the targets of the estate. */
export function targetFindings(
  loss: readonly LossNow[],
  predicted: Pick<Predicted, "totalSec">,
  { rtoMin, rpoMin }: Recovery["targets"],
): readonly Finding[] {
  const losses = loss.flatMap(({ group, lossSec, refused }): readonly Finding[] => {
    if (refused !== undefined)
      return [
        {
          ...stops(group, "", "", `no-point:${group}`),
          ...inTwo(`there is no point as things stand: ${refused}`, "mend what keeps the logs from arriving"),
        },
      ];
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
