import type { HostDisk } from "../../disk.ts";
import { parsePath } from "../../disk/paths.ts";
import { type Disk, type DiskEntry, DiskError } from "../../types.ts";
import { may, shortName, type LabUser } from "../users.ts";
import type { WindowsHost } from "../host.ts";

/** How the user came in. A key logon has no credentials for a second hop; a scheduled task runs as the computer. */
export type Logon = "password" | "publickey" | "system";

/** Standard input, as it comes in. */
export class Input {
  #text = "";
  #ended = false;
  readonly #waiting = new Set<() => void>();

  /** An input that holds this text and no more. */
  static of(text: string): Input {
    const input = new Input();
    input.push(text);
    input.end();
    return input;
  }

  push(text: string): void {
    this.#text += text;
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** All of it, when its end has come. */
  async text(): Promise<string> {
    while (!this.#ended) await this.#more();
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** The next line without its end, or undefined after the last. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end).replace(/\r$/, "");
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) {
        const rest = this.#text;
        this.#text = "";
        return rest === "" ? undefined : rest;
      }
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The host's files as one user's logon may use them. */
export class ShellFiles implements Disk {
  readonly #disk: HostDisk;
  readonly #user: LabUser;
  readonly #logon: Logon;

  constructor(disk: HostDisk, user: LabUser, logon: Logon) {
    this.#disk = disk;
    this.#user = user;
    this.#logon = logon;
  }

  async read(path: string): Promise<Buffer> {
    return this.#disk.read(this.#reading(path));
  }
  async write(path: string, data: Buffer, modifiedMs?: number): Promise<void> {
    return this.#disk.write(this.#writing(path), data, modifiedMs);
  }
  async list(folder: string): Promise<readonly DiskEntry[]> {
    return this.#disk.list(this.#reading(folder));
  }
  async stat(path: string): Promise<DiskEntry> {
    return this.#disk.stat(this.#reading(path));
  }
  async makeFolder(path: string): Promise<void> {
    return this.#disk.makeFolder(this.#writing(path));
  }
  async remove(path: string): Promise<void> {
    return this.#disk.remove(this.#writing(path));
  }
  async rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(this.#writing(from), this.#writing(to));
  }
  async exists(path: string): Promise<boolean> {
    try {
      return await this.#disk.exists(this.#reading(path));
    } catch (error) {
      if (error instanceof DiskError) return false;
      throw error;
    }
  }

  free(path: string): number {
    return this.#disk.free(path);
  }

  volumes(): ReturnType<Disk["volumes"]> {
    return this.#disk.volumes();
  }

  #reading(path: string): string {
    const parsed = parsePath(path);
    const isOwn =
      parsed.kind === "share" && parsed.host.split(".")[0]?.toUpperCase() === this.#disk.host.toUpperCase();
    if (parsed.kind === "share" && !isOwn && this.#logon === "publickey") {
      throw new DiskError(
        5,
        `${path}: access is denied; a logon by key has no credentials for another host.`,
      );
    }
    return path;
  }

  #writing(path: string): string {
    const home = `C:\\USERS\\${shortName(this.#user).toUpperCase()}\\`;
    if (!may(this.#user, "write-files") && !path.toUpperCase().startsWith(home)) {
      throw new DiskError(5, `${path}: access is denied.`);
    }
    return this.#reading(path);
  }
}

/** What one cmd.exe knows: who runs it, where it stands, what it last got. */
export interface Shell {
  readonly host: WindowsHost;
  readonly user: LabUser;
  readonly logon: Logon;
  readonly files: ShellFiles;
  /** Names in capitals. */
  readonly variables: Map<string, string>;
  folder: string;
  errorLevel: number;
  /** Values of the `for` loops that are under way, by letter. */
  readonly loops: Map<string, string>;
  /** The batch file that runs, where one does. */
  batch: Batch | undefined;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** A batch file that runs. */
export interface Batch {
  readonly path: string;
  readonly lines: readonly string[];
  /** `%0` to `%9`. */
  readonly args: readonly string[];
  /** Number of the line that is read next. */
  next: number;
  /** Variables as they were at each `setlocal` that is open. */
  readonly kept: Map<string, string>[];
}

/** Where a command reads and writes. */
export interface Streams {
  readonly input: Input;
  out(data: string | Buffer): void;
  err(data: string | Buffer): void;
}

/** One call of a command. */
export interface Call extends Streams {
  /** The line after the command's name, as it was written. */
  readonly rest: string;
  /** The same as a C program gets its arguments. */
  readonly args: readonly string[];
  readonly shell: Shell;
}

/** A tool or a command of cmd.exe itself: gives its exit code. */
export type Command = (call: Call) => number | Promise<number>;

/** A new cmd.exe for a user, in its home folder. */
export function newShell(host: WindowsHost, user: LabUser, logon: Logon, signal: AbortSignal): Shell {
  const name = shortName(user);
  const home = `C:\\Users\\${name}`;
  const domain = user.name.includes("\\") ? user.name.slice(0, user.name.indexOf("\\")) : host.identity.name;
  return {
    host,
    user,
    logon,
    files: new ShellFiles(host.disk, user, logon),
    variables: new Map([
      ["COMPUTERNAME", host.identity.name],
      ["USERNAME", name],
      ["USERDOMAIN", domain],
      ["USERPROFILE", home],
      ["SYSTEMDRIVE", "C:"],
      ["SYSTEMROOT", "C:\\Windows"],
      ["WINDIR", "C:\\Windows"],
      ["PROGRAMFILES", "C:\\Program Files"],
      ["PROGRAMFILES(X86)", "C:\\Program Files (x86)"],
      ["PROGRAMDATA", "C:\\ProgramData"],
      ["TEMP", `${home}\\AppData\\Local\\Temp`],
      ["COMSPEC", "C:\\Windows\\system32\\cmd.exe"],
    ]),
    folder: logon === "system" ? "C:\\Windows\\System32" : home,
    errorLevel: 0,
    loops: new Map(),
    batch: undefined,
    signal,
  };
}
