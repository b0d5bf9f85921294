import { Refused, type DrillIo, type Io } from "../../../../steps/act.ts";
import type { Sql } from "../../../../steps/transports/sql.ts";
import { copiesAmong, type DatabaseFiles } from "../copies.ts";
import { bringOnline, copyFacts, dropDatabase, userDatabases } from "../tsql/drill.ts";
import { singleUser } from "../tsql/changes.ts";

/** The drill that a step belongs to. */
export function drillIn(io: Io): DrillIo {
  if (!io.drill) throw new Refused("this belongs to a drill");
  return io.drill;
}

/** A copy as its server describes it; undefined where there is none. */
export interface CopyFacts {
  readonly state: string;
  readonly userAccess: string;
  readonly broker: number;
  readonly trustworthy: number;
  readonly readOnly: number;
}

export const factsOfCopy = async (sql: Sql, copy: string): Promise<CopyFacts | undefined> =>
  (await sql.rows<CopyFacts>(copyFacts(copy)))[0];

/** All databases that users have made on a server, with their files. */
export async function filesByDatabase(sql: Sql): Promise<readonly DatabaseFiles[]> {
  const rows = await sql.rows<{ name: string; state: string; path: string }>(userDatabases);
  return [...Map.groupBy(rows, (r) => r.name)].map(([name, own]) => ({
    name,
    state: own[0]?.state ?? "",
    files: own.map((r) => r.path),
  }));
}

/** Throws where a database has the name that a copy is to get, and no drill has made it. */
export async function mustBeOwn(sql: Sql, copy: string, host: string): Promise<void> {
  if (copiesAmong(await filesByDatabase(sql), [copy]).strangers.length > 0)
    throw new Refused(
      `${host} has a database ${copy} whose files do not bear that name: no drill has made it, and it is not touched. Rename it, then run this again`,
    );
}

/** Removes a copy with its files, whatever its state. */
export async function dropCopy(sql: Sql, copy: string, io: Io): Promise<void> {
  io.say(`dropping ${copy}`);
  const state = (await factsOfCopy(sql, copy))?.state;
  if (state === "OFFLINE") await sql.long(bringOnline(copy));
  if (state === "ONLINE") await sql.run(singleUser(copy));
  await sql.long(dropDatabase(copy));
}
