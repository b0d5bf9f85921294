import type { NoReach } from "../../../model/part.ts";
import {
  boundsOf,
  chainOf,
  isSame,
  standingOf,
  walk,
  type Chain,
  type Link,
  type Place,
  type Standing,
} from "./chain.ts";
import type { DatabaseSeen } from "./seen.ts";

/**
 * A part of a line without a log that has minimally logged changes: such a log is restored as a whole or not at all, so
 * that a point lies before it or after it, never inside.
 */
export interface Stretch {
  /** How many logs are restored before it begins. */
  readonly after: number;
  /** How many logs are restored where it ends. */
  readonly upTo: number;
  /** No point of it is earlier: what is restored before it holds later commits. Seconds since 1970 UTC. */
  readonly fromSec: number;
  /** All that was committed by then is in it. */
  readonly coverSec: number;
}

/** One way through the backups: from the database as it stands, or from a full backup. */
export interface Line {
  readonly full?: Link;
  readonly logs: readonly Link[];
  readonly end: Place;
  /** What the base holds, before any log. */
  readonly base: Pick<Standing, "place" | "coverSec" | "pastSec" | "isOwnEnd">;
  /** In order; the last one ends where the line does. */
  readonly stretches: readonly Stretch[];
  /** All that was committed by then is in it. */
  readonly coverSec: number;
  /** It ends with the tail of the source. */
  readonly complete: boolean;
  readonly broken?: string;
  readonly split?: string;
}

/** All ways through the backups of a database that lead to one future. */
export interface Lines {
  readonly chain: Chain;
  /** The database as it stands, where there is one, then full backups from the newest to the oldest. */
  readonly all: readonly Line[];
  /** The one that leads farthest; the database as it stands where a full backup leads no farther. */
  readonly best: Line;
}

/** The ways through the backups of a database, or why there are none. */
export function linesOf(db: DatabaseSeen): Lines | NoReach {
  if (db.state === "ONLINE")
    return {
      refused: "it is ONLINE, not being restored, so no log can be applied to it. Is this the right server?",
    };
  if (db.state !== "RESTORING" && db.state !== "STANDBY" && db.state !== "missing")
    return { refused: `its state is ${db.state}. ${whatToDo(db)}` };
  const chain = chainOf(db.sets);
  const standing = standingOf(db, chain);
  const ownEnd = db.ownTail && { lsn: BigInt(db.ownTail.lastLsn), fork: db.ownTail.fork };
  const present = standing && lineFrom(standing, chain, { hasTail: standing.tail, ownEnd });
  if (present?.split !== undefined) return { refused: present.split };
  const rebuilt = chain.fulls.map((full) =>
    lineFrom({ place: full, ...boundsOf(full, chain) }, chain, { hasTail: false, full, ownEnd }),
  );
  const fulls = rebuilt
    .filter((l) => l.split === undefined && (!present || leadsAsFar(l.end, present.end)))
    .toSorted((a, b) => b.base.pastSec - a.base.pastSec);
  const [first, ...rest] = [...(present ? [present] : []), ...fulls];
  if (!first)
    return {
      refused:
        rebuilt.find((l) => l.split !== undefined)?.split ??
        'there is neither a database that is being restored nor a full backup from which it could be rebuilt. Bring a full backup into the folder, or run "pulumi up" of that site',
    };
  const best = rest.reduce((a, b) => (leadsFarther(b, a) ? b : a), first);
  // Without a database to go by, full backups of another future may lie in the folder. What ends earlier on the fork of
  // the best is a beginning of it: a full backup that is newer than every log leads farthest, and hides no earlier point.
  const all = [first, ...rest].filter((l) => l === present || leadsAsFar(best.end, l.end));
  return { chain, all, best };
}

/** What was closed on purpose, or may be the only copy of what was lost in a move, is never told to be dropped. */
function whatToDo({ state, isLeft }: DatabaseSeen): string {
  if (isLeft)
    return 'Its site was left and is not re-protected, so it may hold what no other copy has: "parallel-standby reprotect" saves it and has it follow; never drop it. Where the site that took over is lost too, it is the newest copy that is left: docs/cutover.md, "When both sites are lost"';
  return state === "OFFLINE"
    ? "Somebody closed it: find out who and why before anything is done to it"
    : "Look at SQL Server's error log; once it is dropped, it is rebuilt from the archived full backup";
}

interface LineArgs {
  readonly hasTail: boolean;
  readonly full?: Link;
  readonly ownEnd: Place | undefined;
}

function lineFrom(base: Line["base"], chain: Chain, { hasTail, full, ownEnd }: LineArgs): Line {
  const way = walk(base.place, chain);
  const last = way.logs.at(-1);
  // The tail of an idle database may hold nothing: then it ends where the log before it does.
  // A tail that the standby's own server took is not the tail of its source.
  const isOwn = ownEnd !== undefined && isSame(ownEnd, way.end);
  const endsWithTail =
    !isOwn && ((!last && hasTail) || chain.logs.some((l) => l.set.tail && isSame(l, way.end)));
  const coverSec = Math.max(base.coverSec, last ? boundsOf(last, chain).coverSec : Number.NEGATIVE_INFINITY);
  return {
    ...way,
    base,
    stretches: stretchesOf(base, way.logs, chain),
    coverSec,
    // Any backup that began later shows that the source was opened again after its tail.
    complete: endsWithTail && chain.newestSec <= coverSec,
    ...(full ? { full } : {}),
  };
}

function stretchesOf(
  { pastSec, coverSec }: Line["base"],
  logs: readonly Link[],
  chain: Chain,
): readonly Stretch[] {
  const made: Stretch[] = [];
  let after = 0;
  let fromSec = pastSec;
  const end = (upTo: number): void => {
    // Along one fork a later log covers more; where another begins, it may cover less.
    const lasts = logs
      .slice(Math.max(0, after - 1), upTo)
      .filter((log, i, own) => own[i + 1]?.fork !== log.fork);
    const covers = lasts.map((log) => boundsOf(log, chain).coverSec);
    made.push({
      after,
      upTo,
      fromSec,
      coverSec: Math.max(after === 0 ? coverSec : Number.NEGATIVE_INFINITY, ...covers),
    });
  };
  for (const [i, { set }] of logs.entries()) {
    if (!set.bulk) continue;
    end(i);
    after = i + 1;
    fromSec = Math.max(fromSec, set.finishSec);
  }
  end(logs.length);
  return made;
}

const leadsFarther = (a: Line, b: Line): boolean =>
  a.end.fork === b.end.fork ? a.end.lsn > b.end.lsn : a.coverSec > b.coverSec;
const leadsAsFar = (a: Place, b: Place): boolean => a.fork === b.fork && a.lsn >= b.lsn;
