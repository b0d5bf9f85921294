import { absolutePath } from "../../disk/paths.ts";
import type { Shell } from "./shell.ts";

/** The files that a path with wildcards in its last segment means; without wildcards the path itself. */
export async function matching(shell: Shell, path: string): Promise<readonly string[]> {
  const at = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
  const name = path.slice(at + 1);
  if (!/[*?]/.test(name)) return [path];
  const folder = absolutePath(at < 0 ? "." : path.slice(0, at + 1), shell.folder);
  const pattern = wildcard(name);
  const entries = await shell.files.list(folder);
  return entries
    .filter((entry) => !entry.isFolder && pattern.test(entry.name))
    .map((entry) => `${folder.replace(/\\$/, "")}\\${entry.name}`);
}

/** A pattern with `*` and `?` as a regular expression; `*.*` means every name. */
export function wildcard(pattern: string): RegExp {
  const text = pattern === "*.*" ? "*" : pattern;
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i");
}
