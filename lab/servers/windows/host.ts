import { DateTime } from "luxon";
import type { HostDisk } from "../disk.ts";
import type { LabNetwork } from "../network.ts";
import { rewindAll, type Rewind } from "../rewind.ts";
import type { HostIdentity, LabClock } from "../types.ts";
import { runLine } from "./cmd/run.ts";
import { type Command, Input, newShell, type Shell, type Streams } from "./cmd/shell.ts";
import { DomainMember, windowsZone } from "./domain.ts";
import { EventLog } from "./events.ts";
import { Registry } from "./registry.ts";
import type { ServiceSpec } from "./service.ts";
import { ServiceManager } from "./services.ts";
import { SshHost } from "./ssh/server.ts";
import { TaskScheduler } from "./tasks.ts";
import { nativeTools } from "./tools.ts";
import { isNamed, type LabUser, systemUser } from "./users.ts";

/** What a Windows host of the lab is made of. */
export interface WindowsHostOptions {
  /** Must be known to the network already. */
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly disk: HostDisk;
  readonly users: readonly LabUser[];
  readonly services?: readonly ServiceSpec[];
  /** Further programs that can be called, by file name (`mysql.exe`) or full path. */
  readonly commands?: Readonly<Record<string, Command>>;
  /** Lab time from power to the start of services, in milliseconds. Default 5000. */
  readonly bootMs?: number;
  /** Port of the SSH server; 0, the default, takes a free one. */
  readonly sshPort?: number;
  /** Private host key in OpenSSH's format. Default: a new ed25519 key. */
  readonly sshHostKey?: string;
  /** As `ver` prints it. Default: Windows Server 2022. */
  readonly windowsVersion?: string;
  /** How far the host's clock is ahead of lab time, in milliseconds. Default 0. */
  readonly clockErrorMs?: number;
}

/** Whether the host has power, and how far it has come. */
export type HostState = "off" | "booting" | "on";

/** A Windows server: services, registry, event log, tasks, files, and an SSH server with the native tools. */
export class WindowsHost {
  public readonly identity: HostIdentity;
  public readonly clock: LabClock;
  public readonly network: LabNetwork;
  public readonly disk: HostDisk;
  public readonly users: readonly LabUser[];
  public readonly events: EventLog;
  public readonly services: ServiceManager;
  public readonly registry = new Registry();
  public readonly domain = new DomainMember();
  public readonly tasks: TaskScheduler;
  public readonly ssh: SshHost;
  public readonly windowsVersion: string;
  /** As `w32tm /query /source` prints it. */
  public readonly timeSource = "dc01.corp.example";
  /** How far the host's clock is ahead of lab time, in milliseconds. */
  public clockErrorMs: number;
  readonly #specs: readonly ServiceSpec[];
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #bootMs: number;
  readonly #endPower: () => void;
  #state: HostState = "off";
  #planned: (() => void) | undefined;
  #boot: (() => void) | undefined;
  #bootIsDone = false;
  #power = new AbortController();

  constructor(options: WindowsHostOptions) {
    const { identity, clock, network, disk, users, services = [], commands = {} } = options;
    this.identity = identity;
    this.clock = clock;
    this.network = network;
    this.disk = disk;
    this.users = users;
    this.windowsVersion = options.windowsVersion ?? "10.0.20348.2849";
    this.clockErrorMs = options.clockErrorMs ?? 0;
    this.#bootMs = options.bootMs ?? 5000;
    this.#describe();
    this.events = new EventLog(clock);
    this.ssh = new SshHost(this, { port: options.sshPort ?? 0, hostKey: options.sshHostKey });
    const sshd: ServiceSpec = {
      name: "sshd",
      displayName: "OpenSSH SSH Server",
      image: "C:\\Windows\\System32\\OpenSSH\\sshd.exe",
      program: this.ssh,
    };
    this.#specs = [sshd, ...services];
    this.services = new ServiceManager(clock, this.events, this.#specs);
    this.tasks = new TaskScheduler(clock, identity.timeZone, async (command) => {
      return (await this.run(command, { user: systemUser })).code;
    });
    this.#commands = new Map(
      [...nativeTools, ...Object.entries(commands)].map(([name, command]) => [toolKey(name), command]),
    );
    this.#endPower = network.onPower(identity.name, (on) => (on ? this.#powered() : this.#lostPower()));
  }

