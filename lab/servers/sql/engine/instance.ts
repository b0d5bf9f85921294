import { randomUUID } from "node:crypto";
import type { Instance, Login, Message, Session } from "../contract.ts";
import { markFields, markList, markMap, rewindAll, type Rewind } from "../../rewind.ts";
import type { Disk, HostIdentity, LabClock, Program } from "../../types.ts";
import type { Folders, Speed, SqlInstanceOptions } from "./instance-options.ts";
import { Agent } from "./agent.ts";
import { AppLocks } from "./app-locks.ts";
import { Database, type DatabaseFile, type Settings } from "./database.ts";
import { wallClock } from "./datetimes.ts";
import { message } from "./errors.ts";
import { Faults } from "./faults.ts";
import { collect, type Result } from "./lab-run.ts";
import { createMsdb } from "./msdb.ts";
import { createUsers, isPassword, Principals } from "./principals.ts";
import { type Procedure, systemProcedures } from "./procedures.ts";
import { EngineSession } from "./session.ts";
import { standardConfiguration, type ConfigurationOption, releases, type Release } from "./releases.ts";
import { checkLogShipping } from "./log-shipping-monitor.ts";

/** A simulated SQL Server instance: databases with logs, backups as files, logins, keys, Agent jobs, log shipping. */
export class SqlInstance implements Instance, Program {
  public readonly identity: HostIdentity;
  public readonly clock: LabClock;
  public readonly disk: Disk;
  public readonly serverName: string;
  public readonly version: Instance["version"];
  public readonly release: Release;
  public readonly versionText: string;
  /** The version of database files: 904 is SQL Server 2019's. */
  public readonly databaseVersion: number;
  public readonly edition: string;
  public readonly collation: string;
  public readonly folders: Folders;
  public readonly speed: Speed;
  public readonly faults = new Faults();
  public readonly principals: Principals;
  public readonly sessions = new Map<number, EngineSession>();
  public readonly procedures: ReadonlyMap<string, Procedure> = systemProcedures;
  public readonly configuration: Map<string, ConfigurationOption>;
  public readonly agent: Agent;
  public readonly locks = new AppLocks();
  public readonly onChange: () => void;
  public readonly shell: SqlInstanceOptions["shell"];
  public serviceMasterKey = randomUUID().toUpperCase();
  public startedMs: number;
  public isRunning = false;
  /** Lines of the error log, oldest first. */
  public readonly errorLog: { readonly atMs: number; readonly text: string }[] = [];
  private readonly list = new Map<string, Database>();
  private nextSpid = 51;
  private nextTemporary = 0;

  constructor(options: SqlInstanceOptions) {
    const { identity, clock, disk } = options;
    this.identity = identity;
    this.clock = clock;
    this.disk = disk;
    this.release = options.version;
    const release = releases[options.version];
    this.version = { major: release.major, minor: release.minor, build: release.build };
    this.databaseVersion = release.databaseVersion;
    this.edition = options.edition ?? "Standard Edition (64-bit)";
    this.versionText = `Microsoft SQL Server ${options.version} (RTM) - ${release.major}.${release.minor}.${release.build}.1 (X64) \n\tCopyright (C) Microsoft Corporation\n\t${this.edition} on Windows Server 2019 Standard 10.0 <X64>\n`;
    this.serverName = options.serverName ?? identity.name;
    this.collation = options.collation ?? "SQL_Latin1_General_CP1_CI_AS";
    const root = `C:\\Program Files\\Microsoft SQL Server\\MSSQL${release.major}.MSSQLSERVER\\MSSQL`;
    this.folders = {
      data: `${root}\\DATA\\`,
      log: `${root}\\DATA\\`,
      backup: `${root}\\Backup`,
      ...options.folders,
    };
    this.speed = { restoreMs: 0, progressMessages: undefined, jobStepMs: 0, ...options.speed };
    this.shell = options.shell;
    this.onChange = options.onChange ?? (() => undefined);
    this.startedMs = clock.now();
    this.configuration = standardConfiguration();
    this.principals = new Principals(clock.now(), options.sa);
    for (const name of ["master", "tempdb", "model", "msdb"])
      this.createDatabase(name, { recoveryModel: name === "model" ? "FULL" : "SIMPLE" });
    createMsdb(this);
    this.agent = new Agent(this);
  }

  mark(): Rewind {
    return rewindAll([
      markFields(this),
      this.faults.mark(),
      this.principals.mark(),
      markMap(this.sessions),
      ...[...this.configuration.values()].map(markFields),
      this.agent.mark(),
      markList(this.errorLog),
      markMap(this.list),
      ...[...this.list.values()].map((d) => d.mark()),
      this.locks.mark(),
    ]);
  }

