import { setTimeout as wait } from "node:timers/promises";
import type { SqlInstance } from "../../servers/sql/engine/instance.ts";
import { collect } from "../../servers/sql/engine/lab-run.ts";
import type { Column, ColumnType, Parameter, Value } from "../../servers/sql/contract.ts";
import type { DnsServer } from "../../servers/dns/server.ts";
import type { LabNetwork } from "../../servers/network.ts";
import type { WindowsHost } from "../../servers/windows/host.ts";
import type { LabUser } from "../../servers/windows/users.ts";
import type { Io } from "../../../steps/act.ts";
import { sqlErrorOf } from "../../../steps/transports/sql-error.ts";
import type { Sql, SqlParams } from "../../../steps/transports/sql.ts";
import { FileError, type Ssh } from "../../../steps/transports/ssh.ts";
import { Unreachable } from "../../../steps/transports/unreachable.ts";
import type { Wires } from "../../../steps/transports/wires.ts";

/** The servers of a lab that has no sockets. */
export interface WiredLab {
  readonly network: LabNetwork;
  readonly dns: { readonly address: string; readonly port: number; readonly server: DnsServer };
  readonly user: LabUser;
  host(name: string): WindowsHost | undefined;
  /** Undefined where SQL Server does not run. */
  sql(name: string): SqlInstance | undefined;
}

/** Seconds after which a server that says nothing is given up: as long as the transports wait for one. */
const silentSec = 10;

/** The transports' place taken by calls into the lab's servers: what they answer is what they would send. */
export function wiresTo(lab: WiredLab): Wires {
  /** What a connection meets on the way: as the transports themselves put it. */
  const reach = async (hostId: string, address: string, port: number, io: Io): Promise<void> => {
    const verdict = lab.network.knock(address, port);
    if (verdict === "open") return;
    if (verdict === "refused")
      throw new Unreachable(hostId, address, port, "refused", "refuses connections: nothing listens there.");
    await silence(io.signal);
    throw new Unreachable(hostId, address, port, io.signal.aborted ? "aborted" : "silent", "did not answer.");
  };

  return {
    answers: (address, port) => Promise.resolve(lab.network.knock(address, port) === "open"),

    sql: async (hostId, io) => {
      const { address, sql: access } = io.host(hostId);
      if (!access) throw new Error(`${hostId} has no sql in the estate.`);
      const password = await io.secret(access.password);
      await reach(hostId, address, access.port, io);
      const instance = lab.sql(hostId);
      const session = instance?.login({
        user: access.user,
        password,
        database: "master",
        hostName: "RUNNER",
        appName: "parallel-standby",
      });
      if (!session || "refused" in session)
        throw new Unreachable(hostId, address, access.port, "login", `refused the login ${access.user}.`);
      io.onEnd(() => {
        session.close();
      });
      const ask = async (text: string, params: SqlParams, onInfo?: Parameters<Sql["long"]>[1]) => {
        io.signal.throwIfAborted();
        await reach(hostId, address, access.port, io);
        const result = await collect(
          session.run({ sql: text, parameters: parametersOf(params), signal: io.signal }),
        );
        for (const m of result.messages) if (m.severity <= 10) onInfo?.({ number: m.number, text: m.text });
        const [last, ...earlier] = result.errors.toReversed();
        if (last) {
          const sent = ({ number, text: says }: { number: number; text: string }): Error =>
            Object.assign(new Error(says), { number });
          const error = Object.assign(sent(last), { precedingErrors: earlier.toReversed().map(sent) });
          throw sqlErrorOf(error, { host: hostId, address, port: access.port }, params);
        }
        return result;
      };
      return {
        rows: async <T>(text: string, params: SqlParams = {}) => {
          const { rows, columns } = await ask(text, params);
          return rows.map((row) => driverRow(row, columns) as T);
        },
        run: async (text, params = {}) => {
          await ask(text, params);
        },
        long: async (text, onInfo) => {
          await ask(text, {}, onInfo);
        },
      };
    },

    ssh: async (hostId, io): Promise<Ssh> => {
      const { address, ssh } = io.host(hostId);
      if (!ssh) throw new Error(`${hostId} has no ssh in the estate.`);
      await reach(hostId, address, ssh.port, io);
      const host = lab.host(hostId);
      if (!host) throw new Unreachable(hostId, address, ssh.port, "refused", "refuses connections.");
      const files = async <T>(what: "read" | "write", path: string, work: () => Promise<T>): Promise<T> => {
        await reach(hostId, address, ssh.port, io);
        return work().catch((error: unknown) => {
          const { code } = error as { readonly code?: number };
          throw new FileError(
            hostId,
            what,
            path,
            Object.assign(error as Error, { code: code === 2 || code === 3 ? 2 : 4 }),
          );
        });
      };
      return {
        host: hostId,
        run: async (command, { input } = {}) => {
          io.signal.throwIfAborted();
          await reach(hostId, address, ssh.port, io);
          return host.run(command, { user: lab.user, ...(input === undefined ? {} : { input }) });
        },
        readFile: (path) => files("read", path, () => host.disk.read(path)),
        writeFile: (path, data) => files("write", path, () => host.disk.write(path, Buffer.from(data))),
      };
    },

    dns: (server, message, over) => {
      const answer =
        lab.network.knock(server.address, server.port) === "open"
          ? lab.dns.server.answer(message, over === "udp")
          : undefined;
      return answer
        ? Promise.resolve(answer)
        : Promise.reject(
            new Unreachable("DNS server", server.address, server.port, "silent", "did not answer."),
          );
    },
  };
}

const silence = (signal: AbortSignal): Promise<void> =>
  wait(silentSec * 1000, undefined, { signal }).catch(() => undefined);

/** Values as the driver sends them. */
function parametersOf(params: SqlParams): readonly Parameter[] {
  return Object.entries(params).map(([name, value]) => ({
    name: `@${name}`,
    type: typeOf(value),
    value: typeof value === "boolean" ? value : (value as Value),
    output: false,
  }));
}
function typeOf(value: SqlParams[string]): ColumnType {
  if (typeof value === "boolean") return "bit";
  if (Buffer.isBuffer(value)) return "varbinary";
  if (typeof value !== "number") return "nvarchar";
  if (!Number.isSafeInteger(value)) return "float";
  return Math.abs(value) < 2 ** 31 ? "int" : "bigint";
}

/** A row as the driver gives it: its own types for numbers, bits and times. */
function driverRow(
  row: Readonly<Record<string, Value>>,
  columns: readonly Column[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, driverValue(row[name] ?? null, type)]));
}
function driverValue(value: Value, type: ColumnType): unknown {
  if (value === null) return null;
  switch (type) {
    case "bit":
      return value === true || value === 1;
    case "tinyint":
    case "smallint":
    case "int":
    case "float":
    case "numeric":
      return Number(value);
    case "bigint":
      return String(value);
    case "datetime":
    case "datetime2":
      return new Date(`${String(value)}Z`);
    case "datetimeoffset":
      return new Date(String(value));
    default:
      return value;
  }
}
