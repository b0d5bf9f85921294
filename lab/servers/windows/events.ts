import { markList, markMap, rewindAll, type Rewind } from "../rewind.ts";
import type { LabClock } from "../types.ts";

/** Windows's event levels: 1 critical, 2 error, 3 warning, 4 information. */
export type EventLevel = 1 | 2 | 3 | 4;

/** One event of a Windows event log. */
export interface WindowsEvent {
  readonly log: string;
  readonly provider: string;
  readonly id: number;
  readonly level: EventLevel;
  readonly message: string;
  /** Lab time, in milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Counts up in each log, from 1. */
  readonly record: number;
}

/** The event logs of one host. Application and System are always there. */
export class EventLog {
  readonly #clock: LabClock;
  readonly #logs = new Map<string, WindowsEvent[]>([
    ["application", []],
    ["system", []],
  ]);

  constructor(clock: LabClock) {
    this.#clock = clock;
  }

  /** Appends an event at the present lab time. A log of another name is made on first use. */
  write(event: Omit<WindowsEvent, "timeMs" | "record">): void {
    const key = event.log.toLowerCase();
    const log = this.#logs.get(key) ?? [];
    this.#logs.set(key, log);
    log.push({ ...event, timeMs: this.#clock.now(), record: log.length + 1 });
  }

  mark(): Rewind {
    return rewindAll([markMap(this.#logs), ...[...this.#logs.values()].map(markList)]);
  }

  /** The events of a log, oldest first; undefined where there is no such log. */
  read(log: string): readonly WindowsEvent[] | undefined {
    return this.#logs.get(log.toLowerCase());
  }

  /** The names of the logs. */
  names(): readonly string[] {
    return [...this.#logs.keys()].map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  }
}
