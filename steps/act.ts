import type { Fact } from "../journal/entries.ts";
import type { JournalReader } from "../journal/journal.ts";
import type { DrillCheck } from "../model/drill.ts";
import type { Host } from "../model/host.ts";
import type { Finding } from "../model/finding.ts";
import type { Mode, Lookup, Request } from "../model/part.ts";
import type { RecoveryPart } from "../model/recovery.ts";
import type { SecretRef } from "../model/secret.ts";
import type { SiteId } from "../model/site.ts";
import type { ProvisioningRole, Verb } from "../model/verb.ts";
import type { Exercise } from "./exercise.ts";

/** The point that was chosen for a group of databases. */
export interface Point {
  /** Seconds since 1970 UTC. */
  readonly atSec: number;
  readonly to: "end" | "time";
}

/** What a step knows of the drill that it belongs to. */
export interface DrillIo {
  /** In the names of all that it makes. */
  readonly number: number;
  /** How thoroughly its copies are checked. */
  readonly check: DrillCheck;
  /** When it began, seconds since 1970 UTC: what replication did since then is held against what it did before. */
  readonly startedSec: number;
}

/** All that a step may use of the world and of the run. */
export interface Io {
  host(id: string): Host;
  /** The facts of other parts; in provisioning only hosts can be found. */
  readonly lookup: Lookup;
  /** A line for people, shown live and kept in the journal. Short; how often one is shown is bounded elsewhere. */
  say(line: string): void;
  /** Set when the step's time is over: whatever waits must end. */
  readonly signal: AbortSignal;
  /** The point that was chosen for the group that this part belongs to; throws before one was chosen. */
  point(part: string): Promise<Point>;
  /**
   * Asks the journal again, just before something that opens, starts or overwrites: in an act that has worked for long,
   * or in a process that stood still, a disaster may have been declared meanwhile, or a whole move made. Throws `Refused`
   * where this step may not act any more.
   */
  mayStillAct(): Promise<void>;
  /** Writes to the journal that this step waits for people, so that `status` and those who answer know. */
  waits(question: Extract<Fact, { kind: "waiting" }>): Promise<void>;
  secret(ref: SecretRef): Promise<string>;
  /** The site that is looked at: the target of an activation, or the site that is provisioned. */
  readonly to: SiteId;
  readonly journal: JournalReader;
  /** Folder for files kept beside the journal. */
  readonly keep: string;
  /** Absent when provisioning or observing. */
  readonly activation?: { readonly epoch: number; readonly mode: Mode; readonly disasterSec?: number };
  /** Present in a step of a drill, and in its sweep. */
  readonly drill?: DrillIo;
  /** Called when the step ends, in any way: closes what it opened. */
  onEnd(close: () => Promise<void> | void): void;
}

/** What a check found. */
export interface Found {
  /** What the step wants is there. */
  readonly there: boolean;
  /** What was found, as a sentence without a full stop: `K2 Server on K2PRD01 is running, start type auto`. */
  readonly says: string;
  /** What was wanted: `stopped and disabled`. */
  readonly expected: string;
}

/** The code of a verb. A probe has no `act`: its check is tried until it holds or time is over. */
export interface Act<A> {
  check(args: A, io: Io): Promise<Found>;
  act?(args: A, io: Io): Promise<void>;
}

/** A verb with its code; its arguments are hidden and parsed only when it may act. */
export interface Runnable {
  readonly name: string;
  readonly provisioning?: ProvisioningRole;
  /** How long one usually takes, before an earlier run has shown it. Seconds. */
  readonly usuallySec?: number;
  bind(args: unknown): Bound;
}
export interface Bound {
  check(io: Io): Promise<Found>;
  act?(io: Io): Promise<void>;
}

/** Pairs a verb with the code that acts. */
export function runs<A>(verb: Verb<A>, code: Act<A>): Runnable {
  const { act } = code;
  return {
    name: verb.name,
    ...(verb.provisioning ? { provisioning: verb.provisioning } : {}),
    ...(verb.usuallySec === undefined ? {} : { usuallySec: verb.usuallySec }),
    bind: (raw) => {
      const args = verb.args.parse(raw);
      return {
        check: (io) => code.check(args, io),
        ...(act ? { act: (io: Io) => act.call(code, args, io) } : {}),
      };
    },
  };
}

