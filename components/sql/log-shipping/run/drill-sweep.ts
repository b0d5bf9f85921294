import { runs, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { copiesAmong, foldersOf, isMarked, type DatabaseFiles } from "../copies.ts";
import { drillSweep } from "../drill-verbs.ts";
import { pathOf } from "../headers.ts";
import { filesOf } from "../look.ts";
import { defaultFolders } from "../tsql/looks.ts";
import { databasesOn, drillIn, dropCopy } from "./drill-copies.ts";

interface Left {
  readonly own: readonly DatabaseFiles[];
  readonly strangers: readonly string[];
  /** Files with the drill's mark that belong to no database. */
  readonly files: readonly string[];
}

/** What is there of a drill: by the names of databases and files, whatever the journal knows of them. */
async function leftOn(host: string, io: Io): Promise<Left> {
  const { number } = drillIn(io);
  const sql = await sqlOn(host, io);
  const databases = await databasesOn(sql);
  const [folders] = await sql.rows<{ data: string | null; log: string | null }>(defaultFolders);
  const used = new Set(databases.flatMap((d) => d.files.map((f) => f.toLowerCase())));
  const places = new Map(
    [...foldersOf(databases), folders?.data ?? "", folders?.log ?? ""]
      .map((f) => f.replace(/\\+$/, ""))
      .filter((f) => f !== "")
      .map((f) => [f.toLowerCase(), f]),
  );
  const files: string[] = [];
  for (const folder of places.values())
    for (const file of await filesOf(sql, folder))
      if (isMarked(number, file) && !used.has(pathOf(folder, file).toLowerCase()))
        files.push(pathOf(folder, file));
  return { ...copiesAmong(databases, number), files };
}

/** The verb that removes copies: every database with the drill's mark in its name and in the names of all its files. */
export const drillSweepRunnables: readonly Runnable[] = [
  runs(drillSweep, {
    check: async ({ host }, io) => {
      const { number } = drillIn(io);
      const { own, strangers, files } = await leftOn(host, io);
      const left = [
        ...own.map((d) => `database ${d.name} (${d.state})`),
        ...files.map((f) => `file ${f}, of no database: delete it there`),
      ];
      const note =
        strangers.length === 0 ? "" : ` (${strangers.join(", ")} has other files and is not touched)`;
      return {
        there: left.length === 0,
        says: `${left.length === 0 ? `nothing of drill ${String(number)} is on ${host}` : `${host} has ${left.join(", ")}`}${note}`,
        expected: `nothing of drill ${String(number)} on ${host}`,
      };
    },
    act: async ({ host }, io) => {
      const sql = await sqlOn(host, io);
      for (const { name } of (await leftOn(host, io)).own) await dropCopy(sql, name, io);
    },
  }),
];
