import { placeOf, type HandContext } from "../../../model/by-hand.ts";
import { LogShippingFacts, type Way } from "./facts.ts";
import { databaseState } from "./tsql/looks.ts";

/** What people fill in: the log's own time, in its name, is UTC. */
export const logBlank = (database: string): string => `${database}_<yyyymmddhhmmss>.trn`;
/** A moment in the clock of the server that wrote the log. */
export const stopBlank = "<yyyy-mm-ddThh:mm:ss>";
/** A folder without the backslash at its end. */
export const folder = (path: string): string => path.replace(/\\+$/, "");

/** The part that ships a database to or from a host: its facts, and the way of this move. */
export function shippingOf(
  database: string,
  { lookup, request }: HandContext,
): { readonly f: LogShippingFacts; readonly way: Way } {
  for (const p of lookup.parts()) {
    const read = p.kind === "sql/log-shipping" ? LogShippingFacts.safeParse(p.facts) : undefined;
    if (read?.data?.databases.includes(database)) return { f: read.data, way: read.data.way[request.from] };
  }
  throw new Error(`no part ships the database ${database}`);
}

/** How a database stands on a server. */
export const readState = (database: string, host: string, c: HandContext) =>
  ({ on: placeOf(c, host), with: "T-SQL", type: databaseState(database) }) as const;
