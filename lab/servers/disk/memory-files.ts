import { dirname } from "node:path/posix";
import { markMap, markSet, rewindAll, type Rewind } from "../rewind.ts";
import type { Files } from "./files.ts";

type Node = { readonly data: Buffer | undefined; readonly names: Set<string>; readonly modifiedMs: number };

/** Files that are kept in memory only; copied as a whole in a moment. */
export class MemoryFiles implements Files {
  readonly #nodes: Map<string, Node>;

  constructor(nodes: ReadonlyMap<string, Node> = new Map()) {
    this.#nodes = new Map([...nodes].map(([path, n]) => [path, { ...n, names: new Set(n.names) }]));
  }

  /** The same files, which later changes of either do not touch. */
  copy(): MemoryFiles {
    return new MemoryFiles(this.#nodes);
  }

  mark(): Rewind {
    return rewindAll([markMap(this.#nodes), ...[...this.#nodes.values()].map(({ names }) => markSet(names))]);
  }

  makeFolderNow(path: string): void {
    if (this.#nodes.has(path)) return;
    if (dirname(path) !== path) this.makeFolderNow(dirname(path));
    this.#put(path, undefined);
  }
  makeFolder(path: string): Promise<void> {
    this.makeFolderNow(path);
    return Promise.resolve();
  }
  read(path: string): Promise<Buffer> {
    const node = this.#nodes.get(path);
    if (!node) return Promise.reject(failure("ENOENT"));
    return node.data ? Promise.resolve(node.data) : Promise.reject(failure("EISDIR"));
  }
  write(path: string, data: Buffer): Promise<void> {
    const there = this.#nodes.get(path);
    if (there && !there.data) return Promise.reject(failure("EISDIR"));
    if (!this.#nodes.has(dirname(path))) return Promise.reject(failure("ENOENT"));
    this.#put(path, Buffer.from(data));
    return Promise.resolve();
  }
  list(folder: string): Promise<readonly string[]> {
    const node = this.#nodes.get(folder);
    if (!node) return Promise.reject(failure("ENOENT"));
    return node.data ? Promise.reject(failure("ENOTDIR")) : Promise.resolve([...node.names]);
  }
  stat(path: string): ReturnType<Files["stat"]> {
    const node = this.#nodes.get(path);
    if (!node) return Promise.reject(failure("ENOENT"));
    const { data, modifiedMs } = node;
    return Promise.resolve({ isFolder: data === undefined, size: data?.length ?? 0, modifiedMs });
  }
  stamp(path: string, modifiedMs: number): Promise<void> {
    const node = this.#nodes.get(path);
    if (!node) return Promise.reject(failure("ENOENT"));
    this.#nodes.set(path, { ...node, modifiedMs });
    return Promise.resolve();
  }
  rename(from: string, to: string): Promise<void> {
    for (const [path, node] of [...this.#nodes])
      if (path === from || path.startsWith(`${from}/`)) {
        this.#nodes.delete(path);
        this.#nodes.set(to + path.slice(from.length), node);
      }
    this.#nodes.get(dirname(from))?.names.delete(nameOf(from));
    this.#nodes.get(dirname(to))?.names.add(nameOf(to));
    return Promise.resolve();
  }
  remove(path: string): Promise<void> {
    if (!this.#nodes.has(path)) return Promise.reject(failure("ENOENT"));
    for (const below of [...this.#nodes.keys()])
      if (below === path || below.startsWith(`${path}/`)) this.#nodes.delete(below);
    this.#nodes.get(dirname(path))?.names.delete(nameOf(path));
    return Promise.resolve();
  }

  #put(path: string, data: Buffer | undefined): void {
    const names = this.#nodes.get(path)?.names ?? new Set<string>();
    this.#nodes.set(path, { data, names, modifiedMs: 0 });
    this.#nodes.get(dirname(path))?.names.add(nameOf(path));
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const failure = (code: string): Error => Object.assign(new Error(code), { code });
