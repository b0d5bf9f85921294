import type { Io } from "../../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../../steps/transports/sql.ts";
import { chainOf, walk, type Place } from "../chain.ts";
import { filesOf, type State } from "../look.ts";
import type { BackupSet } from "../seen.ts";
import { setFromHistory, stillThere } from "../shipped.ts";
import { logChain } from "../tsql/looks.ts";
import { backupsOf } from "./final-sync.ts";

/** What the standby's database is to its source. */
export type Standing =
  | { readonly kind: "follows" | "missing" | "broken off" }
  | { readonly kind: "open" | "broken" | "unfit"; readonly says: string };

/** Where a database, its source, and the logs between them are. */
export interface Pair {
  readonly database: string;
  /** The server whose database is judged. */
  readonly host: string;
  /** The server that it is to follow. */
  readonly source: string;
  readonly backupFolder: string;
  readonly copyTo: string;
}

/** Whether the logs that the source has taken lead on from where the standby stands. */
export async function standingAt(a: Pair, seen: State, io: Io): Promise<Standing> {
  const { database, host, source } = a;
  if (seen.state === "missing") return { kind: "missing" };
  if (seen.state === "ONLINE") return { kind: "open", says: `${database} on ${host} is ONLINE` };
  if (seen.state !== "RESTORING" && seen.state !== "STANDBY")
    return { kind: "unfit", says: `${database} on ${host} is ${seen.state}` };
  if (seen.redoLsn === undefined || seen.redoFork === undefined || BigInt(seen.redoLsn) === 0n)
    return { kind: "broken off" };
  const at: Place = { lsn: BigInt(seen.redoLsn), fork: seen.redoFork };
  const sql = await sqlOn(source, io);
  const files = [
    ...(await filesOf(sql, a.backupFolder)),
    ...(await filesOf(await sqlOn(host, io), a.copyTo)),
  ];
  const { there, gone } = stillThere(await backupsOf(sql, database), a.backupFolder, files);
  const next = await nextLogOf(sql, database);
  const way = walk(at, chainOf([...there.map(setFromHistory), ...(next ? [next] : [])]));
  if (next && way.end.lsn === BigInt(next.lastLsn)) return { kind: "follows" };
  const lost = gone.find((b) => BigInt(b.lastLsn) > way.end.lsn);
  return {
    kind: "broken",
    says: `${database} on ${host} stands at LSN ${seen.redoLsn}, and the logs of ${source} don't lead on from there (${lost ? `the log of ${lost.start} went to ${lost.device} and is in neither folder` : (way.broken ?? way.split ?? "it holds log that the source has not")})`,
  };
}

/** The log that the source will back up next, as a set without an end; nothing where no full backup has begun a chain. */
export async function nextLogOf(sql: Sql, database: string): Promise<BackupSet | undefined> {
  const [row] = await sql.rows<{
    firstLsn: string | null;
    firstFork: string | null;
    fork: string;
    forkPointLsn: string | null;
  }>(logChain(database));
  if (!row || row.firstLsn === null) return undefined;
  return {
    file: "the next log",
    position: 1,
    type: "log",
    firstLsn: row.firstLsn,
    lastLsn: "9".repeat(25),
    // NULL where the database was never recovered from a restore.
    firstFork: row.firstFork ?? row.fork,
    fork: row.fork,
    ...(row.forkPointLsn === null ? {} : { forkPointLsn: row.forkPointLsn }),
    startSec: 0,
    finishSec: 0,
    tail: false,
    bulk: false,
    damaged: false,
  };
}
