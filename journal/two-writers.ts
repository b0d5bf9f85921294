import type { SiteId } from "../model/site.ts";
import { moment } from "../model/time.ts";
import type { Entry, EntryOf } from "./entries.ts";
import { firstOpened } from "./opened.ts";
import { leavingMove } from "./outside.ts";
import type { Situation } from "./situation.ts";

/** That the site which was left was found at work beside the new one. Times are ISO 8601 in UTC. */
export interface TwoWriters {
  readonly site: SiteId;
  /** What was found at work there, in the order in which it was. */
  readonly found: readonly string[];
  /** When that was seen first; since when it was so is not known. */
  readonly seenAt: string;
  /** Since when the new site can be written to, and so both could be. Absent where it became active outside of this tool. */
  readonly openSince?: string;
  /** When what it alone held was saved, by re-protecting it. */
  readonly savedAt?: string;
}

/** What is known of it for the last move; undefined where nobody has seen any. */
export function twoWriters(entries: readonly Entry[], s: Situation): TwoWriters | undefined {
  const move = leavingMove(s);
  const seen = seenBeside(entries, move?.epoch);
  const [first] = seen;
  if (!move || !first) return undefined;
  const opened = firstOpened(entries, s);
  const saved = entries.findLast(
    (e) => e.kind === "re-protected" && e.site === first.site && e.seq > first.seq && e.epoch === move.epoch,
  );
  return {
    site: first.site,
    found: [...new Set(seen.flatMap((e) => e.found))],
    seenAt: first.at,
    ...(opened ? { openSince: opened.at } : {}),
    ...(saved ? { savedAt: saved.at } : {}),
  };
}

/** All that was seen of it in an activation. */
export const seenBeside = (
  entries: readonly Entry[],
  epoch: number | undefined,
): readonly EntryOf<"worked beside">[] =>
  entries.filter((e): e is EntryOf<"worked beside"> => e.kind === "worked beside" && e.epoch === epoch);

/** What follows from what was found at work at a site (`primary (London)`), which no figure of the move holds. Without a full stop. */
export const besideText = (site: string, found: readonly string[]): string =>
  `${site} worked beside the new site (${found.join("; ")}): workflows and mails may have run twice, and what it wrote since the cutover is in no figure`;

/** The same with its times. */
export function twoWritersText(site: string, w: TwoWriters, timeZone?: string): string {
  const at = (iso: string): string => moment(Date.parse(iso) / 1000, timeZone);
  const since = w.openSince === undefined ? "" : `, and both could write since ${at(w.openSince)}`;
  return `${besideText(site, w.found)}; it was seen ${at(w.seenAt)}${since}`;
}

/** What to do about it, without a full stop. */
export const twoWritersTodo = ({ site, savedAt }: TwoWriters): string =>
  `look for what ran twice, and for what people wrote at ${site} in that time: ${savedAt === undefined ? `its databases hold it, and "parallel-standby reprotect" saves it before they are overwritten` : "what it alone held was saved before it was overwritten"}`;
