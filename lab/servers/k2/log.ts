import { DateTime } from "luxon";
import type { Rewind } from "../rewind.ts";
import type { Disk, HostIdentity, LabClock } from "../types.ts";
import { DiskError } from "../types.ts";

/** Where K2 Five keeps its Host Server (help.nintex.com, K2 Server Logging). */
export const hostServerFolder = "C:\\Program Files\\K2\\Host Server\\Bin";

/** Where the K2 server's messages go besides the file: the Windows event log of its host. */
export interface EventSink {
  write(event: {
    readonly log: string;
    readonly provider: string;
    readonly id: number;
    readonly level: 1 | 2 | 3 | 4;
    readonly message: string;
  }): void;
}

/** The severities of K2's log. */
export type Severity = "Error" | "Warning" | "Info";

const eventLevels = { Error: 2, Warning: 3, Info: 4 } as const;

/** What the log of a K2 server needs. */
export interface HostServerLogOptions {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly disk: Disk;
  readonly events: EventSink;
  /** The event source: the service's name. */
  readonly source: string;
}

/** The log of a K2 server: always the event log, and a file a day where file logging is on (off as installed). */
export class HostServerLog {
  /** `<LogLocation Name="FileExtension" Active=...>` of HostServerLogging.config; K2 reads it when it starts. */
  public toFile = false;
  readonly #options: HostServerLogOptions;
  #line = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: HostServerLogOptions) {
    this.#options = options;
  }

  mark(): Rewind {
    const [line, toFile] = [this.#line, this.toFile];
    return () => {
      [this.#line, this.toFile] = [line, toFile];
    };
  }

  /** Today's file: the date in the host's local time and a cycle number. */
  get path(): string {
    return `${hostServerFolder}\\HostServer${this.#localTime().toFormat("yyMMdd")}_0.log`;
  }

  /** Writes one line. `id` is the number of the message in the event log. */
  async write(severity: Severity, category: string, id: number, name: string, text: string): Promise<void> {
    const { events, source } = this.#options;
    events.write({ log: "Application", provider: source, id, level: eventLevels[severity], message: text });
    if (!this.toFile) return;
    this.#line++;
    const time = this.#localTime().toFormat("yyyy-MM-dd HH:mm:ss");
    const fields = [
      this.#line,
      time,
      severity,
      category,
      id,
      name,
      text,
      "anonymous",
      "0.0.0.0",
      this.#options.identity.name,
    ];
    const line = `${fields.map((field) => `"${String(field).replaceAll('"', '""')}"`).join(",")}\r\n`;
    this.#writing = this.#writing.then(() => this.#append(line));
    await this.#writing;
  }

  async #append(line: string): Promise<void> {
    const { disk } = this.#options;
    try {
      await disk.makeFolder(hostServerFolder);
      const before = (await disk.exists(this.path)) ? await disk.read(this.path) : Buffer.alloc(0);
      await disk.write(this.path, Buffer.concat([before, Buffer.from(line)]));
    } catch (error) {
      // A server whose log disk is full or locked runs on without its log.
      if (!(error instanceof DiskError)) throw error;
    }
  }

  #localTime(): DateTime {
    const { clock, identity } = this.#options;
    return DateTime.fromMillis(clock.now(), { zone: identity.timeZone });
  }
}
