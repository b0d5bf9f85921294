import type { Finding } from "../model/finding.ts";
import type { Request } from "../model/part.ts";
import type { Asked } from "./gather.ts";
import type { Predicted } from "./predicted.ts";
import type { Verdict } from "./verdict.ts";

/** What one group of databases would go to, were the active site lost at this moment. */
export interface LossNow {
  readonly group: string;
  /** Absent where there is no point; `refused` says why. */
  readonly pointSec?: number;
  readonly lossSec?: number;
  /** Until when that point can still be had without going back to a full backup. Seconds since 1970; absent where nothing ends it. */
  readonly untilSec?: number;
  readonly refused?: string;
}

/** What a look at readiness found. */
export interface Readiness {
  readonly from: Request["from"];
  readonly to: Request["to"];
  readonly verdict: Verdict;
  /** The gravest first. */
  readonly findings: readonly Finding[];
  readonly loss: readonly LossNow[];
  readonly predicted: Predicted;
  readonly asked: readonly Asked[];
  /** What later looks compare with. */
  readonly noted: Readonly<Record<string, number>>;
  /** How long looking took. Seconds. */
  readonly tookSec: number;
}