  get timeZone(): string {
    return this.identity.timeZone;
  }
  now(): number {
    return this.clock.now();
  }
  get master(): Database {
    return this.mustHave("master");
  }
  get msdb(): Database {
    return this.mustHave("msdb");
  }
  databases(): Database[] {
    return [...this.list.values()].toSorted((a, b) => a.id - b.id);
  }
  database(name: string): Database | undefined {
    return this.list.get(name.trimEnd().toLowerCase());
  }
  mustHave(name: string): Database {
    const found = this.database(name);
    if (!found) throw new Error(`the instance ${this.serverName} has no database ${name}`);
    return found;
  }
  /** Puts a new, empty database on the instance. */
  createDatabase(
    name: string,
    settings: Partial<Settings> = {},
    ownerSid: Buffer = Buffer.from([1]),
    files?: DatabaseFile[],
  ): Database {
    const id = this.newDatabaseId();
    const guid = (): string => randomUUID().toUpperCase();
    const all: Settings = {
      recoveryModel: "FULL",
      compatibility: releases[this.release].compatibility,
      collation: this.collation,
      brokerGuid: guid(),
      familyGuid: guid(),
      ownerSid: ownerSid.toString("hex"),
      isReadOnly: false,
      isSnapshotRead: false,
      isDbChaining: false,
      others: {},
      ...settings,
    };
    const database = new Database(
      id,
      name,
      () => ({ timeMs: this.now(), wall: wallClock(this.timeZone, this.now()) }),
      all,
      ownerSid,
    );
    database.change((put) => createUsers(put, ownerSid, this.now()));
    database.isBrokerEnabled = name === "msdb" || id > 4;
    database.isTrustworthy = name === "msdb";
    const standard = (type: "D" | "L"): DatabaseFile => ({
      fileId: type === "D" ? 1 : 2,
      guid: guid(),
      type,
      filegroup: type === "D" ? "PRIMARY" : "",
      pages: 1024,
      logicalName: type === "D" ? name : `${name}_log`,
      physicalName:
        type === "D"
          ? `${this.folders.data.replace(/\\$/, "")}\\${name}.mdf`
          : `${this.folders.log.replace(/\\$/, "")}\\${name}_log.ldf`,
    });
    database.files = files ?? [standard("D"), standard("L")];
    this.list.set(name.toLowerCase(), database);
    return database;
  }
  private newDatabaseId(): number {
    const used = new Set(this.databases().map((database) => database.id));
    for (let id = 1; ; id++) if (!used.has(id)) return id;
  }
  removeDatabase(database: Database): void {
    this.list.delete(database.name.toLowerCase());
  }
  renameDatabase(database: Database, name: string): void {
    this.removeDatabase(database);
    database.name = name;
    this.list.set(name.toLowerCase(), database);
  }
  newTemporaryDatabase(): Database {
    const settings = { ...this.mustHave("tempdb").settings, recoveryModel: "SIMPLE" as const };
    return new Database(
      2,
      `tempdb ${++this.nextTemporary}`,
      () => ({ timeMs: this.now(), wall: wallClock(this.timeZone, this.now()) }),
      settings,
      Buffer.from([1]),
    );
  }
  /** Sessions that have the database as theirs: they are what RESTORE's exclusive access waits for. */
  sessionsIn(database: Database): EngineSession[] {
    return [...this.sessions.values()].filter((session) => session.database === database);
  }

  login(login: Login): Session | { readonly refused: readonly Message[] } {
    const principal = this.principals.login(login.user);
    const failed = message(18456, login.user);
    if (!this.isRunning) return { refused: [message(6005)] };
    if (principal?.hash === undefined || !isPassword(login.password, principal.hash))
      return { refused: [failed] };
    if (principal.isDisabled) return { refused: [message(18470, login.user)] };
    const wanted = login.database === "" ? principal.defaultDatabase : login.database;
    const database = this.database(wanted);
    const session = this.open(login, principal.name, this.master);
    try {
      if (!database) throw new Error("no such database");
      session.mustOpen(database);
    } catch {
      session.close();
      return { refused: [login.database === "" ? message(4064) : message(4060, wanted), failed] };
    }
    session.database = database;
    return session;
  }
  private open(login: Login, user: string, database: Database): EngineSession {
    const principal = this.principals.login(user);
    if (!principal) throw new Error(`the instance ${this.serverName} has no login ${user}`);
    while (this.sessions.has(this.nextSpid)) this.nextSpid++;
    const session = new EngineSession(this, this.nextSpid++, login, principal, database);
    this.sessions.set(session.spid, session);
    return session;
  }
  /** Runs T-SQL as sa, in process: for the lab itself (load, preparation) and for Agent's T-SQL steps. */
  async run(
    sql: string,
    database = "master",
    options: { readonly appName?: string; readonly user?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Result> {
    const user = options.user ?? "sa";
    const session = this.open(
      { user, password: "", database, hostName: this.identity.name, appName: options.appName ?? "lab" },
      user,
      this.master,
    );
    try {
      const found = this.database(database);
      if (!found)
        return {
          rows: [],
          columns: [],
          results: [],
          messages: [message(911, database)],
          errors: [message(911, database)],
        };
      session.mustOpen(found);
      session.database = found;
      return await collect(
        session.run({ sql, parameters: [], signal: options.signal ?? new AbortController().signal }),
      );
    } finally {
      session.close();
    }
  }

  /** Begins to serve: databases recover, Agent runs its schedules. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    this.startedMs = this.now();
    await this.disk.makeFolder(this.folders.data).catch(() => undefined);
    this.log("SQL Server is now ready for client connections.");
    await this.agent.start();
  }
  /** The service stops: sessions end, open transactions are rolled back, data stays. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    await this.agent.stop();
    for (const session of [...this.sessions.values()]) session.kill();
    this.log(
      "SQL Server is terminating because of a system shutdown. This is an informational message only. No user action is required.",
    );
  }
  log(text: string): void {
    this.errorLog.push({ atMs: this.now(), text });
    if (this.errorLog.length > 5000) this.errorLog.splice(0, 1000);
  }
  /** Checks the thresholds of log shipping and raises 14420 and 14421, as the alert job does. */
  async checkThresholds(): Promise<void> {
    await checkLogShipping(this);
  }
}

export type { Folders, Speed, SqlInstanceOptions };

/** A SQL Server instance of the lab. `start` it before clients log in. */
export function sqlInstance(options: SqlInstanceOptions): SqlInstance {
  return new SqlInstance(options);
}
