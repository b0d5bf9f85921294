import type { Column, Message, Value } from "../contract.ts";
import { ByteWriter } from "./bytes.ts";
import { writeTypeInfo, writeValue } from "./encode.ts";
import { collation } from "./types.ts";

/** Token types of a server's answer ([MS-TDS] 2.2.7). */
const TokenType = {
  returnStatus: 0x79,
  columnMetadata: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  row: 0xd1,
  environmentChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

/** Which DONE: that of a batch's statement, of a statement within a procedure, or of the procedure. */
export type DoneToken = "done" | "doneProc" | "doneInProc";

/** Status bits of DONE ([MS-TDS] 2.2.7.6). */
export const DoneStatus = { final: 0, more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

/** Severity from which a message is an error; below it is information. */
export const errorSeverity = 11;
/** Severity from which SQL Server closes the connection after the message. */
export const fatalSeverity = 20;
/** sys.messages holds at most 2048 characters; RAISERROR cuts there with an ellipsis. */
const longestMessage = 2047;

/** DONE, DONEPROC or DONEINPROC with `command` as its CurCmd. */
export function done(token: DoneToken, status: number, command = 0, rows?: number): Buffer {
  const counted = rows === undefined ? status : status | DoneStatus.count;
  const writer = new ByteWriter().u8(TokenType[token]).u16(counted).u16(command);
  return writer.u64(BigInt(rows ?? 0)).done();
}

/** ERROR, or INFO for a message of severity 10 and below, which is sent as class 0. */
export function message(serverName: string, given: Message): Buffer {
  const isError = given.severity >= errorSeverity;
  const text =
    given.text.length > longestMessage ? `${given.text.slice(0, longestMessage - 3)}...` : given.text;
  const body = new ByteWriter()
    .i32(given.number)
    .u8(given.state)
    .u8(isError ? given.severity : 0)
    .longText(text)
    .shortText(serverName)
    .shortText(given.procedure ?? "")
    .u32(given.line);
  return withLength(isError ? TokenType.error : TokenType.info, body);
}

/** COLMETADATA. Every column may be NULL. */
export function columnMetadata(columns: readonly Column[]): Buffer {
  const writer = new ByteWriter().u8(TokenType.columnMetadata).u16(columns.length);
  for (const column of columns) {
    writeColumnHead(writer, column);
    writer.shortText(column.name);
  }
  return writer.done();
}

/** ROW. */
export function row(columns: readonly Column[], values: readonly Value[]): Buffer {
  if (values.length !== columns.length)
    throw new RangeError(
      `A row has ${String(values.length)} values; its columns are ${columns.map((column) => column.name).join(", ")}.`,
    );
  const writer = new ByteWriter().u8(TokenType.row);
  columns.forEach((column, index) => {
    writeValue(writer, column, values[index] ?? null);
  });
  return writer.done();
}

/** RETURNVALUE: what an OUTPUT parameter has at the end. */
export function returnValue(ordinal: number, name: string, column: Column, value: Value): Buffer {
  const writer = new ByteWriter().u8(TokenType.returnValue).u16(ordinal).shortText(name).u8(1);
  writeColumnHead(writer, column);
  writeValue(writer, column, value);
  return writer.done();
}

/** RETURNSTATUS: what a procedure returns. */
export function returnStatus(status: number): Buffer {
  return new ByteWriter().u8(TokenType.returnStatus).i32(status).done();
}

/** LOGINACK. `tdsVersion` as the client asked for it, e.g. 0x74000004. */
export function loginAck(
  tdsVersion: number,
  version: { readonly major: number; readonly minor: number; readonly build: number },
): Buffer {
  const body = new ByteWriter().u8(1).u32be(tdsVersion).shortText("Microsoft SQL Server");
  return withLength(TokenType.loginAck, body.u8(version.major).u8(version.minor).u16be(version.build));
}

/** ENVCHANGE of a text: 1 database, 2 language, 4 packet size. */
export function textChange(type: 1 | 2 | 4, now: string, before: string): Buffer {
  return withLength(TokenType.environmentChange, new ByteWriter().u8(type).shortText(now).shortText(before));
}

/** ENVCHANGE 7: the collation that a client encodes varchar parameters in. */
export function collationChange(): Buffer {
  return bytesChange(7, collation, Buffer.alloc(0));
}

/** ENVCHANGE 8 begin, 9 commit, 10 rollback, each with the transaction's descriptor of 8 bytes. */
export function transactionChange(type: 8 | 9 | 10, descriptor: Buffer): Buffer {
  const none = Buffer.alloc(0);
  return type === 8 ? bytesChange(type, descriptor, none) : bytesChange(type, none, descriptor);
}

/** ENVCHANGE 18: the session was reset as the client asked. */
export function resetDone(): Buffer {
  return bytesChange(18, Buffer.alloc(0), Buffer.alloc(0));
}

function bytesChange(type: number, now: Buffer, before: Buffer): Buffer {
  const body = new ByteWriter().u8(type).u8(now.length).bytes(now).u8(before.length).bytes(before);
  return withLength(TokenType.environmentChange, body);
}

/** User type, flags (1 nullable, 8 updatable unknown) and TYPE_INFO. */
function writeColumnHead(writer: ByteWriter, column: Column): void {
  writer.u32(0).u16(0x09);
  writeTypeInfo(writer, column);
}

function withLength(token: number, body: ByteWriter): Buffer {
  const bytes = body.done();
  return new ByteWriter().u8(token).u16(bytes.length).bytes(bytes).done();
}
