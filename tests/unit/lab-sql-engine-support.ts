import { type Disk, type DiskEntry, DiskError, type LabClock } from "../../lab/servers/types.ts";
import {
  sqlInstance,
  type SqlInstance,
  type SqlInstanceOptions,
} from "../../lab/servers/sql/engine/instance.ts";

/** A clock that only moves when told. */
export class ManualClock implements LabClock {
  private time: number;
  private due: { at: number; order: number; work: () => void | Promise<void> }[] = [];
  private order = 0;

  constructor(startMs = Date.UTC(2026, 10, 21, 20, 0, 0)) {
    this.time = startMs;
  }
  now(): number {
    return this.time;
  }
  at(atMs: number, work: () => void | Promise<void>): () => void {
    const entry = { at: atMs, order: this.order++, work };
    this.due.push(entry);
    return () => {
      this.due = this.due.filter((other) => other !== entry);
    };
  }
  async advance(byMs: number): Promise<void> {
    const until = this.time + byMs;
    for (;;) {
      const next = this.due
        .filter((entry) => entry.at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.due = this.due.filter((entry) => entry !== next);
      this.time = Math.max(this.time, next.at);
      await next.work();
    }
    this.time = until;
  }
  close(): void {
    this.due = [];
  }
}

/** Disks of several hosts in memory: `\\HOST\share\...` of another host is its `S:\share\...`. */
export class MemoryDisk implements Disk {
  private readonly files = new Map<string, { data: Buffer; modifiedMs: number; name: string }>();
  private readonly folders = new Set<string>(["c:", "d:", "s:"]);
  private readonly hosts: Map<string, MemoryDisk>;
  private readonly clock: LabClock;
  public isReachable = true;
  public isFull = false;
  public freeBytes = 80 * 1024 ** 3;

  constructor(clock: LabClock, name = "", hosts = new Map<string, MemoryDisk>()) {
    this.clock = clock;
    this.hosts = hosts;
    if (name !== "") hosts.set(name.toLowerCase(), this);
  }
  free(): number {
    return this.isFull ? 0 : this.freeBytes;
  }

  volumes(): readonly { readonly drive: string; readonly freeBytes: number }[] {
    return ["C", "D", "S"].map((drive) => ({ drive, freeBytes: this.free() }));
  }
  private where(path: string): { disk: MemoryDisk; key: string } {
    const clean = path.replace(/(?<=.)\\$/, "").toLowerCase();
    const share = /^\\\\([^\\]+)\\(.*)$/.exec(clean);
    if (!share) return { disk: this, key: clean };
    const disk = this.hosts.get(share[1] ?? "");
    if (!disk?.isReachable) throw new DiskError(53, path);
    return { disk, key: `s:\\${share[2] ?? ""}` };
  }
  private static parent(key: string): string {
    return key.slice(0, key.lastIndexOf("\\"));
  }
  async read(path: string): Promise<Buffer> {
    const { disk, key } = this.where(path);
    const found = disk.files.get(key);
    if (!found) throw new DiskError(disk.folders.has(MemoryDisk.parent(key)) ? 2 : 3, path);
    return Promise.resolve(found.data);
  }
  async write(path: string, data: Buffer): Promise<void> {
    const { disk, key } = this.where(path);
    if (!disk.folders.has(MemoryDisk.parent(key))) throw new DiskError(3, path);
    if (disk.isFull) throw new DiskError(112, path);
    disk.files.set(key, { data, modifiedMs: this.clock.now(), name: path.slice(path.lastIndexOf("\\") + 1) });
    return Promise.resolve();
  }
  async list(folder: string): Promise<readonly DiskEntry[]> {
    const { disk, key } = this.where(folder);
    if (!disk.folders.has(key)) throw new DiskError(3, folder);
    const files = [...disk.files]
      .filter(([name]) => MemoryDisk.parent(name) === key)
      .map(([, file]) => ({
        name: file.name,
        isFolder: false,
        sizeBytes: file.data.length,
        modifiedMs: file.modifiedMs,
      }));
    const folders = [...disk.folders]
      .filter((name) => name.includes("\\") && MemoryDisk.parent(name) === key)
      .map((name) => ({
        name: name.slice(name.lastIndexOf("\\") + 1),
        isFolder: true,
        sizeBytes: 0,
        modifiedMs: 0,
      }));
    return Promise.resolve([...folders, ...files]);
  }
  async makeFolder(path: string): Promise<void> {
    const { disk, key } = this.where(path);
    const parts = key.split("\\");
    for (let i = 1; i <= parts.length; i++) disk.folders.add(parts.slice(0, i).join("\\"));
    return Promise.resolve();
  }
  async remove(path: string): Promise<void> {
    const { disk, key } = this.where(path);
    if (!disk.files.delete(key)) throw new DiskError(2, path);
    return Promise.resolve();
  }
  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.where(from), this.where(to)];
    const found = source.disk.files.get(source.key);
    if (!found) throw new DiskError(2, from);
    source.disk.files.delete(source.key);
    target.disk.files.set(target.key, { ...found, name: to.slice(to.lastIndexOf("\\") + 1) });
    return Promise.resolve();
  }
  async exists(path: string): Promise<boolean> {
    const { disk, key } = this.where(path);
    return Promise.resolve(disk.files.has(key) || disk.folders.has(key));
  }
}

/** An instance that serves, with folders D:\backup and S:\logship. */
export async function startInstance(
  options: Partial<Omit<SqlInstanceOptions, "identity">> & {
    name?: string;
    hosts?: Map<string, MemoryDisk>;
    timeZone?: string;
  } = {},
): Promise<{ instance: SqlInstance; clock: ManualClock; disk: MemoryDisk }> {
  const clock = options.clock instanceof ManualClock ? options.clock : new ManualClock();
  const name = options.name ?? "SQLPRD01";
  const disk =
    options.disk instanceof MemoryDisk
      ? options.disk
      : new MemoryDisk(clock, name, options.hosts ?? new Map<string, MemoryDisk>());
  await disk.makeFolder("D:\\backup");
  await disk.makeFolder("S:\\logship");
  const instance = sqlInstance({
    version: "2019",
    sa: "Sa-Passw0rd",
    ...options,
    identity: { name, site: "primary", address: "127.10.1.5", timeZone: options.timeZone ?? "Europe/London" },
    clock,
    disk,
  });
  await instance.start();
  return { instance, clock, disk };
}
/** The numbers of the errors of a batch, in order. */
export async function errorsOf(instance: SqlInstance, sql: string, database = "master"): Promise<number[]> {
  return (await instance.run(sql, database)).errors.map((error) => error.number);
}
