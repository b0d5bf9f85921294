import type { Lookup, Request } from "./part.ts";
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
}

/** What a text for people may use: the facts, and the move that it is for. */
export interface HandContext {
  /** Servers and parts of the estate. */
  readonly lookup: Lookup;
  /** From which site to which, and how. */
  readonly request: Request;
}

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
