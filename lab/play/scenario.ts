import type { Report } from "../../report/report.ts";
import type { LabOptions } from "../world/options.ts";
import type { Watching } from "./never-open.ts";
import type { Rig } from "./rig.ts";

/** What a scenario plays on. */
export interface Stage {
  readonly rig: Rig;
  /** What happens right now, shown live beneath the stage's title. */
  say(line: string): void;
}

/** One act of a scenario. */
export interface Act<C> {
  readonly title: string;
  run(context: C, stage: Stage): Promise<void>;
}

/** Something that must be true at the end, seen from outside: as a client, or in the lab's own books. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen. */
  readonly detail: string;
}

/** How a scenario ended, before it is written out. */
export interface Played {
  readonly activeSiteBefore: string;
  readonly activeSiteAfter: string;
  readonly report: Report;
  readonly checks: readonly Check[];
}

/** A disaster, or a move, from beginning to end. */
export interface Scenario {
  readonly name: string;
  /** One sentence for `--list`. */
  readonly about: string;
  /** What its lab has that others do not. */
  readonly lab?: Partial<LabOptions>;
  readonly acts: readonly Act<Memory>[];
}

/** What later acts know from earlier ones. */
export interface Memory {
  /** Lab time at which production ended, milliseconds since 1970 UTC. */
  endedAtMs: number;
  /** What was seen before the end. */
  seen?: readonly Check[];
  /** Looks at the site that was left while later acts play. */
  watching?: Watching;
  /** Puts back what was taken away. */
  mend?: () => Promise<void>;
  played?: Played;
}
