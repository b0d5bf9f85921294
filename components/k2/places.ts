import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { nameOfSecret, type SecretRef } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import type { Io } from "../../steps/act.ts";
import { SqlError, sqlOn, type Sql } from "../../steps/transports/sql.ts";
import { Captured, digestOf } from "./captured.ts";
import { seal, SealError, unseal } from "./sealed.ts";
import {
  createKeepDatabase,
  createKeepTable,
  hasKeepTable,
  keepDatabase,
  readKept,
  readKeptParts,
  writeKept,
} from "./tsql.ts";

/** Whose captured rows: of which part, at which site. */
export interface Whose {
  readonly part: string;
  readonly site: SiteId;
}

/** A place where captured rows are kept. */
export interface Place {
  /** For messages: `captured/k2-dr.json.enc`. */
  readonly name: string;
  read(): Promise<Captured | undefined>;
  write(captured: Captured): Promise<void>;
  /** The parts of which rows of that site are kept there. */
  parts(): Promise<readonly string[]>;
}

/** Beside the journal, sealed: it is there when both SQL Servers are not. */
export function filePlace({ part, site }: Whose, key: SecretRef, io: Io): Place {
  const ending = `-${site}.json.enc`;
  const name = `captured/${encodeURIComponent(part)}${ending}`;
  const file = path.join(io.keep, name);
  const about = `${part} ${site}`;
  return {
    name,
    read: async () => {
      const sealed = await fs.readFile(file, "utf8").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      });
      if (sealed === undefined) return undefined;
      try {
        return parse(await unseal(sealed, await io.secret(key), about), name);
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        throw new Error(`${name} cannot be opened with ${nameOfSecret(key)}: ${error.message}`, {
          cause: error,
        });
      }
    },
    write: async (captured) => {
      const text = await seal(JSON.stringify(captured), await io.secret(key), about);
      await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const fresh = `${file}.${randomUUID()}`;
      try {
        await fs.writeFile(fresh, text, { mode: 0o600, flush: true });
        await fs.rename(fresh, file);
      } finally {
        await fs.rm(fresh, { force: true });
      }
    },
    parts: async () =>
      (await fs.readdir(path.dirname(file)))
        .filter((f) => f.endsWith(ending))
        .map((f) => decodeURIComponent(f.slice(0, -ending.length))),
  };
}

/** In a database of its own on a SQL Server: where the rows are needed, and readable by any tool. */
export function sqlPlace({ part, site }: Whose, host: string, io: Io): Place {
  const name = `${keepDatabase}.dbo.CapturedRows on ${host}`;
  return {
    name,
    read: async () => {
      const sql = await sqlOn(host, io);
      const [table] = await sql.rows<{ there: number }>(hasKeepTable);
      if (table?.there !== 1) return undefined;
      const [kept] = await sql.rows<{ captured: string }>(readKept, { part, site });
      return kept && parse(kept.captured, name);
    },
    write: async (captured) => {
      const sql = await sqlOn(host, io);
      await create(sql, createKeepDatabase, 1801);
      await create(sql, createKeepTable, 2714);
      await sql.run(writeKept, { part, site, at: captured.at, captured: JSON.stringify(captured) });
    },
    parts: async () =>
      (await (await sqlOn(host, io)).rows<{ part: string }>(readKeptParts, { site })).map((r) => r.part),
  };
}

/** Another part's step may create the same at the same moment: then it is there. */
async function create(sql: Sql, statement: string, thereAlready: number): Promise<void> {
  try {
    await sql.run(statement);
  } catch (error) {
    if (!(error instanceof SqlError) || !error.has(thereAlready)) throw error;
  }
}

function parse(text: string, name: string): Captured {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${name} holds captured rows that are damaged`);
  }
  const found = Captured.safeParse(value);
  if (!found.success)
    throw new Error(`${name} holds captured rows of a shape that this version does not know`);
  return found.data;
}

/** What a place holds, or why that could not be seen. */
export interface Held {
  readonly place: Place;
  readonly captured?: Captured;
  readonly digest?: string;
  readonly error?: string;
}

/** Looks in all places side by side; a place that does not answer is a finding, no error. */
export const lookIn = (places: readonly Place[], { part, site }: Whose): Promise<readonly Held[]> =>
  Promise.all(
    places.map(async (place): Promise<Held> => {
      try {
        const captured = await place.read();
        if (!captured) return { place };
        if (captured.part !== part || captured.site !== site)
          return { place, error: `${place.name} holds rows of ${captured.part} at ${captured.site}` };
        return { place, captured, digest: digestOf(captured) };
      } catch (error) {
        return { place, error: error instanceof Error ? error.message : String(error) };
      }
    }),
  );

/** Other parts of which rows are kept in these places; a place that does not answer has none. */
export async function otherParts(places: readonly Place[], part: string): Promise<readonly string[]> {
  const found = await Promise.all(places.map((place) => place.parts().catch(() => [])));
  return [...new Set(found.flat())].filter((other) => other !== part).sort();
}

/** Of several copies the newest. */
export const newestOf = (held: readonly Held[]): Held | undefined =>
  held
    .filter((h) => h.captured)
    .sort((a, b) => ((a.captured?.at ?? "") < (b.captured?.at ?? "") ? 1 : -1))[0];
