import type { Mode } from "../model/part.ts";
import type { SiteId } from "../model/site.ts";
import type { Step } from "../model/verb.ts";
import type { Aside } from "./aside.ts";
import type { Chain, Graph } from "./graph.ts";

/** What can happen to an estate that a rule speaks of. Model check and simulator tell it, moment by moment. */
export type Happened =
  /** An activation begins. */
  | { readonly kind: "begins"; readonly epoch: number; readonly declared: boolean }
  /** A runner begins a step: the journal has let it. `beside` are the runners that are at this very step already. */
  | {
      readonly kind: "starts";
      readonly step: Step;
      readonly epoch: number;
      readonly beside: readonly string[];
    }
  /** A step changes something now. */
  | { readonly kind: "acts"; readonly step: Step; readonly epoch: number }
  /** The journal says how a step has ended. */
  | { readonly kind: "verdict"; readonly step: Step; readonly verdict: string }
  /** Abandoning opens databases or starts services at the site that stays active. */
  | { readonly kind: "gives back"; readonly what: string; readonly chain: Chain }
  /** A database is restored over. `unshipped`: it holds transactions that are nowhere else. */
  | {
      readonly kind: "overwrites";
      readonly site: SiteId;
      readonly database: string;
      readonly unshipped: boolean;
    }
  | { readonly kind: "completes" }
  /** `lossSec`: past no return, how long the target could be written to, as people are told. */
  | { readonly kind: "abandoned"; readonly lossSec?: number }
  /** Nothing goes wrong any more, and still no `up`, declaration or `abandon` brings the move to an end. */
  | { readonly kind: "stands still"; readonly says: string };

/** How things are at a moment: what the journal says, and what is so in the world. */
export interface Now {
  /** Number of the last activation. */
  readonly epoch: number;
  readonly state: "none" | "moving" | "abandoning" | "abandoned" | "completed";
  readonly mode: Mode;
  /** The journal says that a database of a chain is being opened. */
  noReturn(chain: Chain): boolean;
  /** Steps that the journal lists as owed. */
  readonly owed: readonly string[];
  /** The last word of the journal on a step of the last activation. */
  verdict(step: string): { readonly verdict: string; readonly critical: boolean } | undefined;
  /** Whether what a step wants is so in the world; undefined where that is not known. */
  stands(step: string): boolean | undefined;
  /** What can write at a site, of those things of a chain of which it could have been known at the last look. */
  writers(site: SiteId, chain: Chain): readonly string[];
  /** The point in the world of the database that a step rolls forward; undefined where it was not. Seconds since 1970 UTC, or the end of its logs. */
  rolledTo(step: string): number | "end" | undefined;
  /** The point of a chain in the journal. */
  point(chain: Chain): number | "end" | undefined;
  /** What a chain has lost in the world beyond what people were told; undefined where nothing. */
  untold(chain: Chain): string | undefined;
  /** What a chain loses by being given back, beyond those seconds that people are told of; undefined where nothing. */
  lostByReturn(chain: Chain, toldSec: number): string | undefined;
  /** What was taken from the old site and is not given back. */
  taken(): readonly string[];
}

/** Something that no plan and no run may break. */
export interface Rule {
  /** Its name in messages, tests and docs. */
  readonly name: string;
  /** The rule, as a sentence without a full stop. */
  readonly says: string;
  /** How a plan breaks it: which steps, and why; nothing where it holds. Checked on every plan that is made. */
  plan?(g: Graph): readonly string[];
  /** How a plan beside a move's breaks it: one that takes a move back, that re-protects, or that tries a copy. Checked on each that is made. */
  aside?(a: Aside): readonly string[];
  /** How what happens now breaks it; undefined where it holds. Asked by model check and simulator at every moment. */
  moment?(e: Happened, now: Now, g: Graph): string | undefined;
}
