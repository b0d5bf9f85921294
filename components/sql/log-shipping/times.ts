import { DateTime } from "luxon";

const known = new Map<string, readonly number[]>();
/** Each of some hundred logs is looked at by many steps: as many times as a few archives hold. */
const mostKnown = 10_000;

/** The moments that a local time without offset may be: two in the hour that is repeated when summer time ends. */
function moments(text: string, timeZone: string): readonly number[] {
  const key = `${timeZone} ${text}`;
  const found = known.get(key) ?? read(text, timeZone);
  if (known.size >= mostKnown) known.clear();
  known.set(key, found);
  return found;
}

function read(text: string, timeZone: string): readonly number[] {
  const parsed = DateTime.fromISO(text, { zone: timeZone });
  if (!parsed.isValid) throw new Error(`"${text}" is not a time in ${timeZone}`);
  return parsed.getPossibleOffsets().map((d) => d.toSeconds());
}

/**
 * Earlier than what a server's clock showed, in seconds since 1970 UTC. By a second: a commit may bear the very time at
 * which a backup began and still have come too late for it.
 */
export const earlierThan = (text: string, timeZone: string): number =>
  Math.floor(Math.min(...moments(text, timeZone))) - 1;

/** Later than what a server's clock showed: SQL Server cuts the times of backups to the second. */
export const laterThan = (text: string, timeZone: string): number =>
  Math.floor(Math.max(...moments(text, timeZone))) + 1;

/** A point that was told to a server in its own clock. Points in a repeated hour are never chosen. */
export const toldAt = (text: string, timeZone: string): number => Math.max(...moments(text, timeZone));
