import type { EventLevel, EventLog } from "./events.ts";
import type { Service, StartType } from "./service.ts";
import { win32Text } from "./win32.ts";

const startWords: Readonly<Record<StartType, string>> = {
  auto: "auto start",
  "delayed-auto": "auto start",
  manual: "demand start",
  disabled: "disabled",
};

/** What the service control manager writes to the System log, with its event numbers and texts. */
export class ServiceEvents {
  readonly #events: EventLog;

  constructor(events: EventLog) {
    this.#events = events;
  }

  entered({ displayName }: Service, state: "running" | "stopped"): void {
    this.#write(4, 7036, `The ${displayName} service entered the ${state} state.`);
  }

  startFailed({ displayName }: Service, code: number): void {
    const reason = win32Text(code);
    this.#write(
      2,
      7000,
      `The ${displayName} service failed to start due to the following error: \r\n${reason}`,
    );
  }

  dependencyFailed({ displayName }: Service, needed: Service, code: number): void {
    this.#write(
      2,
      7001,
      `The ${displayName} service depends on the ${needed.displayName} service which failed to start because of the following error: \r\n${win32Text(code)}`,
    );
  }

  connectTimedOut({ displayName }: Service, afterMs: number): void {
    this.#write(
      2,
      7009,
      `A timeout was reached (${String(afterMs)} milliseconds) while waiting for the ${displayName} service to connect.`,
    );
  }

  endedWith({ displayName }: Service, reason: string): void {
    this.#write(2, 7023, `The ${displayName} service terminated with the following error: \r\n${reason}`);
  }

  crashed({ displayName }: Service, restartsAfterMs: number | undefined): void {
    const text = `The ${displayName} service terminated unexpectedly.  It has done this 1 time(s).`;
    if (restartsAfterMs === undefined) {
      this.#write(2, 7034, text);
      return;
    }
    const action = `The following corrective action will be taken in ${String(restartsAfterMs)} milliseconds: Restart the service.`;
    this.#write(2, 7031, `${text}  ${action}`);
  }

  startTypeChanged({ displayName, startType }: Service, next: StartType): void {
    this.#write(
      4,
      7040,
      `The start type of the ${displayName} service was changed from ${startWords[startType]} to ${startWords[next]}.`,
    );
  }

  #write(level: EventLevel, id: number, message: string): void {
    this.#events.write({ log: "System", provider: "Service Control Manager", id, level, message });
  }
}
