import type { Move } from "./tsql/changes.ts";

/** A file that a backup set holds, as RESTORE FILELISTONLY shows it. */
export interface BackupFile {
  readonly LogicalName: string;
  /** Where it was at the server that wrote the backup. */
  readonly PhysicalName: string;
  /** D data, L log, S filestream, F full text. */
  readonly Type: string;
}

/**
 * Where the files of a restored database go: where they are if it is there, else into the folders that the instance has
 * for new databases, under the names that they had.
 */
export function movesFor(
  files: readonly BackupFile[],
  old: readonly Move[],
  folders: { readonly data: string; readonly log: string },
): readonly Move[] {
  const there = new Map(old.map((f) => [f.name.toLowerCase(), f.path]));
  return files.map(({ LogicalName: name, PhysicalName, Type }) => ({
    name,
    path: there.get(name.toLowerCase()) ?? inFolder(Type === "L" ? folders.log : folders.data, PhysicalName),
  }));
}

function inFolder(folder: string, path: string): string {
  if (folder === "") return path;
  return `${folder.replace(/\\+$/, "")}\\${path.slice(path.lastIndexOf("\\") + 1)}`;
}
