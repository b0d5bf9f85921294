import type { Parameter } from "../contract.ts";
import { ByteReader } from "./bytes.ts";
import { readTypedValue, UnknownTypeError } from "./decode.ts";

/** Procedures that a client calls by number ([MS-TDS] 2.2.6.6). */
const systemProcedures: Readonly<Record<number, string>> = {
  10: "sp_executesql",
  11: "sp_prepare",
  12: "sp_execute",
  13: "sp_prepexec",
  15: "sp_unprepare",
};

/** A remote procedure call as it was sent. */
export interface ProcedureCall {
  /** As sent, for example `msdb.dbo.sp_start_job`. */
  readonly procedure: string;
  readonly parameters: readonly Parameter[];
}

/** A request of the transaction manager. */
export interface TransactionCall {
  readonly action: "begin" | "commit" | "rollback" | "save";
  readonly sql: string;
}

/** A request that this server cannot read; the client gets it as an error of severity 16. */
export class RequestError extends Error {
  public readonly number: number;
  constructor(number: number, message: string) {
    super(message);
    this.number = number;
  }
}

/** The text of a SQLBatch message. */
export function readBatch(payload: Buffer): string {
  return afterHeaders(payload).rest().toString("utf16le");
}

/** The call of an RPC message. Only the first call of one that has several. */
export function readProcedureCall(payload: Buffer): ProcedureCall {
  const reader = afterHeaders(payload);
  const length = reader.u16();
  const procedure = length === 0xffff ? systemProcedure(reader.u16()) : reader.text(length);
  reader.u16();
  const parameters: Parameter[] = [];
  while (!reader.atEnd) parameters.push(readParameter(reader, parameters.length + 1));
  return { procedure, parameters };
}

function readParameter(reader: ByteReader, ordinal: number): Parameter {
  const name = reader.text(reader.u8());
  const isOutput = (reader.u8() & 0x01) !== 0;
  try {
    return { name, output: isOutput, ...readTypedValue(reader) };
  } catch (error) {
    if (!(error instanceof UnknownTypeError)) throw error;
    throw new RequestError(
      8009,
      "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. " +
        `Parameter ${String(ordinal)} ("${name}"): ${error.message}`,
    );
  }
}

function systemProcedure(id: number): string {
  const name = systemProcedures[id];
  if (name === undefined)
    throw new RequestError(2812, `Could not find stored procedure with the number ${String(id)}.`);
  return name;
}

const isolationLevels: readonly (string | undefined)[] = [
  undefined,
  "READ UNCOMMITTED",
  "READ COMMITTED",
  "REPEATABLE READ",
  "SERIALIZABLE",
  "SNAPSHOT",
];

/** A transaction manager message as the T-SQL that does the same. */
export function readTransactionCall(payload: Buffer): TransactionCall {
  const reader = afterHeaders(payload);
  const type = reader.u16();
  const named = (statement: string): string => {
    const name = reader.text(reader.u8() / 2);
    return name === "" ? statement : `${statement} [${name.replaceAll("]", "]]")}]`;
  };
  switch (type) {
    case 5: {
      const level = isolationLevels[reader.u8()];
      const prefix = level === undefined ? "" : `SET TRANSACTION ISOLATION LEVEL ${level};\n`;
      return { action: "begin", sql: prefix + named("BEGIN TRANSACTION") };
    }
    case 7:
      return { action: "commit", sql: named("COMMIT TRANSACTION") };
    case 8:
      return { action: "rollback", sql: named("ROLLBACK TRANSACTION") };
    case 9:
      return { action: "save", sql: named("SAVE TRANSACTION") };
    default:
      throw new RequestError(
        8009,
        `A transaction manager request of type ${String(type)} is not known here.`,
      );
  }
}

/** A reader after ALL_HEADERS, whose length comes first and counts itself. */
function afterHeaders(payload: Buffer): ByteReader {
  return new ByteReader(payload, payload.readUInt32LE(0));
}
