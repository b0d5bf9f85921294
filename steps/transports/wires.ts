import { AsyncLocalStorage } from "node:async_hooks";
import type { Io } from "../act.ts";
import type { DnsServer } from "./dns-socket.ts";
import type { Sql } from "./sql.ts";
import type { Ssh } from "./ssh.ts";

/** What stands in the place of the network for a simulator that holds the servers in its own process. */
export interface Wires {
  sql(hostId: string, io: Io): Promise<Sql>;
  ssh(hostId: string, io: Io): Promise<Ssh>;
  /** Whether something accepts a TCP connection there, of the runner or of the observer that is named. */
  answers(address: string, port: number, observer?: string): Promise<boolean>;
  /** The answer of a name server to a message. */
  dns(server: DnsServer, message: Buffer, over: "udp" | "tcp"): Promise<Buffer>;
}

/** Whatever runs inside `wires.run(…)` speaks over these; all else over the network. */
export const wires = new AsyncLocalStorage<Wires>();
