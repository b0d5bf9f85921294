import { join } from "node:path";
import { type Disk, type DiskEntry, DiskError } from "../types.ts";
import { markMap, markSet, rewindAll, type Rewind } from "../rewind.ts";
import type { Files } from "./files.ts";
import { formatPath, parsePath, splitPath, type WindowsPath } from "./paths.ts";

/** What a host's disk needs of the others: their shares, where the network lets it. */
export interface Shares {
  /** The disk that holds the share and its folder there; throws DiskError 53. */
  find(fromHost: string, host: string, share: string): { readonly disk: HostDisk; readonly folder: string };
}

interface Place {
  readonly disk: HostDisk;
  readonly drive: string;
  readonly segments: readonly string[];
}

/** A file that was found: where it really is, or the deepest folder of its path that is there. */
interface Found {
  readonly real: string;
  readonly missing: readonly string[];
}

/** The disks of one host over a real folder, `<root>/<HOST>/<drive>/...`. */
export class HostDisk implements Disk {
  public readonly host: string;
  readonly #root: string;
  readonly #now: () => number;
  readonly #shares: Shares;
  readonly #files: Files;
  readonly #drives = new Set<string>();
  readonly #folders = new Map<string, string>();
  readonly #full = new Set<string>();
  readonly #room = new Map<string, number>();
  readonly #denied = new Set<string>();

  constructor(
    host: string,
    root: string,
    now: () => number,
    shares: Shares,
    drives: readonly string[],
    files: Files,
  ) {
    this.#files = files;
    this.host = host;
    this.#root = root;
    this.#now = now;
    this.#shares = shares;
    for (const drive of drives) this.addDrive(drive);
  }

