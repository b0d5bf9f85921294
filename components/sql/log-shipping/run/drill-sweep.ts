import { runs, type Io, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { copiesAmong, copyName, foldersOf, isFileOf, type DatabaseFiles } from "../copies.ts";
import { drillSweep } from "../drill-verbs.ts";
import { pathOf } from "../headers.ts";
import { filesOf } from "../look.ts";
import { defaultFolders } from "../tsql/looks.ts";
import { filesByDatabase, drillIn, dropCopy } from "./drill-copies.ts";

type Args = Parameters<(typeof drillSweep)["step"]>[1];

interface Left {
  readonly own: readonly DatabaseFiles[];
  readonly strangers: readonly string[];
  /** Files with the name of a copy that belong to no database. */
  readonly files: readonly string[];
}

/** What is there of a drill: by the names of databases and files, whatever the journal knows of them. */
async function leftOn({ host, databases: names }: Args, io: Io): Promise<Left> {
  const { number } = drillIn(io);
  const copies = names.map((name) => copyName(name, number));
  const sql = await sqlOn(host, io);
  const databases = await filesByDatabase(sql);
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
      if (copies.some((copy) => isFileOf(copy, file)) && !used.has(pathOf(folder, file).toLowerCase()))
        files.push(pathOf(folder, file));
  return { ...copiesAmong(databases, copies), files };
}

/** The verb that removes copies: each database that has the name of one, if all of its files have it, too. */
export const drillSweepRunnables: readonly Runnable[] = [
  runs(drillSweep, {
    check: async (args, io) => {
      const { host } = args;
      const { number } = drillIn(io);
      const { own, strangers, files } = await leftOn(args, io);
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
    act: async (args, io) => {
      const sql = await sqlOn(args.host, io);
      for (const { name } of (await leftOn(args, io)).own) await dropCopy(sql, name, io);
    },
  }),
];
