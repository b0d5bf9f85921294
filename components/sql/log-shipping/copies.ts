import { isSameName } from "./facts.ts";
import type { BackupFile } from "./moves.ts";
import type { DatabaseSeen } from "./seen.ts";
import type { Move } from "./tsql/changes.ts";

/** Name of a database's copy in a drill: `K2__drill1`. */
export const copyName = (database: string, drill: number): string => `${database}__drill${String(drill)}`;

/** The longest name that SQL Server takes for a database (sysname). */
export const longestName = 128;

const nameIn = (path: string): string => path.slice(path.lastIndexOf("\\") + 1);
const folderIn = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("\\")));

/** Whether a file bears the name of a copy: so that nothing but a copy is ever removed. */
export const isFileOf = (copy: string, path: string): boolean =>
  nameIn(path).toLowerCase().startsWith(`${copy.toLowerCase()}_`);

/** A database of an instance, with the paths of its files. */
export interface DatabaseFiles {
  readonly name: string;
  readonly state: string;
  readonly files: readonly string[];
}

/** Databases that have the name of one of these copies; `own` ones have only files of that name, and are what a drill has made. */
export function copiesAmong(
  databases: readonly DatabaseFiles[],
  copies: readonly string[],
): { readonly own: readonly DatabaseFiles[]; readonly strangers: readonly string[] } {
  const named = databases.filter((d) => copies.some((c) => isSameName(c, d.name)));
  const isOwn = (d: DatabaseFiles): boolean =>
    d.files.length > 0 && d.files.every((f) => isFileOf(d.name, f));
  return { own: named.filter(isOwn), strangers: named.filter((d) => !isOwn(d)).map((d) => d.name) };
}

/** Numbers of the drills that have made a copy of one of these databases which is there. */
export const drillsAmong = (
  databases: readonly DatabaseFiles[],
  names: readonly string[],
): readonly number[] =>
  databases.flatMap((d) => {
    const [, of = "", number = ""] = /^(.+)__drill([1-9]\d{0,8})$/i.exec(d.name) ?? [];
    const isOwn = names.some((n) => isSameName(n, of)) && copiesAmong([d], [d.name]).own.length > 0;
    return isOwn ? [Number(number)] : [];
  });

/** Folders in which files of databases lie, each once. */
export const foldersOf = (databases: readonly DatabaseFiles[]): readonly string[] => [
  ...new Map(databases.flatMap((d) => d.files.map(folderIn)).map((f) => [f.toLowerCase(), f])).values(),
];

/** Where the files of a copy go: into the folders of the database that it is a copy of, under names of its own. */
export function movesOfCopy(
  copy: string,
  files: readonly BackupFile[],
  old: readonly Move[],
  folders: { readonly data: string; readonly log: string },
): readonly Move[] {
  const there = new Map(old.map((f) => [f.name.toLowerCase(), folderIn(f.path)]));
  return files.map(({ LogicalName: name, PhysicalName, Type }, i) => {
    const folder = there.get(name.toLowerCase()) ?? (Type === "L" ? folders.log : folders.data);
    const ending = /\.\w+$/.exec(nameIn(PhysicalName))?.[0] ?? "";
    return { name, path: `${folder.replace(/\\+$/, "")}\\${copy}_${String(i + 1)}${ending}` };
  });
}

/** A volume of a server as SQL Server sees it; free space in bytes. */
export interface Volume {
  /** Where it is mounted: `D:\`, `D:\Mounts\Data\`. */
  readonly volume: string;
  readonly free: number;
}

/** A file that is to be made, with its size in bytes. */
export interface Wanted {
  readonly path: string;
  readonly size: number;
}

/** What stays free beside the copies, as a share of them: logs make files grow, and replication needs room, too. */
const spare = 0.1;

/**
 * Whether the volumes would hold all of these files: what lacks, volume by volume; and folders of which SQL Server shows
 * no volume, so that only the restore itself will tell (error 3257, before it touches anything).
 */
export function roomFor(
  wanted: readonly Wanted[],
  volumes: readonly Volume[],
): { readonly lacking: readonly string[]; readonly unseen: readonly string[] } {
  const volumeOf = (path: string): Volume | undefined =>
    volumes
      .filter((v) => path.toLowerCase().startsWith(v.volume.toLowerCase()))
      .toSorted((a, b) => b.volume.length - a.volume.length)[0];
  const lacking = volumes.flatMap((v) => {
    const own = wanted.filter((w) => volumeOf(w.path) === v).reduce((sum, w) => sum + w.size, 0);
    const needed = Math.ceil(own * (1 + spare));
    return own === 0 || needed <= v.free
      ? []
      : [`${v.volume} has ${sizeText(v.free)} free, and the copies need ${sizeText(needed)} there`];
  });
  return {
    lacking,
    unseen: [...new Set(wanted.filter((w) => !volumeOf(w.path)).map((w) => folderIn(w.path)))],
  };
}

/** `1.5 GiB`, `12 MiB`. */
export const sizeText = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${String(Math.ceil(bytes / 2 ** 20))} MiB`;

/** A database as if only its backups were left: what a copy can be made from. */
export const archived = ({ sets, unreadable }: DatabaseSeen): DatabaseSeen => ({
  state: "missing",
  sets,
  unreadable,
});
