import { AsyncLocalStorage } from "node:async_hooks";
import type { Journal } from "../../../journal/journal.ts";
import type { Step } from "../../../model/verb.ts";
import type { Io } from "../../../steps/act.ts";
import type { Wires } from "../../../steps/transports/wires.ts";
import { Unreachable } from "../../../steps/transports/unreachable.ts";

/** What can happen to a call that a runner makes: to a server, or to the journal. */
export type Fault =
  /** Its process is killed before the call, or when the call has done its work and nobody has heard of it. */
  | "killed before"
  | "killed after"
  /** The call does nothing, and says that it has succeeded; or has done its work, and says that it failed. */
  | "lies: done"
  | "lies: failed"
  /** No answer, until the step's time is over. */
  | "hangs";

/** A call that a runner makes. */
export interface Call {
  readonly runner: Runner;
  /** The step that it is made for; undefined for what comes before the first. */
  readonly step?: Step;
  readonly what: string;
  /** The server that is called; undefined for the journal. */
  readonly host: string | undefined;
  readonly changes: boolean;
}

/** What stands behind the calls of all runners: told of each, and asked what happens to it. */
export interface Points {
  reached(call: Call): Promise<Fault | undefined>;
  killed(runner: Runner): void;
  /** A step asks the journal how things stand. */
  asks(at: Pick<Call, "runner" | "step">): void;
}

/** A process that runs steps. Of one that is dead nothing is heard any more. */
export class Runner {
  public readonly name: string;
  /** Resolves once it is killed. */
  public readonly death: Promise<"killed">;
  public isDead = false;
  readonly #die: () => void;
  constructor(name: string) {
    this.name = name;
    const { promise, resolve } = Promise.withResolvers<"killed">();
    this.death = promise;
    this.#die = () => {
      resolve("killed");
    };
  }

  public kill(): void {
    this.isDead = true;
    this.#die();
  }
}

/** Who runs now, and which step. */
export const running = new AsyncLocalStorage<{ readonly runner: Runner; readonly step?: Step }>();

/** What a process waits for that has ended never comes. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** What a call may be answered with instead. */
interface Instead<T> {
  readonly lie?: () => T;
  readonly signal?: AbortSignal;
}

/** One call, with what happens to it. */
async function through<T>(
  points: Points,
  call: Omit<Call, "runner">,
  work: () => Promise<T>,
  { lie, signal }: Instead<T> = {},
): Promise<T> {
  const now = running.getStore();
  if (!now) return work();
  const { runner } = now;
  if (runner.isDead) return never();
  const fault = await points.reached({ ...call, ...now });
  const isDead = (): boolean => runner.isDead;
  if (isDead()) return never();
  if (fault === "killed before") {
    points.killed(runner);
    return never();
  }
  if (fault === "hangs" && signal) {
    await aborted(signal);
    if (isDead()) return never();
    throw new Unreachable(call.host ?? "", "", 0, "aborted", "did not finish in the step's time.");
  }
  if (fault === "lies: done" && lie && call.changes) return lie();
  const done = await work();
  if (isDead()) return never();
  if (fault === "killed after") {
    points.killed(runner);
    return never();
  }
  if (fault === "lies: failed" && call.host !== undefined)
    throw new Unreachable(call.host, "", 0, "broken", "broke the connection.");
  return done;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });

/** Statements that change something: a lie about another would be one of the server, not of a tool. */
const changes = /\b(RESTORE|BACKUP|ALTER|CREATE|DROP|INSERT|UPDATE|DELETE|EXEC)\b/i;
const changesHost =
  /\b(sc(\.exe)?\s+\S*\s*(stop|start|config)|net(\.exe)?\s+(stop|start)|robocopy|reg\s+add)\b/i;
/** A call in a few words, for people. */
export const short = (what: string): string => what.replaceAll(/\s+/g, " ").trim().slice(0, 80);
const nothing = (): void => undefined;

/** The same servers, with what happens on the way to them. */
export function faultyWires(inner: Wires, points: Points): Wires {
  return {
    // A knock whose connection breaks is no answer; the transport itself never throws.
    answers: (address, port) =>
      through(points, { what: `port ${String(port)} of ${address}`, host: address, changes: false }, () =>
        inner.answers(address, port),
      ).catch((error: unknown) => {
        if (error instanceof Unreachable) return false;
        throw error;
      }),
    dns: (server, message, over) =>
      through(
        points,
        { what: over === "tcp" ? "a change of a name" : "a look at a name", host: "DNS", changes: false },
        () => inner.dns(server, message, over),
      ),
    sql: async (hostId, io: Io) => {
      const sql = await inner.sql(hostId, io);
      const call = <T>(text: string, work: () => Promise<T>, lie?: () => T): Promise<T> =>
        through(
          points,
          {
            what: `${hostId}: ${text}`,
            host: hostId,
            changes: lie !== undefined && changes.test(text),
          },
          work,
          { signal: io.signal, ...(lie ? { lie } : {}) },
        );
      return {
        rows: (text, params) => call(text, () => sql.rows(text, params)),
        run: (text, params) => call(text, () => sql.run(text, params), nothing),
        long: (text, onInfo) => call(text, () => sql.long(text, onInfo), nothing),
      };
    },
    ssh: async (hostId, io: Io) => {
      const ssh = await inner.ssh(hostId, io);
      const call = <T>(what: string, may: boolean, work: () => Promise<T>, lie?: () => T): Promise<T> =>
        through(points, { what: `${hostId}: ${what}`, host: hostId, changes: may }, work, {
          signal: io.signal,
          ...(lie ? { lie } : {}),
        });
      const fine = { code: 0, stdout: "", stderr: "" };
      return {
        host: hostId,
        run: (command, options) =>
          call(
            command,
            changesHost.test(command),
            () => ssh.run(command, options),
            () => fine,
          ),
        readFile: (path) => call(`read ${path}`, false, () => ssh.readFile(path)),
        writeFile: (path, data) => call(`write ${path}`, true, () => ssh.writeFile(path, data), nothing),
      };
    },
  };
}

/** The journal as a process uses it that may be killed: from then on it answers nothing, and takes nothing. */
export function mortalJournal(inner: Journal, runner: Runner): Journal {
  const alive = <T>(work: () => Promise<T>): Promise<T> => (runner.isDead ? never() : work());
  return {
    store: {
      ...inner.store,
      lease: (name, ttlMs) => alive(() => inner.store.lease(name, ttlMs)),
      leases: () => alive(() => inner.store.leases()),
    },
    entries: () => alive(() => inner.entries()),
    append: (fact) => alive(() => inner.append(fact)),
  };
}

/** The journal as a runner uses it: each line that it writes is a point too. */
export const faultyJournal = (inner: Journal, runner: Runner, points: Points): Journal => ({
  ...mortalJournal(inner, runner),
  entries: () => {
    if (runner.isDead) return never();
    const now = running.getStore();
    if (now) points.asks(now);
    return inner.entries();
  },
  append: (fact) =>
    through(points, { what: "a line of the journal", host: undefined, changes: true }, () =>
      inner.append(fact),
    ),
});
