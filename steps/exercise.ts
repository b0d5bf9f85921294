import type { Finding } from "../model/finding.ts";
import type { Host } from "../model/host.ts";
import type { Io } from "./act.ts";

/**
 * How a server that is off while its site is passive is started on a quiet day, looked at and put off again. Each is one
 * act that has happened when it ends, and throws where it can't.
 */
export interface Exercise {
  /** Whether this server is kept off, and can be started and put off from here. */
  isParked(host: Host): boolean;
  /** Whether it is off, or about to be. Throws where it is not there at all. */
  isOff(host: string, io: Io): Promise<boolean>;
  /** Starts it, and waits until one can log on. */
  start(host: string, io: Io): Promise<void>;
  /** Stops and disables services that must not run there, whatever state they came up in. Its findings: what it had to change. */
  keepOff(host: string, services: readonly string[], io: Io): Promise<readonly Finding[]>;
  /** Looks at all that can't be seen while it is off; changes nothing. */
  look(host: string, services: readonly string[], io: Io): Promise<readonly Finding[]>;
  /** Has it put off; ends as soon as nobody takes it for one that runs. */
  beginPark(host: string, io: Io): Promise<void>;
  /** Waits until it is off, or somebody has started it again. */
  parked(host: string, io: Io): Promise<void>;
}
