import { randomUUID } from "node:crypto";
import { markFields, markList, markSet, rewindAll, type Rewind } from "../../rewind.ts";
import type { ColumnDefinition, KeyDefinition } from "./ast.ts";
import { type Change, type Key, Store, Transaction } from "./store.ts";
import type { V } from "./types.ts";

/** sys.databases.state. */
export const databaseStates = {
  ONLINE: 0,
  RESTORING: 1,
  RECOVERING: 2,
  RECOVERY_PENDING: 3,
  SUSPECT: 4,
  EMERGENCY: 5,
  OFFLINE: 6,
} as const;
export type DatabaseState = keyof typeof databaseStates;

export interface DatabaseFile {
  readonly fileId: number;
  readonly guid: string;
  readonly logicalName: string;
  readonly physicalName: string;
  readonly type: "D" | "L";
  readonly filegroup: string;
  readonly pages: number;
}

/** A committed transaction in the log. `wall` is its commit time in the server's own clock, which STOPAT compares with. */
export interface LogRecord {
  readonly lsn: bigint;
  readonly timeMs: number;
  readonly wall: number;
  readonly changes: readonly Change[];
  readonly mark?: string;
}

/** A stretch of log history. Each recovery after a restore begins a new one. */
export interface Fork {
  readonly guid: string;
  readonly from: bigint;
}

/** A table as it is kept in the store; rows are in the collection `rows/<id>`. */
export interface Table {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly keys: readonly (KeyDefinition & {
    readonly name: string;
    readonly id: number;
    readonly isSystemNamed: boolean;
  })[];
  readonly createdMs: number;
  readonly isSystem: boolean;
}
export interface TableColumn extends ColumnDefinition {
  readonly id: number;
  readonly isNullable: boolean;
}

/** Settings that live in the database and travel with its backups. */
export interface Settings {
  readonly recoveryModel: "FULL" | "SIMPLE" | "BULK_LOGGED";
  readonly compatibility: number;
  readonly collation: string;
  readonly brokerGuid: string;
  readonly familyGuid: string;
  /** The owner as the database itself knows it (dbo's sid). */
  readonly ownerSid: string;
  readonly isReadOnly: boolean;
  readonly isSnapshotRead: boolean;
  readonly isDbChaining: boolean;
  /** Other ALTER DATABASE SET options, by name, as last set. */
  readonly others: Readonly<Record<string, string>>;
}

const firstLsn = 39n * 10n ** 15n + 17200001n;

/** A database of an instance, with its log. What an instance's master database knows of it is a field; what is inside is in the store. */
export class Database {
  public readonly id: number;
  public name: string;
  public createdMs: number;
  public state: DatabaseState = "ONLINE";
  public isInStandby = false;
  public userAccess: "MULTI_USER" | "SINGLE_USER" | "RESTRICTED_USER" = "MULTI_USER";
  public isTrustworthy = false;
  public isBrokerEnabled = false;
  public ownerSid: Buffer;
  public store = new Store();
  public files: DatabaseFile[] = [];
  /** Log that has not been backed up (FULL), oldest first. */
  public log: LogRecord[] = [];
  public nextLsn = firstLsn;
  /** Where the next log backup begins; undefined: there is no current database backup (4214). */
  public logBackupFrom: bigint | undefined;
  public forks: Fork[] = [{ guid: randomUUID().toUpperCase(), from: 0n }];
  public differentialBase: { readonly lsn: bigint; readonly guid: string } | undefined;
  public lastCommitWall: number | undefined;
  /** Transactions that have changed something and have not ended. */
  public readonly active = new Set<Transaction>();
  /** What a STANDBY restore undid on its undo file; the next restore puts it back. */
  public readonly now: () => { readonly timeMs: number; readonly wall: number };

  constructor(id: number, name: string, now: Database["now"], settings: Settings, ownerSid: Buffer) {
    this.id = id;
    this.name = name;
    this.now = now;
    this.createdMs = now().timeMs;
    this.ownerSid = ownerSid;
    this.store.place("settings", "settings", settings);
  }

  get settings(): Settings {
    return this.store.collection("settings").get("settings") as Settings;
  }
  get isReadable(): boolean {
    return this.state === "ONLINE";
  }
  get isWritable(): boolean {
    return this.state === "ONLINE" && !this.isInStandby && !this.settings.isReadOnly;
  }
  get fork(): Fork {
    return this.forks.at(-1) ?? { guid: "", from: 0n };
  }

  mark(): Rewind {
    return rewindAll([
      markFields(this),
      this.store.mark(),
      ...[this.files, this.log, this.forks].map((list: unknown[]) => markList(list)),
      markSet(this.active),
    ]);
  }

  /** The LSN of a new log record; the log moves on by it. */
  takeLsn(): bigint {
    const lsn = this.nextLsn;
    const [file, block] = [lsn / 10n ** 15n, (lsn / 100000n) % 10n ** 10n];
    this.nextLsn =
      block > 60000n ? (file + 1n) * 10n ** 15n + 1600001n : file * 10n ** 15n + (block + 8n) * 100000n + 1n;
    return lsn;
  }
  /** Writes a committed transaction to the log. */
  commit(changes: readonly Change[], mark?: string): void {
    if (changes.length === 0) return;
    const { timeMs, wall } = this.now();
    const record = { lsn: this.takeLsn(), timeMs, wall, changes, ...(mark === undefined ? {} : { mark }) };
    this.lastCommitWall = wall;
    if (this.settings.recoveryModel === "SIMPLE" || this.logBackupFrom === undefined) return;
    this.log.push(record);
  }
  /** A change by the server itself, in a transaction of its own. */
  change(work: (put: (collection: string, key: Key, value: unknown) => void) => void): void {
    const transaction = new Transaction();
    work((collection, key, value) => transaction.put(this, collection, key, value));
    transaction.commit();
  }
  set(settings: Partial<Settings>): void {
    this.change((put) => put("settings", "settings", { ...this.settings, ...settings }));
  }
  /** The committed content: what open transactions have changed is taken back in the copy. */
  snapshot(): Store {
    const copy = this.store.copy();
    for (const transaction of this.active) copy.undo(transaction.changesOf(this));
    return copy;
  }

  tables(): Table[] {
    return [...this.store.collection("tables").values()] as Table[];
  }
  table(schema: string, name: string): Table | undefined {
    const [s, n] = [schema.toLowerCase(), name.toLowerCase()];
    return this.tables().find((table) => table.name.toLowerCase() === n && table.schema.toLowerCase() === s);
  }
  rows(table: Table): Map<Key, readonly V[]> {
    return this.store.collection(`rows/${table.id}`) as Map<Key, readonly V[]>;
  }
  /** A new object id, as sys.objects has it. */
  newObjectId(put: (collection: string, key: Key, value: unknown) => void): number {
    const last = (this.store.collection("counters").get("object") as number | undefined) ?? 581577110;
    const id = last + 16000057 > 2147483000 ? last - 2000000000 + 13 : last + 16000057;
    put("counters", "object", id);
    return id;
  }
}