/** Something seen that says at which site people work, or that neither is shown to be the one. */
export interface Sign {
  readonly site: SiteId;
  /** The server that it was seen on, where it is one of the estate. */
  readonly host?: string;
  /** `active`: it is worked in there, or can be; `passive`: it cannot; `neither`: not seen, or no proof of either. */
  readonly shows: "active" | "passive" | "neither";
  /** As a sentence without a full stop: `K2 on SQLDR01 is ONLINE`. */
  readonly says: string;
}

/** A sign that something of a site works. */
export interface LifeSign {
  /** What was seen, as a sentence without a full stop. */
  readonly says: string;
  /** Nothing of the site was reached: it speaks from what it left elsewhere, or from what a third place sees. Default: false. */
  readonly indirect?: boolean;
}

/** A server's clock, against this machine's. */
export interface ClockSeen {
  readonly host: string;
  /** Negative where it is behind. Seconds. */
  readonly aheadSec: number;
}

/** What earlier looks have noted, for what can only be told over time: a TTL that was lowered a while ago. */
export interface Memory {
  /** What was noted under that name, the oldest first. */
  before(name: string): readonly { readonly atSec: number; readonly value: number }[];
  /** Kept for later looks. */
  note(name: string, value: number): void;
}

/** One question on a quiet day: is this as a move needs it? It only reads, and all looks of an estate run side by side. */
export interface Look {
  /** Unique among all looks: `logins:k2-data/K2`. */
  readonly id: string;
  /** What is looked at, by the name that its owner knows: `k2-data`, `SQLDR01`. */
  readonly at: string;
  /** The server that is asked: one that does not answer is told once, however much is looked at there. */
  readonly host?: string;
  /** How much it matters where it cannot be told. Default: `stops`. */
  readonly failing?: Finding["severity"];
  /** What is not as it should be; what it throws is a finding, too. */
  run(io: Io, memory: Memory): Promise<readonly Finding[]>;
}

/** What `run.ts` of a component's folder exports. `facts` are those of its part, not yet parsed. */
export interface RunModule {
  readonly runnables: readonly Runnable[];
  /** Reads what is there, changing nothing: what `reach`, preview and readiness judge by. */
  observe?(facts: unknown, io: Io): Promise<unknown>;
  /**
   * Evidence that something of this part still works at a site; undefined where nothing answers. `limitSec`: how long it
   * looks, in seconds; default 10, and less only for a preview.
   */
  alive?(facts: unknown, site: SiteId, io: Io, limitSec?: number): Promise<string | LifeSign | undefined>;
  /**
   * What both sites show of which one is active, while `active` is held to be the one: open databases, what a name
   * leads to, services that run at one site at a time. Changes nothing. Bounded: 8 s; a server that is not reached
   * shows neither.
   */
  signs?(facts: unknown, active: SiteId, io: Io): Promise<readonly Sign[]>;
  /** The clocks of this part's servers; none of those that are not reached. Changes nothing. Bounded: 6 s. */
  clocks?(facts: unknown, io: Io): Promise<readonly ClockSeen[]>;
  /**
   * Numbers of the drills of which something stands at the site that is looked at, whatever the journal knows of them.
   * Changes nothing. What it throws says that it can't be seen.
   */
  drillsAt?(facts: unknown, io: Io): Promise<readonly number[]>;
  /** Services of one part that run at one site at a time, by the servers of a site: those that nothing may start at the other. */
  exclusiveServices?(
    facts: unknown,
    site: SiteId,
  ): readonly { readonly host: string; readonly service: string }[];
  /** Services of its technology on a server of a part that the estate does not name: an exercise keeps them off, too. Changes nothing. */
  strayServices?(facts: unknown, host: string, io: Io): Promise<readonly string[]>;
  /** What an exercise looks at on a server of a part that is parked, in the place of readiness. */
  parkedLooks?(part: RecoveryPart, request: Request, host: string): readonly Look[];
  /** What readiness for such a move looks at for one part, beside the steps of its preflight. */
  looks?(part: RecoveryPart, request: Request, lookup: Lookup): readonly Look[];
  /** What readiness looks at on every server, whatever stands on it. */
  hostLooks?(host: Host, request: Request, lookup: Lookup): readonly Look[];
  /** How servers of this technology that are off while their site is passive are exercised. */
  readonly exercise?: Exercise;
}
/** The code of all components, by folder, loaded when a step needs it. */
export type Runs = Readonly<Record<string, () => Promise<RunModule>>>;

/** A step that must not act now; the message says why and what to do. Never turned into a verdict of an optional step. */
export class Refused extends Error {
  public override readonly name = "Refused";
}
