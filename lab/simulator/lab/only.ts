import type { Table } from "../../servers/sql/engine/database.ts";
import { MediaError, readMedia } from "../../servers/sql/engine/media.ts";
import { otherSite, siteIds, type SiteId } from "../../../model/site.ts";
import type { SimLab } from "./lab.ts";
import { workTable, type SimSystem } from "./systems.ts";

/** Where the estate lets `reprotect` save what a site holds alone: beside the folder of the logs that it makes. */
const salvageFolders = (host: string): readonly string[] => [
  "D:\\LogShip-Salvage",
  `D:\\LogShip\\${host}-Salvage`,
];

/** Rows of work by all that is in them: no two minutes of either site are the same. */
type Rows = ReadonlySet<string>;

/** Work of a database at a site that the other site's does not hold. */
export function leftAt(lab: SimLab, system: SimSystem, site: SiteId, database: string): readonly string[] {
  const there = rowsIn(lab, system.sql[otherSite(site)], database);
  return [...rowsIn(lab, system.sql[site], database)].filter((row) => !there.has(row));
}

/** How many minutes of work a database at a site holds that neither the other site's nor a copy saved beside it has. */
export async function onlyAt(lab: SimLab, site: SiteId, host: string, database: string): Promise<number> {
  const system = lab.systems.find((s) => s.sql[site] === host && s.databases.includes(database));
  const left = system ? leftAt(lab, system, site, database) : [];
  if (left.length === 0) return 0;
  const saved = await savedAt(lab, host, database);
  return left.filter((row) => !saved.has(row)).length;
}

/** All work that was ever seen, by database: what of it was lost may be in nothing but a copy that was saved. */
export class Ledger {
  readonly #rows = new Map<string, Set<string>>();
  readonly #lab: SimLab;

  constructor(lab: SimLab) {
    this.#lab = lab;
  }

  /** Takes down what both sites hold now. */
  take(): void {
    for (const { databases, sql } of this.#lab.systems)
      for (const d of databases) {
        const rows = this.#rows.get(d) ?? new Set();
        for (const site of siteIds) for (const row of rowsIn(this.#lab, sql[site], d)) rows.add(row);
        this.#rows.set(d, rows);
      }
  }

  /** Work that was there once, and is neither in a database nor in a file that was saved; nothing where all is. */
  async gone(): Promise<string | undefined> {
    for (const { databases, sql } of this.#lab.systems)
      for (const d of databases) {
        const kept = siteIds.map((site) => rowsIn(this.#lab, sql[site], d));
        const left = [...(this.#rows.get(d) ?? [])].filter((row) => !kept.some((rows) => rows.has(row)));
        if (left.length === 0) continue;
        const saved = await Promise.all(siteIds.map((site) => savedAt(this.#lab, sql[site], d)));
        const gone = left.filter((row) => !saved.some((rows) => rows.has(row)));
        if (gone.length > 0) return `${String(gone.length)} minutes of work of ${d}`;
      }
    return undefined;
  }
}

function rowsIn(lab: SimLab, host: string, name: string): Rows {
  const database = lab.instance(host).database(name);
  const at = workTable(name);
  const table = database?.table(at.schema, at.table);
  return new Set(
    database && table ? [...database.rows(table).values()].map((row) => JSON.stringify(row)) : [],
  );
}

/** What the files of a salvage hold, those of them that can be read to their end. */
async function savedAt(lab: SimLab, host: string, name: string): Promise<Rows> {
  const disk = lab.host(host)?.disk;
  const rows = new Set<string>();
  const { schema, table } = workTable(name);
  const files: string[] = [];
  for (const folder of salvageFolders(host))
    for (const file of (await disk?.list(folder).catch(() => [])) ?? [])
      if (file.name.startsWith(`${name}_`)) files.push(`${folder}\\${file.name}`);
  for (const file of files) {
    if (!disk) continue;
    for (const set of readMedia(await disk.read(file))) {
      const body = bodyOf(set.body);
      if (!body || !("content" in body)) continue;
      const tables = [...(body.content.get("tables")?.values() ?? [])] as Table[];
      const id = tables.find((t) => t.schema === schema && t.name === table)?.id;
      for (const row of body.content.get(`rows/${String(id)}`)?.values() ?? []) rows.add(JSON.stringify(row));
    }
  }
  return rows;
}

/** What a set carries; nothing where it is damaged. */
function bodyOf<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}
