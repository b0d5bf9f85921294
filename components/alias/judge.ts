import { provisionAgain, type SiteId } from "../../model/site.ts";
import type { AliasFacts, AliasValue, NameServer } from "./facts.ts";

/** What a name server holds for the name: a record set, nothing, or no answer. */
export type Seen =
  { readonly type: "A" | "CNAME"; readonly values: readonly string[]; readonly ttlSec: number } | undefined;

/** A name server that is asked after a flip. One that need not answer is no obstacle while it is silent. */
export interface Witness extends NameServer {
  readonly mustAnswer: boolean;
}

/** The servers that must agree on the value of a site: its own, and those of no site as far as they answer. */
export const witnessesOf = ({ dns }: AliasFacts, to: SiteId): readonly Witness[] => [
  { ...dns.update[to], mustAnswer: true },
  ...dns.also
    .filter(({ site }) => site === undefined || site === to)
    .map(({ address, port, site }) => ({ address, port, mustAnswer: site === to })),
];

/** Whether a server holds exactly the value of a site, whatever the case of names. */
export const holds = (seen: Seen, { type, value }: AliasValue): boolean =>
  seen?.type === type && seen.values.length === 1 && seen.values[0]?.toLowerCase() === value.toLowerCase();

/** `10.20.0.10`, `10.20.0.10:5353`. */
export const placeOf = ({ address, port }: NameServer): string =>
  port === 53 ? address : `${address}:${String(port)}`;

/** `10.10.1.4`, `CNAME k2dr01.corp.example`, `nothing`. */
export const seenSays = (seen: Seen): string =>
  seen ? `${seen.type === "CNAME" ? "CNAME " : ""}${seen.values.join(" and ")}` : "nothing";

/** What a flip has to do: nothing, swap what is there for the new value, or stop with a sentence. */
export type Decision = "already" | "swap" | { readonly refused: string };

/** An alias that is nowhere, and how it is made again. */
export const missingSays = (facts: AliasFacts, from: SiteId, to: SiteId): string =>
  `${facts.name} does not exist. Create it with ${facts.value[from].value} by hand, or before a move with: ${provisionAgain(to)}; then run this again`;

/** Judges what the server holds against the two sites' values. */
export function decide(facts: AliasFacts, seen: Seen, from: SiteId, to: SiteId): Decision {
  if (holds(seen, facts.value[to])) return "already";
  if (holds(seen, facts.value[from])) return "swap";
  const both = `${facts.value[from].value} (${from}) nor ${facts.value[to].value} (${to})`;
  return {
    refused: seen
      ? `${facts.name} is ${seenSays(seen)}, neither ${both}: somebody changed it. Find out who and why; then set it to ${facts.value[from].value} by hand and run this again, or to ${facts.value[to].value} if people may go there now`
      : missingSays(facts, from, to),
  };
}
