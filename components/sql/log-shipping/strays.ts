import { chainOf, walk, type Chain, type Link, type Place } from "./chain.ts";
import type { BackupSet } from "./seen.ts";

/**
 * Logs that no restore leads through, from a place on: they are on a recovery fork beyond the record at which the
 * database left it, as those are that a lost site wrote after the point of a move. SQL Server's own restore job takes
 * files by their time, fails on the first of these (4330) and never comes past it. Logs of the past stay: older points
 * need them. `forks`: those that the source is on, whose later logs may wait behind one that has not arrived. `history`:
 * the log backups that both servers remember, by which forks are joined. By file name.
 */
export function strays(
  at: Place,
  sets: readonly BackupSet[],
  forks: readonly string[],
  history: readonly BackupSet[],
): readonly string[] {
  const chain = chainOf(sets);
  const way = walk(at, chain);
  const ahead = new Set([at.fork, ...forks, ...way.logs.flatMap((l) => [l.set.firstFork, l.fork])]);
  const left = leftAt(ahead, chainOf([...sets, ...history]));
  return chain.logs
    .filter(({ set, fork, lsn }) => {
      if (ahead.has(fork) || ahead.has(set.firstFork)) return false;
      return lsn > (left.get(fork) ?? at.lsn);
    })
    .map(({ set }) => set.file);
}

/** By fork of the past, the record at which the way that leads to these forks left it. */
function leftAt(forks: ReadonlySet<string>, { logs, beginsAt }: Chain): ReadonlyMap<string, bigint> {
  const left = new Map<string, bigint>();
  const later = new Set(forks);
  for (const fork of later) {
    const begins = beginsAt.get(fork);
    const before = begins === undefined ? undefined : logs.find((l) => isBefore(l, begins, later));
    if (!before || begins === undefined) continue;
    left.set(before.set.firstFork, begins);
    later.add(before.set.firstFork);
  }
  return left;
}

/** Whether a fork that begins at that record began on the fork of this log. */
const isBefore = ({ set, first, lsn }: Link, begins: bigint, later: ReadonlySet<string>): boolean =>
  first < begins && begins <= lsn && !later.has(set.firstFork);
