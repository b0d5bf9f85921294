import type { Entry, EntryOf } from "../journal/entries.ts";

/**
 * The activations of one incident up to this one, oldest first: toward the same site, each begun before the one before
 * it had been completed or abandoned. Who declares anew with another loss, time or waiver goes on with the same outage.
 */
export function incidentOf(
  entries: readonly Entry[],
  last: EntryOf<"activation started">,
): readonly [EntryOf<"activation started">, ...EntryOf<"activation started">[]] {
  const ended = new Set(
    entries.flatMap((e) => (e.kind === "completed" || e.kind === "abandoned" ? [e.epoch] : [])),
  );
  const before = entries
    .filter((e): e is EntryOf<"activation started"> => e.kind === "activation started" && e.seq < last.seq)
    .toReversed();
  const end = before.findIndex((e) => e.to !== last.to || ended.has(e.epoch));
  const [first, ...more] = before.slice(0, end < 0 ? before.length : end).toReversed();
  return first ? [first, ...more, last] : [last];
}
