import type { Lookup, Request } from "./part.ts";
import type { Targets } from "./targets.ts";
import type { Verb } from "./verb.ts";

/** What is typed at one place. */
export interface HandCommand {
  /** Where: a server by its name, or whoever does it. */
  readonly on: string;
  /** `T-SQL` in SSMS or sqlcmd, database master; `cmd` at a command prompt of that server, or of any other machine. */
  readonly with: "cmd" | "T-SQL" | "nsupdate" | "person";
  /** As it is typed. What is known only then is a blank: `<…>`. A secret is never in it. */
  readonly type: string;
}

/** How a step is done by hand, on the day on which no tool runs. */
export interface ByHand {
  /** What it is for, as a sentence without a full stop. */
  readonly what: string;
  /** In this order. */
  readonly commands: readonly HandCommand[];
  /** What is seen when it is done, without a full stop. */
  readonly see: string;
  /** What is dangerous about it. Default: nothing. */
  readonly careful?: string;
  /** The way where that one is closed. Default: there is none. */
  readonly otherwise?: OtherWay;
}

/** A longer way to the same end. */
export interface OtherWay {
  /** What shows that the first way is closed, as a sentence without a full stop. */
  readonly when: string;
  /** In this order, in place of the others. */
  readonly commands: readonly HandCommand[];
  /** What is dangerous about it. */
  readonly careful: string;
}

/** What a text for people may use: the facts, and the move that it is for. */
export interface HandContext {
  /** Servers and parts of the estate. */
  readonly lookup: Lookup;
  /** From which site to which, and how. */
  readonly request: Request;
  /** Strictest targets over all systems. */
  readonly targets: Targets;
  /** How far before a disaster the point of a part lies by the estate's own rule; 0 is the latest. Minutes. Undefined where a part carries no data. */
  pointMinutesBefore(part: string): number | undefined;
  /** The clocks of the site that the move begins at: IANA time zones. */
  readonly clocks: readonly string[];
  /** Absent where nothing keeps servers from starting what belongs to the other site. */
  readonly guard?: {
    /** How long what a person allows at a server is good for. Hours. */
    readonly leaseHours: number;
    /** By id of a server, the services that only the guard starts. */
    readonly services: ReadonlyMap<string, readonly string[]>;
  };
}

/** Steps that only papers have: while the tool runs, guards follow the journal by themselves. */
export const guardSteps = {
  /** The guards of the site that is left stand still: their word is still that of before. */
  off: "guard/off",
  /** They have the new word, and work again. */
  on: "guard/on",
  /** The move was given back: their word was right all the time. */
  back: "guard/back",
} as const;

/** A verb with its text for people; arguments are parsed by the verb. */
export interface Hand {
  /** Name of the verb. */
  readonly verb: string;
  /** How one such step is done by hand. */
  text(args: unknown, context: HandContext): ByHand;
}

/** Pairs a verb with how it is done by hand. */
export const byHand = <A>(verb: Verb<A>, text: (args: A, context: HandContext) => ByHand): Hand => ({
  verb: verb.name,
  text: (args, context) => text(verb.args.parse(args), context),
});

/** `SQLDR01 (10.20.1.5)`: a server as people find it, also where names do not resolve. */
export const placeOf = ({ lookup }: HandContext, host: string): string => {
  const address = lookup.host(host)?.address;
  return address === undefined || address === host ? host : `${host} (${address})`;
};