  /** Its drives and shares, and what is wrong with it; files are their own. */
  mark(): Rewind {
    return rewindAll([
      ...[this.#drives, this.#full, this.#denied].map(markSet),
      markMap(this.#folders),
      markMap(this.#room),
    ]);
  }

  /** The drive letters, in order. */
  get drives(): readonly string[] {
    return [...this.#drives].sort();
  }

  /** Adds an empty drive, or takes over the folder that is there. */
  addDrive(letter: string): void {
    const drive = letter.charAt(0).toUpperCase();
    this.#files.makeFolderNow(join(this.#root, drive));
    this.#drives.add(drive);
  }

  /** Shares a local folder under a name; other hosts reach it as `\\HOST\name`. */
  share(name: string, localPath: string): void {
    this.#folders.set(name.toUpperCase(), localPath);
  }

  /** The folder of a share; `D$` and the like are there by themselves. */
  sharedFolder(name: string): string | undefined {
    const drive = /^([a-zA-Z])\$$/.exec(name)?.[1]?.toUpperCase();
    if (drive !== undefined && this.#drives.has(drive)) return `${drive}:\\`;
    return this.#folders.get(name.toUpperCase());
  }

  /** Makes the drive full: a write that needs more room fails with 112. Or gives it room again. */
  full(drive: string, full: boolean): void {
    const letter = drive.charAt(0).toUpperCase();
    if (full) this.#full.add(letter);
    else this.#full.delete(letter);
  }

  /** Whether the drive was made full. */
  isFull(drive: string): boolean {
    return this.#full.has(drive.charAt(0).toUpperCase());
  }

  /** Sets how much room a drive has left. Bytes; 80 GiB where nobody says. */
  room(drive: string, bytes: number): void {
    this.#room.set(drive.charAt(0).toUpperCase(), bytes);
  }

  /** Free space of the drive of a local path. Bytes. */
  free(path: string): number {
    return this.isFull(path) ? 0 : (this.#room.get(path.charAt(0).toUpperCase()) ?? 80 * 1024 ** 3);
  }

  /** The drives with what is free on each. */
  volumes(): readonly { readonly drive: string; readonly freeBytes: number }[] {
    return this.drives.map((drive) => ({ drive, freeBytes: this.free(drive) }));
  }

  /** Denies every access to a file or folder, with 5, as a lock or a missing right does. Or allows it again. */
  deny(path: string, denied: boolean): void {
    const key = formatPath(parsePath(path)).toUpperCase();
    if (denied) this.#denied.add(key);
    else this.#denied.delete(key);
  }

  async read(path: string): Promise<Buffer> {
    const { real, missing } = await this.#find(path);
    if (missing.length > 0) throw notThere(path, missing);
    return translated(path, () => this.#files.read(real));
  }

  /** Writes the whole file. `modifiedMs` keeps a copied file's own time; the default is now. */
  async write(path: string, data: Buffer, modifiedMs?: number): Promise<void> {
    const place = this.#place(path);
    const { real, missing } = await place.disk.#walk(place, path);
    if (missing.length > 1) throw notThere(path, missing);
    const size = missing.length === 0 ? (await this.#files.stat(real)).size : 0;
    if (place.disk.isFull(place.drive) && data.length > size) throw diskFull(path);
    const target = join(real, ...missing);
    await translated(path, () => this.#files.write(target, data));
    await place.disk.#stamp(target, modifiedMs);
    if (missing.length > 0) await place.disk.#stamp(real);
  }

  async list(folder: string): Promise<readonly DiskEntry[]> {
    const { real, missing } = await this.#find(folder);
    if (missing.length > 0) throw new DiskError(3, `${folder}: the system cannot find the path specified.`);
    const names = await translated(folder, () => this.#files.list(real));
    const entries = await Promise.all(
      names.toSorted(byName).map((name) => entryOf(this.#files, join(real, name), name)),
    );
    return entries.filter((entry) => entry !== undefined);
  }

  /** What a listing of its folder would show of it; fails with 2 or 3 where it is not there. */
  async stat(path: string): Promise<DiskEntry> {
    const { real, missing } = await this.#find(path);
    if (missing.length > 0) throw notThere(path, missing);
    const entry = await entryOf(this.#files, real, real.slice(real.lastIndexOf("/") + 1));
    if (!entry) throw notThere(path, [path]);
    return entry;
  }

  async makeFolder(path: string): Promise<void> {
    const place = this.#place(path);
    const { real, missing } = await place.disk.#walk(place, path);
    if (missing.length === 0) return;
    if (place.disk.isFull(place.drive)) throw diskFull(path);
    await translated(path, () => this.#files.makeFolder(join(real, ...missing)));
    for (let depth = missing.length; depth >= 0; depth--) {
      await place.disk.#stamp(join(real, ...missing.slice(0, depth)));
    }
  }

  async remove(path: string): Promise<void> {
    const { real, missing } = await this.#find(path);
    if (missing.length > 0) throw notThere(path, missing);
    if (parsePath(path).segments.length === 0)
      throw new DiskError(5, `${path} is a root and cannot be removed.`);
    await translated(path, () => this.#files.remove(real));
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.#place(from), this.#place(to)];
    const [old, next] = [await source.disk.#walk(source, from), await target.disk.#walk(target, to)];
    if (old.missing.length > 0) throw notThere(from, old.missing);
    if (next.missing.length > 1) throw notThere(to, next.missing);
    const name = splitPath(to).name;
    const real = next.missing.length === 0 ? join(next.real, "..", name) : join(next.real, name);
    await translated(to, async () => {
      // A name may change only its case: the file of the other spelling is this same file.
      if (next.missing.length === 0 && next.real !== old.real) await this.#files.remove(next.real);
      await this.#files.rename(old.real, real);
    });
  }

  async exists(path: string): Promise<boolean> {
    try {
      return (await this.#find(path)).missing.length === 0;
    } catch (error) {
      if (error instanceof DiskError) return false;
      throw error;
    }
  }

  #find(path: string): Promise<Found> {
    const place = this.#place(path);
    return place.disk.#walk(place, path);
  }

  #place(path: string): Place {
    const parsed = parsePath(path);
    if (parsed.kind === "drive") {
      if (!this.#drives.has(parsed.drive)) {
        throw new DiskError(
          3,
          `${path}: ${this.host} has no drive ${parsed.drive}:, only ${this.drives.join(", ")}.`,
        );
      }
      return { disk: this, drive: parsed.drive, segments: parsed.segments };
    }
    const { disk, folder } = this.#shares.find(this.host, parsed.host, parsed.share);
    const local: WindowsPath = parsePath(folder);
    if (local.kind !== "drive")
      throw new DiskError(53, `${path}: the share is not on a drive of ${disk.host}.`);
    return { disk, drive: local.drive, segments: [...local.segments, ...parsed.segments] };
  }

  /** Follows the path segment by segment, without regard to case, as far as it is there. */
  async #walk({ drive, segments }: Place, asked: string): Promise<Found> {
    let real = join(this.#root, drive);
    let windows = `${drive}:`;
    for (const [at, segment] of segments.entries()) {
      windows += `\\${segment.toUpperCase()}`;
      if (this.#denied.has(windows)) throw new DiskError(5, `${asked}: access is denied.`);
      const names = await this.#files.list(real).catch(() => undefined);
      const wanted = segment.toUpperCase();
      const name =
        names?.find((one) => one === segment) ?? names?.find((one) => one.toUpperCase() === wanted);
      if (name === undefined) return { real, missing: segments.slice(at) };
      real = join(real, name);
    }
    return { real, missing: [] };
  }

  async #stamp(real: string, modifiedMs: number = this.#now()): Promise<void> {
    // A file that somebody removed in between has no time to set.
    await this.#files.stamp(real, modifiedMs).catch(() => undefined);
  }
}

const byName = (one: string, other: string): number => {
  const [left, right] = [one.toUpperCase(), other.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
};

async function entryOf(files: Files, real: string, name: string): Promise<DiskEntry | undefined> {
  const info = await files.stat(real).catch(() => undefined);
  if (!info) return undefined;
  const { isFolder, size, modifiedMs } = info;
  return { name, isFolder, sizeBytes: isFolder ? 0 : size, modifiedMs: Math.round(modifiedMs) };
}

function notThere(path: string, missing: readonly string[]): DiskError {
  if (missing.length > 1) return new DiskError(3, `${path}: the system cannot find the path specified.`);
  return new DiskError(2, `${path}: the system cannot find the file specified.`);
}

function diskFull(path: string): DiskError {
  return new DiskError(112, `${path}: there is not enough space on the disk.`);
}

/** The real file system's failures in Windows's numbers. */
async function translated<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw notThere(path, [path]);
    if (code === "ENOTDIR") throw new DiskError(3, `${path}: the system cannot find the path specified.`);
    if (code === "EISDIR" || code === "EACCES" || code === "EPERM" || code === "EEXIST") {
      throw new DiskError(5, `${path}: access is denied.`);
    }
    if (code === "ENOSPC") throw diskFull(path);
    throw error;
  }
}
