import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import * as path from "node:path";
import * as z from "zod";
import { oncePer } from "../../../model/once-per.ts";
import type { Io } from "../../../steps/act.ts";
import { SqlError, type Sql } from "../../../steps/transports/sql.ts";
import { readInstance } from "../instance/facts.ts";
import { headersOf, headerWidth } from "./tsql/looks.ts";

/** A backup set as RESTORE HEADERONLY shows it: LSNs as text, times in the clock of the server that wrote it. */
const Header = z.object({
  database: z.string(),
  /** 1 full, 2 log. */
  type: z.number(),
  position: z.number(),
  firstLsn: z.string(),
  lastLsn: z.string(),
  firstFork: z.string(),
  fork: z.string(),
  forkPointLsn: z.string().nullable(),
  start: z.string(),
  finish: z.string(),
  tail: z.number(),
  bulk: z.number(),
  damaged: z.number(),
  setId: z.string(),
});
export type Header = z.infer<typeof Header>;

/** What is in a file, or why it can't be read. */
export type FileRead =
  | { readonly file: string; readonly headers: readonly Header[] }
  | { readonly file: string; readonly why: string };

/** How many files are read at a time. */
const atOnce = 4;

/**
 * Reads the headers of backup files. What was read of a log is kept beside the journal: a log gets its name when it is
 * complete and never changes, and there may be hundreds. Full backups are overwritten in turn and read each time.
 */
export async function readHeaders(
  sql: Sql,
  host: string,
  folder: string,
  files: readonly string[],
  io: Io,
): Promise<readonly FileRead[]> {
  const cache = await openCache(io.keep, host, folder);
  const known = new Map(cache.known);
  const read = async (file: string): Promise<FileRead> => {
    const held = known.get(file);
    if (held) return { file, headers: held };
    const found = await readOne(sql, folder, file, await widthOn(sql));
    if ("headers" in found && isLog(file)) known.set(file, found.headers);
    return found;
  };
  const all: FileRead[] = [];
  for (let i = 0; i < files.length; i += atOnce)
    all.push(...(await Promise.all(files.slice(i, i + atOnce).map(read))));
  if (known.size > cache.known.size)
    await cache.keep(new Map([...known].filter(([file]) => files.includes(file))));
  return all;
}

/** A server keeps its version as long as a connection to it stands. */
const widthOn = oncePer(async (sql: Sql) => headerWidth((await readInstance(sql)).major));

const isLog = (file: string): boolean => /\.trn$/i.test(file);

async function readOne(sql: Sql, folder: string, file: string, width: number): Promise<FileRead> {
  try {
    const rows = await sql.rows<Header>(headersOf(pathOf(folder, file), width));
    return { file, headers: rows.map((row) => Header.parse(row)) };
  } catch (error) {
    // 213: another number of columns than this version is known for; 56 is what most versions give.
    if (error instanceof SqlError && error.has(213) && width !== 56) return readOne(sql, folder, file, 56);
    if (error instanceof SqlError && error.numbers.length > 0) return { file, why: error.message };
    throw error;
  }
}

/** A file of a folder, as Windows writes it. */
export const pathOf = (folder: string, file: string): string => `${folder.replace(/\\+$/, "")}\\${file}`;

interface Cache {
  readonly known: ReadonlyMap<string, readonly Header[]>;
  keep(known: ReadonlyMap<string, readonly Header[]>): Promise<void>;
}

const Kept = z.record(z.string(), z.array(Header));

/** A lost or unreadable cache costs time, nothing else. */
async function openCache(keepIn: string, host: string, folder: string): Promise<Cache> {
  const key = createHash("sha256").update(`${host}\n${folder.toLowerCase()}`).digest("hex").slice(0, 16);
  const file = path.join(keepIn, "headers", `${key}.json`);
  const kept = await readFile(file, "utf8")
    .then((text) => Kept.parse(JSON.parse(text)))
    .catch(() => ({}));
  return {
    known: new Map(Object.entries(kept)),
    keep: async (known) => {
      const whole = `${file}.${randomUUID()}`;
      await mkdir(path.dirname(file), { recursive: true })
        .then(() => writeFile(whole, JSON.stringify(Object.fromEntries(known))))
        .then(() => rename(whole, file))
        .catch(() => undefined);
    },
  };
}
