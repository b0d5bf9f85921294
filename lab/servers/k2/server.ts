import type { LabNetwork, Line, Listener } from "../network.ts";
import { markSet, rewindAll, type Rewind } from "../rewind.ts";
import type { Disk, HostIdentity, LabClock, Program } from "../types.ts";
import { type EventSink, HostServerLog } from "./log.ts";

export { hostServerFolder } from "./log.ts";

/** A row of a result, by column name or by position. */
export type Row = Readonly<Record<string, unknown>> | readonly unknown[];

/** What a K2 server of the lab is made of. */
export interface K2ServerOptions {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly disk: Disk;
  /** The Windows event log of its host. */
  readonly events: EventSink;
  /** Asks the K2 database as the K2 server does: by its alias, each batch on one connection. Rejects as a driver does. */
  readonly query: (sql: string) => Promise<readonly Row[]>;
  /** What the running server writes to its database every minute of lab time. */
  readonly work: () => Promise<void>;
  /** Port of the Host Server, 5555 in the world; 0, the default, takes a free one. */
  readonly port?: number;
  /** Lab time from the start of the process to its first query, in milliseconds. Default 1500. */
  readonly startUpMs?: number;
  /** Whether HostServerLogging.config has file logging on. Default: off, as K2 installs it. */
  readonly fileLogging?: boolean;
  /** Default: K2 Server. */
  readonly serviceName?: string;
}

const minuteMs = 60_000;

/** Thrown where no licence row bears the machine's name. */
class NotLicensed extends Error {}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const numberOf = (error: unknown): number | undefined =>
  error instanceof Error && "number" in error && typeof error.number === "number" ? error.number : undefined;

/**
 * The program behind the service "K2 Server" (K2 Five): the service runs at once, but the port answers only when the
 * database could be had, a licence row bears the short name of this machine, and the database's key could be opened.
 */
export class K2Server implements Program {
  public readonly log: HostServerLog;
  readonly #options: K2ServerOptions;
  readonly #cancels = new Set<() => void>();
  #listener: Listener | undefined;
  #port: number;
  #generation = 0;
  #ready = false;

  constructor(options: K2ServerOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    const { identity, clock, disk, events, serviceName = "K2 Server" } = options;
    this.log = new HostServerLog({ identity, clock, disk, events, source: serviceName });
    this.log.toFile = options.fileLogging ?? false;
  }

  /** The port of the Host Server. With port 0 it is taken by `reservePort` or the first start, and then kept. */
  get port(): number {
    return this.#port;
  }

  /** Whether the port answers. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** Takes a free port now, so that it is known before the first start. */
  async reservePort(): Promise<number> {
    if (this.#port !== 0) return this.#port;
    const listener = await this.#listen(() => undefined);
    this.#port = listener.port;
    await listener.close();
    return this.#port;
  }

  mark(): Rewind {
    const [listener, port, generation, ready] = [this.#listener, this.#port, this.#generation, this.#ready];
    const rewind = rewindAll([markSet(this.#cancels), this.log.mark()]);
    return () => {
      [this.#listener, this.#port, this.#generation, this.#ready] = [listener, port, generation, ready];
      rewind();
    };
  }

  async start(): Promise<void> {
    const generation = ++this.#generation;
    await this.log.write("Info", "General", 1, "ServerStarting", "Starting Host Server");
    this.#later(this.#options.startUpMs ?? 1500, () => this.#open(generation));
  }

  async stop(): Promise<void> {
    this.#generation++;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    const wasReady = this.#ready;
    this.#ready = false;
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
    if (wasReady) await this.log.write("Info", "General", 2, "ServerStopped", "Host Server stopped");
  }

  async #open(generation: number): Promise<void> {
    try {
      await this.#checkLicence();
      await this.#checkKey();
    } catch (error) {
      if (generation !== this.#generation) return;
      const name = error instanceof NotLicensed ? "NotLicensedException" : "DatabaseException";
      await this.log.write("Error", "General", 1000, name, textOf(error));
      return;
    }
    if (generation !== this.#generation) return;
    let listener: Listener;
    try {
      listener = await this.#listen((line) => this.#greet(line));
    } catch (error) {
      await this.log.write(
        "Error",
        "General",
        1000,
        "SocketException",
        `System.Net.Sockets.SocketException: ${textOf(error)}`,
      );
      return;
    }
    if (generation !== this.#generation) return listener.close();
    this.#listener = listener;
    this.#port = listener.port;
    this.#ready = true;
    await this.log.write(
      "Info",
      "General",
      3,
      "ServerStarted",
      `Host Server started, listening on port ${this.#port}`,
    );
    this.#workEveryMinute(generation);
  }

  async #checkLicence(): Promise<void> {
    const { identity, query } = this.#options;
    const name = identity.name.replaceAll("'", "''");
    const rows = await query(`SELECT COUNT(*) FROM [HostServer].[LicenseKey] WHERE [HostName]=N'${name}'`);
    const [count] = Object.values(rows[0] ?? {});
    if (Number(count) > 0) return;
    throw new NotLicensed(
      `SourceCode.Hosting.Exceptions.NotLicensedException: K2 Server is not licensed on machine ${identity.name}.`,
    );
  }

  async #checkKey(): Promise<void> {
    try {
      await this.#options.query(
        "OPEN SYMMETRIC KEY SCSSOKey DECRYPTION BY CERTIFICATE SCHostServerCert; CLOSE SYMMETRIC KEY SCSSOKey;",
      );
    } catch (error) {
      const number = numberOf(error);
      throw new Error(
        `System.Data.SqlClient.SqlException${number === undefined ? "" : ` (Error ${number})`}: ${textOf(error)}`,
      );
    }
  }

  #workEveryMinute(generation: number): void {
    this.#later(minuteMs, async () => {
      if (generation !== this.#generation) return;
      this.#workEveryMinute(generation);
      try {
        await this.#options.work();
      } catch (error) {
        if (generation !== this.#generation) return;
        await this.log.write("Error", "General", 1001, "DatabaseException", textOf(error));
      }
    });
  }

  #listen(onConnection: (line: Line) => void): Promise<Listener> {
    return this.#options.network.listen(this.#options.identity.name, { port: this.#port, onConnection });
  }

  #greet(line: Line): void {
    line.write(`K2 Host Server ${this.#options.identity.name}\r\n`);
    line.resume();
  }

  #later(afterMs: number, work: () => Promise<void>): void {
    const { clock } = this.#options;
    const cancel = clock.at(clock.now() + afterMs, () => {
      this.#cancels.delete(cancel);
      return work();
    });
    this.#cancels.add(cancel);
  }
}

/** A K2 server, to be given to the service model as the program of its service. */
export function k2Server(options: K2ServerOptions): K2Server {
  return new K2Server(options);
}
