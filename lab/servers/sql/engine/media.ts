import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { DatabaseFile, Fork, LogRecord, Settings } from "./database.ts";
import type { Key } from "./store.ts";

/** What RESTORE HEADERONLY and FILELISTONLY can read of a backup set. */
export interface SetHeader {
  readonly kind: "database" | "log" | "differential";
  readonly name: string | null;
  readonly description: string | null;
  readonly setGuid: string;
  readonly databaseName: string;
  readonly databaseVersion: number;
  readonly databaseCreatedWall: number;
  readonly serverName: string;
  readonly machineName: string;
  readonly userName: string;
  readonly software: readonly [number, number, number];
  readonly firstLsn: bigint;
  readonly lastLsn: bigint;
  readonly checkpointLsn: bigint;
  readonly databaseBackupLsn: bigint;
  readonly startWall: number;
  readonly finishWall: number;
  readonly finishMs: number;
  /** Offset of the server's clock from UTC, in minutes. */
  readonly offsetMinutes: number;
  readonly settings: Settings;
  readonly forks: readonly Fork[];
  readonly firstForkGuid: string;
  readonly bindingGuid: string;
  readonly files: readonly DatabaseFile[];
  readonly hasChecksum: boolean;
  readonly isCompressed: boolean;
  readonly isCopyOnly: boolean;
  readonly isTail: boolean;
  readonly isForceOffline: boolean;
  readonly hasIncompleteMetadata: boolean;
  readonly beginsLogChain: boolean;
  readonly isReadOnly: boolean;
  readonly isSingleUser: boolean;
  readonly lastCommitWall: number | null;
  readonly bytes: number;
  readonly storedBytes: number;
}
/** What a backup set carries: the whole content, or log records. */
export type SetBody =
  { readonly content: Map<string, Map<Key, unknown>> } | { readonly records: readonly LogRecord[] };
export interface BackupSet {
  readonly header: SetHeader;
  readonly position: number;
  /** Reads the body; throws MediaError where it is damaged. */
  readonly body: () => SetBody;
}
/** A file that is no backup, or is damaged: `header` cannot be read at all (3241), `body` is broken (3183, 3189). */
export class MediaError extends Error {
  public readonly part: "empty" | "header" | "body";
  constructor(part: "empty" | "header" | "body") {
    super(`the media is damaged in its ${part}`);
    this.part = part;
  }
}

const magic = Buffer.from("TAPE lab backup media 1\n");
const digest = (data: Buffer): Buffer => createHash("md5").update(data).digest();

/** One more set as bytes: length and digest of header and body, then both. */
export function encodeSet(header: Omit<SetHeader, "bytes" | "storedBytes">, body: SetBody): Buffer {
  const plain = serialize(body);
  const data = header.isCompressed ? deflateRawSync(plain) : plain;
  const whole: SetHeader = { ...header, bytes: plain.length, storedBytes: data.length };
  const head = serialize(whole);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(head.length, 0);
  lengths.writeUInt32LE(data.length, 4);
  return Buffer.concat([lengths, digest(head), digest(data), head, data]);
}
/** A new media with one set, or the old one with the set appended. */
export function writeMedia(old: Buffer | undefined, set: Buffer): Buffer {
  return old ? Buffer.concat([old, set]) : Buffer.concat([magic, set]);
}

/** Files are written as a whole: one that was read before holds the same sets. */
const known = new WeakMap<Buffer, readonly BackupSet[]>();

/** The sets of a file, in order. */
export function readMedia(file: Buffer): readonly BackupSet[] {
  const sets = known.get(file) ?? readAnew(file);
  known.set(file, sets);
  return sets;
}

function readAnew(file: Buffer): readonly BackupSet[] {
  if (file.length === 0) throw new MediaError("empty");
  if (!file.subarray(0, magic.length).equals(magic)) throw new MediaError("header");
  const sets: BackupSet[] = [];
  let at = magic.length;
  while (at < file.length) {
    if (at + 40 > file.length) throw new MediaError("header");
    const [headLength, dataLength] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    const [headDigest, dataDigest] = [file.subarray(at + 8, at + 24), file.subarray(at + 24, at + 40)];
    const head = file.subarray(at + 40, at + 40 + headLength);
    if (head.length < headLength || !digest(head).equals(headDigest)) throw new MediaError("header");
    const data = file.subarray(at + 40 + headLength, at + 40 + headLength + dataLength);
    const header = deserialize(head) as SetHeader;
    sets.push({
      header,
      position: sets.length + 1,
      body: () => readBody(header, data, dataLength, dataDigest),
    });
    at += 40 + headLength + dataLength;
  }
  return sets;
}
function readBody(header: SetHeader, data: Buffer, length: number, expected: Buffer): SetBody {
  if (data.length < length || !digest(data).equals(expected)) throw new MediaError("body");
  return deserialize(header.isCompressed ? inflateRawSync(data) : data) as SetBody;
}
