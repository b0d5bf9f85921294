import { moment } from "../../model/time.ts";
import { plain, roughly } from "../layout.ts";
import type { ProbeStanding } from "./probe.ts";

/** When the probe ran last, and, where something depends on it, that it does not run as it should. */
export function probeText({ at, ageSec, says, why, trouble }: ProbeStanding): string {
  const ran =
    at === undefined || ageSec === undefined
      ? ""
      : `last ran ${roughly(ageSec)} ago, ${moment(Date.parse(at) / 1000)}: ${says ?? ""}`;
  if (trouble === undefined) return plain(ran);
  if (why !== undefined) return plain(`RISK: ${trouble}: ${why}`);
  return plain(ran === "" ? trouble : `${trouble}; ${ran}`);
}