  /** What Windows says of itself in its registry: build and update, time zone, domain. */
  #describe(): void {
    const [, , build = "", update = "0"] = this.windowsVersion.split(".");
    const text = (data: string) => ({ type: "REG_SZ", data }) as const;
    const now = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
    this.registry.setValue(now, "CurrentBuildNumber", text(build));
    this.registry.setValue(now, "UBR", { type: "REG_DWORD", data: `0x${Number(update).toString(16)}` });
    const system = "HKLM\\SYSTEM\\CurrentControlSet";
    const zone = text(windowsZone(this.identity.timeZone));
    this.registry.setValue(`${system}\\Control\\TimeZoneInformation`, "TimeZoneKeyName", zone);
    this.registry.setValue(`${system}\\Services\\Tcpip\\Parameters`, "Domain", text(this.domain.name));
  }

  get state(): HostState {
    return this.#state;
  }

  /** The lab's first moment: the host is up, and what runs from the beginning runs already. */
  async start(): Promise<void> {
    if (!this.network.isUp(this.identity.name)) return;
    await this.#makeFolders();
    this.#state = "on";
    const atOnce = this.#specs.filter(({ startType = "auto", initially }) => {
      return (
        (initially ?? (startType === "auto" || startType === "delayed-auto" ? "running" : "stopped")) ===
        "running"
      );
    });
    for (const { name } of atOnce) await this.services.runAlready(name);
    this.tasks.boot();
  }

  /** Ends everything for good, without a shutdown. */
  async close(): Promise<void> {
    this.#endPower();
    await this.#lostPower();
  }

  /** All of it but its files. */
  mark(): Rewind {
    const [state, planned, boot, isDone] = [this.#state, this.#planned, this.#boot, this.#bootIsDone];
    const error = this.clockErrorMs;
    const own = [this.disk, this.events, this.services, this.registry, this.domain, this.tasks];
    const rewind = rewindAll(own.map((one) => one.mark()));
    return () => {
      [this.#state, this.#planned, this.#boot, this.#bootIsDone] = [state, planned, boot, isDone];
      this.clockErrorMs = error;
      if (this.#power.signal.aborted) this.#power = new AbortController();
      rewind();
    };
  }

  /** The time of the host's own clock, now or for a moment of lab time, in its time zone. */
  localTime(atMs?: number): DateTime {
    const ms = atMs ?? this.clock.now() + this.clockErrorMs;
    return DateTime.fromMillis(ms, { zone: this.identity.timeZone, locale: "en-US" });
  }

  /** The program of that name or path, or undefined. */
  command(name: string): Command | undefined {
    const path = name
      .replace(/^%?[^\\]*%?\\system32\\/i, "")
      .replace(/^[a-z]:\\windows\\(system32|sysnative)\\/i, "");
    return this.#commands.get(toolKey(path));
  }

  /** The user who logs on with that name, or undefined. */
  user(logon: string): LabUser | undefined {
    return this.users.find((user) => isNamed(user, logon));
  }

  /** Runs a command line on this host, as a user at its console would; the default user is SYSTEM. */
  async run(
    line: string,
    { user = systemUser, input = "" }: { readonly user?: LabUser; readonly input?: string } = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const logon = user === systemUser ? "system" : "password";
    const shell = newShell(this, user, logon, this.#power.signal);
    let [stdout, stderr] = ["", ""];
    const code = await this.runIn(line, shell, {
      input: Input.of(input),
      out: (data) => void (stdout += data.toString()),
      err: (data) => void (stderr += data.toString()),
    });
    return { code, stdout, stderr };
  }

  /** Runs a line in a shell that is there already. */
  runIn(line: string, shell: Shell, streams: Streams): Promise<number> {
    return runLine(line, shell, streams);
  }

  /** Plans a shutdown or restart; false where one is planned already. */
  planShutDown({ restart, afterMs }: { readonly restart: boolean; readonly afterMs: number }): boolean {
    if (this.#planned) return false;
    // Even at once leaves the moment in which the caller gets its answer.
    this.#planned = this.clock.at(this.clock.now() + Math.max(afterMs, 200), () => this.#shutDown(restart));
    return true;
  }

  /** Cancels a planned shutdown; false where there is none. */
  cancelShutDown(): boolean {
    this.#planned?.();
    const was = this.#planned !== undefined;
    this.#planned = undefined;
    return was;
  }

  async #shutDown(restart: boolean): Promise<void> {
    this.#planned = undefined;
    const what = restart ? "restart" : "power off";
    this.events.write({
      log: "System",
      provider: "User32",
      id: 1074,
      level: 4,
      message: `The process C:\\Windows\\system32\\shutdown.exe (${this.identity.name}) has initiated the ${what} of computer ${this.identity.name}.`,
    });
    this.#log(6006, "The Event log service was stopped.");
    await this.services.shutDown();
    await this.network.hostDown(this.identity.name);
    if (!restart) return;
    this.#boot = this.clock.at(this.clock.now() + this.#bootMs, async () => {
      this.#bootIsDone = true;
      await this.network.hostUp(this.identity.name);
    });
  }

  async #lostPower(): Promise<void> {
    this.#state = "off";
    this.cancelShutDown();
    this.#boot?.();
    this.#boot = undefined;
    this.#power.abort();
    this.#power = new AbortController();
    this.tasks.powerLost();
    await this.services.powerLost();
  }

  #powered(): void {
    this.#state = "booting";
    this.#boot?.();
    const afterMs = this.#bootIsDone ? 0 : this.#bootMs;
    this.#bootIsDone = false;
    this.#boot = this.clock.at(this.clock.now() + afterMs, async () => {
      this.#boot = undefined;
      this.#state = "on";
      await this.#makeFolders();
      this.#log(6005, "The Event log service was started.");
      this.tasks.boot();
      // Not awaited: a start may wait for later lab time, and the clock would wait for itself.
      void this.services.boot();
    });
  }

  #log(id: number, message: string): void {
    this.events.write({ log: "System", provider: "EventLog", id, level: 4, message });
  }

  async #makeFolders(): Promise<void> {
    const homes = this.users.map(
      ({ name }) => `C:\\Users\\${name.slice(name.lastIndexOf("\\") + 1)}\\AppData\\Local\\Temp`,
    );
    for (const folder of ["C:\\Windows\\System32", "C:\\Windows\\Temp", "C:\\ProgramData", ...homes]) {
      await this.disk.makeFolder(folder);
    }
  }
}

/** A program is found by its name in any case, with or without `.exe`. */
const toolKey = (name: string): string => name.toUpperCase().replace(/\.EXE$/, "");

/** A Windows host that is not started yet: `await host.start()`. */
export function windowsHost(options: WindowsHostOptions): WindowsHost {
  return new WindowsHost(options);
}
