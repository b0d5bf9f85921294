import type { Login, Reply, Request, Session } from "../contract.ts";
import { runRequest } from "./batch.ts";
import { type Database, type Table } from "./database.ts";
import { message, refuse } from "./errors.ts";
import type { SqlInstance } from "./instance.ts";
import { hasDatabasePermission } from "./permissions.ts";
import type { ServerPrincipal, User } from "./principals.ts";
import { ReplyQueue } from "./replies.ts";
import { Transaction } from "./store.ts";

/** SET options of a session. */
export interface SessionOptions {
  isNoCount: boolean;
  isXactAbort: boolean;
  isNoExec: boolean;
  identityInsert: Table | undefined;
}
const noOptions = (): SessionOptions => ({
  isNoCount: false,
  isXactAbort: false,
  isNoExec: false,
  identityInsert: undefined,
});

/** A session of the engine: its login, database, transaction, temporary tables and open keys. */
export class EngineSession implements Session {
  public readonly spid: number;
  public readonly instance: SqlInstance;
  public readonly login: Login;
  public readonly original: ServerPrincipal;
  public principal: ServerPrincipal;
  public database: Database;
  public temp: Database;
  public options = noOptions();
  public lastError = 0;
  public rowCount = 0;
  public lastIdentity: number | undefined;
  public transactionDepth = 0;
  public isDoomed = false;
  public readonly openKeys = new Map<
    string,
    { readonly name: string; readonly database: number; readonly material: Buffer }
  >();
  public readonly openMasterKeys = new Set<string>();
  public readonly startedMs: number;
  public lastRequestMs: number;
  /** The request that runs: its command and how far it is, as sys.dm_exec_requests shows it. */
  public running: { command: string; percent: number } | undefined;
  public isKilled = false;
  private explicit: Transaction | undefined;
  private statement: Transaction | undefined;
  private readonly aborts = new Set<AbortController>();
  private readonly initial: Database;

  constructor(
    instance: SqlInstance,
    spid: number,
    login: Login,
    principal: ServerPrincipal,
    database: Database,
  ) {
    this.instance = instance;
    this.spid = spid;
    this.login = login;
    this.principal = principal;
    this.original = principal;
    this.database = database;
    this.initial = database;
    this.temp = instance.newTemporaryDatabase();
    this.startedMs = instance.now();
    this.lastRequestMs = this.startedMs;
  }

  get isSysadmin(): boolean {
    return this.instance.principals.isMember("sysadmin", this.principal.name);
  }
  /** The open transaction: BEGIN TRANSACTION's, or the one of the statement that runs. */
  get transaction(): Transaction {
    return this.explicit ?? (this.statement ??= new Transaction());
  }
  begin(markName?: string): void {
    if (this.transactionDepth++ > 0) return;
    this.explicit = new Transaction();
    if (markName !== undefined) this.explicit.markName = markName;
  }
  commit(): void {
    if (--this.transactionDepth > 0) return;
    this.explicit?.commit();
    this.explicit = undefined;
    this.instance.locks.endTransaction(this);
  }
  rollback(): void {
    this.explicit?.rollback();
    this.explicit = undefined;
    this.transactionDepth = 0;
    this.isDoomed = false;
    this.instance.locks.endTransaction(this);
  }
  /** Ends the transaction that a statement had to itself. */
  endStatement(isDone: boolean): void {
    if (isDone) this.statement?.commit();
    else this.statement?.rollback();
    this.statement = undefined;
  }

  userIn(database: Database): User | undefined {
    const users = [...database.store.collection("users").values()] as User[];
    if (this.isSysadmin || database.ownerSid.equals(this.principal.sid))
      return users.find((user) => user.name === "dbo");
    return (
      users.find((user) => user.sid?.equals(this.principal.sid) ?? false) ??
      (database.id <= 4 ? users.find((user) => user.name === "guest") : undefined)
    );
  }
  isOwner(database: Database): boolean {
    return this.isSysadmin || database.ownerSid.equals(this.principal.sid);
  }
  canEnter(database: Database): boolean {
    return (
      this.userIn(database) !== undefined &&
      (database.userAccess !== "RESTRICTED_USER" || this.isOwner(database))
    );
  }
  canSee(database: Database): boolean {
    return (
      this.isSysadmin ||
      database.id <= 4 ||
      this.instance.principals.grants.get(`${this.principal.name.toLowerCase()}/VIEW ANY DATABASE`) !== "DENY"
    );
  }
  /** Fails where the database cannot be used by this session: its state, its user access, no user. */
  mustOpen(database: Database): void {
    const refusal = {
      RESTORING: 927,
      RECOVERING: 922,
      RECOVERY_PENDING: 945,
      SUSPECT: 926,
      OFFLINE: 942,
      EMERGENCY: 945,
      ONLINE: 0,
    }[database.state];
    if (refusal !== 0) throw refuse(refusal, database.name);
    if (!this.canEnter(database)) throw refuse(916, this.principal.name, database.name);
    const isTaken =
      database.userAccess === "SINGLE_USER" &&
      this.database !== database &&
      this.instance.sessionsIn(database).some((other) => other !== this);
    if (isTaken) throw refuse(924, database.name);
  }
  mustWrite(database: Database): void {
    if (!database.isWritable) throw refuse(3906, database.name);
  }
  mustRead(database: Database, table: Table): void {
    if (
      database !== this.temp &&
      !hasDatabasePermission(this, database, "SELECT", table.name) &&
      database.id > 4
    )
      throw refuse(229, "SELECT", table.name, database.name, table.schema);
  }
  mustChange(database: Database, table: Table, permission: string): void {
    if (database === this.temp) return;
    if (!hasDatabasePermission(this, database, permission, table.name))
      throw refuse(229, permission, table.name, database.name, table.schema);
    this.mustWrite(database);
  }

  run(request: Request): AsyncIterable<Reply> {
    const queue = new ReplyQueue();
    if (this.isKilled) {
      queue.push({ kind: "message", message: message(596) });
      queue.push({ kind: "done", failed: true });
      queue.end();
      return queue;
    }
    this.lastRequestMs = this.instance.now();
    const abort = new AbortController();
    this.aborts.add(abort);
    const onAbort = (): void => abort.abort();
    if (request.signal.aborted) onAbort();
    else request.signal.addEventListener("abort", onAbort, { once: true });
    runRequest(this, { ...request, signal: abort.signal }, (reply) => queue.push(reply))
      .then(
        () => queue.end(),
        (error: unknown) => queue.fail(error),
      )
      .finally(() => {
        request.signal.removeEventListener("abort", onAbort);
        this.aborts.delete(abort);
        this.running = undefined;
      });
    return queue;
  }
  reset(): void {
    if (this.transactionDepth > 0) this.rollback();
    this.options = noOptions();
    this.openKeys.clear();
    this.openMasterKeys.clear();
    this.instance.locks.endSession(this);
    this.temp = this.instance.newTemporaryDatabase();
    this.principal = this.original;
    this.database = this.initial.state === "ONLINE" ? this.initial : this.instance.master;
  }
  /** Another session ended this one (KILL, WITH ROLLBACK IMMEDIATE). */
  kill(): void {
    this.isKilled = true;
    for (const abort of this.aborts) abort.abort();
    this.close();
  }
  close(): void {
    if (this.transactionDepth > 0) this.rollback();
    this.instance.locks.endSession(this);
    this.instance.sessions.delete(this.spid);
    this.database = this.instance.master;
  }
}
