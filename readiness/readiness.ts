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
  /** From when on there is one by itself, while restores go on; absent where that can't be told. Seconds since 1970. */
  readonly byItselfSec?: number;
  /** What the latest point would lose, where there is one though there is none as the estate asks for. */
  readonly latestLossSec?: number;
  /** A declaration holds the restores: nothing comes by itself until it is withdrawn. */
  readonly isHeld?: boolean;
  /** Nothing could be seen, so that what is refused says nothing of the databases. */
  readonly isUnseen?: true;
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
