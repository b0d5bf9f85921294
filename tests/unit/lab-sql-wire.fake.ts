import sql from "mssql";
import type {
  Column,
  Instance,
  Login,
  Message,
  Reply,
  Request,
  Session,
  Value,
} from "../../lab/servers/sql/contract.ts";
import { tdsServer, type TdsServer, type TdsServerOptions } from "../../lab/servers/sql/wire/server.ts";
import { until as waitUntil } from "./until.ts";

/** What the instance does with a statement; `SET` and `SELECT 1;`, which the client sends itself, are answered already. */
export type Script = (request: Request, session: FakeSession) => AsyncIterable<Reply> | Iterable<Reply>;

export interface FakeSession {
  readonly login: Login;
  readonly requests: string[];
  resets: number;
  isClosed: boolean;
  readonly kill: AbortController;
}

export interface Bench {
  readonly server: TdsServer;
  readonly sessions: FakeSession[];
  readonly port: number;
  /** A pool of one connection that is closed at end(). */
  pool(change?: Partial<sql.config>): Promise<sql.ConnectionPool>;
  config(change?: Partial<sql.config>): sql.config;
  end(): Promise<void>;
}

/** A server on a port of the system, with one login: `sa` / `right`. */
export async function bench(
  script: Script,
  options: TdsServerOptions = {},
  refused?: Message[],
): Promise<Bench> {
  const sessions: FakeSession[] = [];
  const instance: Instance = {
    serverName: "SQLPRD01",
    version: { major: 15, minor: 0, build: 4385 },
    login: (login) => (refused !== undefined && login.password !== "right" ? { refused } : open(login)),
  };
  const open = (login: Login): Session => {
    const state: FakeSession = {
      login,
      requests: [],
      resets: 0,
      isClosed: false,
      kill: new AbortController(),
    };
    sessions.push(state);
    return {
      spid: 50 + sessions.length,
      killed: state.kill.signal,
      reset: () => {
        state.resets++;
      },
      close: () => {
        state.isClosed = true;
      },
      run: async function* (request): AsyncIterable<Reply> {
        if (request.sql.startsWith("set ") || request.sql === "SELECT 1;") return;
        state.requests.push(request.sql);
        yield* script(request, state);
      },
    };
  };
  const server = tdsServer(instance, options);
  const port = await server.listen("127.0.0.1", 0);
  const pools: sql.ConnectionPool[] = [];
  const config = (change: Partial<sql.config> = {}): sql.config => ({
    server: "127.0.0.1",
    port,
    user: "sa",
    password: "right",
    database: "master",
    pool: { max: 1, min: 0 },
    ...change,
    options: { encrypt: false, trustServerCertificate: true, ...change.options },
  });
  return {
    server,
    sessions,
    port,
    config,
    pool: async (change) => {
      const pool = new sql.ConnectionPool(config(change));
      pool.on("error", () => undefined);
      pools.push(pool);
      return await pool.connect();
    },
    end: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
      await server.close();
    },
  };
}

/** A result set and its DONE. */
export function* result(columns: readonly Column[], ...rows: (readonly Value[])[]): Iterable<Reply> {
  yield { kind: "columns", columns };
  for (const values of rows) yield { kind: "row", values };
  yield { kind: "done", command: 193, rows: rows.length };
}

export const message = (number: number, severity: number, text: string): Reply => ({
  kind: "message",
  message: { number, severity, text, state: 1, line: 1 },
});

/** The error that a promise is rejected with. */
export async function rejection(
  work: Promise<unknown>,
): Promise<sql.RequestError & { precedingErrors?: sql.RequestError[] }> {
  try {
    await work;
  } catch (error) {
    return error as sql.RequestError;
  }
  throw new Error("Expected a rejection; the promise was fulfilled.");
}

/** Resolves when the signal says so. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits until something is so, for at most five seconds. */
export const until = (isSo: () => boolean): Promise<void> => waitUntil(isSo.toString(), isSo, 5000);
