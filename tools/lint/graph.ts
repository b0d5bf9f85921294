import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Forbidden, resolveFrom } from "./layers.ts";

/** A static import that is there at run time: `import type` is erased, `import()` comes later. */
const STATIC = /^\s*(?:import|export)\s+(?!type\s)(?:[^;"']*?\sfrom\s+)?["']([^"']+)["']/gm;

const seen = new Map<string, { readonly mtimeMs: number; readonly specifiers: readonly string[] }>();

/** What a text imports at run time. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(STATIC)].map((match) => match[1] ?? "");
}

/** What a file imports at run time; nothing when there is no such file. Remembered until the file changes. */
export function importsOfFile(file: string): readonly string[] {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return [];
  const known = seen.get(file);
  if (known?.mtimeMs === stat.mtimeMs) return known.specifiers;
  const specifiers = importsOf(readFileSync(file, "utf8"));
  seen.set(file, { mtimeMs: stat.mtimeMs, specifiers });
  return specifiers;
}

/**
 * The first way on which an import leads to something forbidden, file by file, or undefined.
 *
 * @param from the importing file, from the root; `specifier` is what it imports.
 * @param read the imports of a file, by its path from the root.
 */
export function wayTo(
  from: string,
  specifier: string,
  forbids: Forbidden["forbids"],
  read: (path: string) => readonly string[],
): string[] | undefined {
  const visited = new Set<string>();
  const queue: { from: string; specifier: string; way: string[] }[] = [{ from, specifier, way: [] }];
  for (const one of queue) {
    const path = resolveFrom(one.from, one.specifier);
    const way = [...one.way, path ?? one.specifier];
    if (forbids(path, one.specifier)) return way;
    if (path === undefined || visited.has(path)) continue;
    visited.add(path);
    queue.push(...read(path).map((next) => ({ from: path, specifier: next, way })));
  }
  return undefined;
}

/** Reads the files of a repository. */
export function reader(root: string): (path: string) => readonly string[] {
  return (path) => importsOfFile(join(root, path));
}
