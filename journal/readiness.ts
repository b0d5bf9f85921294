import type { SiteId } from "../model/site.ts";
import type { Entry, EntryOf } from "./entries.ts";

/** How long without a look until somebody should ask whether readiness still runs. Hours. */
export const staleReadinessHours = 24;
/** How often a result that says the same is written again. */
const everyMs = 3_600_000;
/** How far back notes of earlier looks are read: no TTL that moves with a site is longer. */
const notesMs = 8 * 24 * 3_600_000;

/** The last look at readiness for a move to that site, or to any. */
export const lastReadiness = (entries: readonly Entry[], to?: SiteId): EntryOf<"readiness"> | undefined =>
  entries.findLast(
    (e): e is EntryOf<"readiness"> => e.kind === "readiness" && (to === undefined || e.to === to),
  );

/** What is compared of two results: how often a sentence with a number in it changes is no news. */
const gist = ({
  verdict,
  findings,
  noted,
}: Pick<EntryOf<"readiness">, "verdict" | "findings" | "noted">): string =>
  JSON.stringify([
    verdict,
    findings.map((f) => `${f.severity} ${f.id}`).sort(),
    Object.entries(noted).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);

/** Whether a result is worth an entry: it says something else than the last one, or that one is an hour old. */
export function isWorthWriting(
  entries: readonly Entry[],
  fact: Pick<EntryOf<"readiness">, "to" | "verdict" | "findings" | "noted">,
  now: Date,
): boolean {
  const last = lastReadiness(entries, fact.to);
  return (
    last === undefined ||
    gist(last) !== gist(fact) ||
    Math.abs(now.getTime() - Date.parse(last.at)) >= everyMs
  );
}

/** What looks of the last days have noted under a name, the oldest first. */
export const notesOf = (
  entries: readonly Entry[],
  name: string,
  now: Date,
): readonly { readonly atSec: number; readonly value: number }[] =>
  entries.flatMap((e) => {
    if (e.kind !== "readiness" || now.getTime() - Date.parse(e.at) > notesMs) return [];
    const value = e.noted[name];
    return value === undefined ? [] : [{ atSec: Date.parse(e.at) / 1000, value }];
  });

/** When facts were last written or confirmed by a run of the passive site's stack; undefined where there are none. */
export function factsSeenAt(entries: readonly Entry[]): Date | undefined {
  const last = entries.findLast((e) => e.kind === "declared");
  if (last?.kind !== "declared") return undefined;
  const confirmed = entries.findLast(
    (e) => e.kind === "facts confirmed" && e.factsHash === last.factsHash && e.seq > last.seq,
  );
  return new Date((confirmed ?? last).at);
}
