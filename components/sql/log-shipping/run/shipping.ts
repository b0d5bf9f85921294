import type { Io } from "../../../../steps/act.ts";
import { otherSite } from "../../../../model/site.ts";
import { LogShippingFacts, type Way } from "../facts.ts";
import { look, type Place } from "../look.ts";
import type { DatabaseSeen } from "../seen.ts";

/** A log shipping part in the direction of this move: its source, its standby, and the way between them. */
export interface Shipping {
  readonly facts: LogShippingFacts;
  readonly source: string;
  readonly standby: string;
  readonly way: Way;
  /** Where backups are at the standby, and in which clock their times are: the source's. */
  readonly place: Place;
}

/** Seen from the site that is looked at: it is the standby, the other one the source. */
export function shippingOf(facts: LogShippingFacts, io: Io): Shipping {
  const from = otherSite(io.to);
  const source = facts.host[from];
  const standby = facts.host[io.to];
  const way = facts.way[from];
  return {
    facts,
    source,
    standby,
    way,
    place: { host: standby, folder: way.copyTo, timeZone: io.host(source).timeZone },
  };
}

/** The part that a step belongs to. */
export function shippingAt(part: string, io: Io): Shipping {
  const found = io.lookup.part(part);
  if (!found)
    throw new Error(
      `the facts know no part ${part}. Run "pulumi up -s standby" so that the journal holds the newest facts`,
    );
  return shippingOf(LogShippingFacts.parse(found.facts), io);
}

/** A database of a part and its backups, as the standby sees them. */
export const seenAt = (part: string, database: string, io: Io): Promise<DatabaseSeen> =>
  look(database, shippingAt(part, io).place, io);
