import * as z from "zod";

/** A log sequence number as SQL Server writes it: up to 25 digits, more than a JavaScript number holds. Compared as BigInt. */
const Lsn = z.string().regex(/^\d+$/);

/** One backup set in a file, as RESTORE HEADERONLY shows it. Times in seconds since 1970 UTC. */
export const BackupSet = z.strictObject({
  /** Name of the file in the copy folder. */
  file: z.string().min(1),
  /** Its place among the sets of the file: RESTORE … WITH FILE = position. */
  position: z.int().positive(),
  type: z.enum(["full", "log"]),
  /** Its first log record. */
  firstLsn: Lsn,
  /** The record that follows its last one. */
  lastLsn: Lsn,
  /** Recovery fork at its first record, and at its last: they differ where the database was recovered in between. */
  firstFork: z.string(),
  fork: z.string(),
  forkPointLsn: Lsn.optional(),
  /** No later than the backup began: what was committed by then is in it. In a repeated hour the earlier moment. */
  startSec: z.number(),
  /** No earlier than the backup ended: what was committed later is not in it. In a repeated hour the later moment. */
  finishSec: z.number(),
  /** The tail of the log: taken WITH NORECOVERY, nothing came after it. */
  tail: z.boolean(),
  /** It holds minimally logged changes: it can be restored as a whole only. */
  bulk: z.boolean(),
  /** SQL Server found damage when it wrote it. */
  damaged: z.boolean(),
});
export type BackupSet = z.infer<typeof BackupSet>;

/** The last restore of a database, as its server's history keeps it. */
export const LastRestore = z.strictObject({
  type: z.enum(["full", "log"]),
  /** First and next-after-last log record of the set that was restored. */
  firstLsn: Lsn,
  lastLsn: Lsn,
  startSec: z.number(),
  finishSec: z.number(),
  tail: z.boolean(),
  /** The point at which it was told to stop. */
  stopAtSec: z.number().optional(),
});
export type LastRestore = z.infer<typeof LastRestore>;

/** The tail with which a server closed a database itself, where nothing was restored to it since. */
export const OwnTail = z.strictObject({
  firstLsn: Lsn,
  lastLsn: Lsn,
  fork: z.string(),
  finishSec: z.number(),
  /** Nothing was written anywhere between the tail and this moment; absent where the journal does not show it. */
  heldUntilSec: z.number().optional(),
});
export type OwnTail = z.infer<typeof OwnTail>;

/** A database at the standby, and the backups there that belong to it. */
export const DatabaseSeen = z.strictObject({
  /** As sys.databases calls it; `missing` where there is none, `STANDBY` where it can be read between restores. */
  state: z.string(),
  /** Where the next roll forward begins; absent where the database is open, or its first restore was broken off. */
  redoLsn: Lsn.optional(),
  redoFork: z.string().optional(),
  /** Absent where the server closed the database itself since. */
  lastRestore: LastRestore.optional(),
  ownTail: OwnTail.optional(),
  sets: z.array(BackupSet),
  /** It is closed at a site where people worked, and has not followed since: it may hold what no other copy has. */
  isLeft: z.literal(true).optional(),
  /** Files that could not be read, each with the reason. */
  unreadable: z.array(z.strictObject({ file: z.string(), why: z.string() })),
});
export type DatabaseSeen = z.infer<typeof DatabaseSeen>;

/** By database. */
export const LogShippingSeen = z.record(z.string(), DatabaseSeen);
export type LogShippingSeen = z.infer<typeof LogShippingSeen>;
