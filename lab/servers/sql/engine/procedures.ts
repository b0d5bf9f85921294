import type { Frame } from "./batch.ts";
import { type CatalogueRow, columnsOf } from "./catalogue.ts";
import type { Context } from "./context.ts";
import { wireValue } from "./convert.ts";
import { Cursor } from "./cursor.ts";
import { refuse } from "./errors.ts";
import { parseParameters } from "./parse-definitions.ts";
import { agentProcedures } from "./procedures-agent.ts";
import { scheduleProcedures } from "./procedures-schedules.ts";
import { jobControlProcedures } from "./procedures-job-control.ts";
import { primaryProcedures } from "./log-shipping-primary.ts";
import { secondaryProcedures } from "./log-shipping-secondary.ts";
import { monitorProcedures } from "./log-shipping-monitor.ts";
import { serverProcedures } from "./procedures-server.ts";
import { informationProcedures } from "./procedures-information.ts";
import { fileProcedures } from "./procedures-files.ts";
import type { ParameterDeclaration } from "./statements.ts";
import { type V, wireColumn, plain } from "./types.ts";

/** A call of a system procedure: its arguments by name, without the @. */
export interface Call {
  readonly frame: Frame;
  readonly value: (name: string) => V;
  /** Text of an argument; undefined where it is NULL. */
  readonly text: (name: string) => string | undefined;
  readonly number: (name: string) => number | undefined;
  /** An argument that must be there. */
  readonly mustText: (name: string) => string;
  /** Whether the caller gave it. */
  readonly has: (name: string) => boolean;
  /** Sets an OUTPUT parameter. */
  readonly set: (name: string, value: V) => void;
  /** Sends a result. */
  readonly result: (columns: string, rows: Iterable<CatalogueRow>) => void;
}
/** A procedure that the server brings: its parameters as CREATE PROCEDURE would declare them. */
export interface Procedure {
  readonly parameters: string;
  /** Gives the return status, at once or later; anything but a number is 0. */
  readonly run: (call: Call) => unknown;
}
export type ProcedureTable = Readonly<Record<string, Procedure>>;

export const systemProcedures: ReadonlyMap<string, Procedure> = new Map(
  Object.entries({
    ...serverProcedures,
    ...informationProcedures,
    ...fileProcedures,
    ...agentProcedures,
    ...scheduleProcedures,
    ...jobControlProcedures,
    ...primaryProcedures,
    ...secondaryProcedures,
    ...monitorProcedures,
  }),
);

const declared = new Map<string, readonly ParameterDeclaration[]>();
export function parametersOf(procedure: Procedure): readonly ParameterDeclaration[] {
  const found = declared.get(procedure.parameters) ?? parseParameters(new Cursor(procedure.parameters));
  declared.set(procedure.parameters, found);
  return found;
}

/** Sends rows as a result of their own. */
export function sendRows(context: Context, columnsText: string, rows: Iterable<CatalogueRow>): number {
  const columns = columnsOf(columnsText);
  context.emit({ kind: "columns", columns: columns.map((column) => wireColumn(column.name, column.type)) });
  let count = 0;
  for (const row of rows) {
    count++;
    const cell = (name: string): V => {
      const value = row[name];
      return value === undefined ? null : typeof value === "boolean" ? (value ? 1 : 0) : value;
    };
    context.emit({ kind: "row", values: columns.map((column) => wireValue(cell(column.name), column.type)) });
  }
  context.emit({ kind: "done", command: 193, rows: count });
  return count;
}

/** The arguments of a call as the procedure reads them. */
export function callOf(
  name: string,
  frame: Frame,
  values: ReadonlyMap<string, V>,
  given: ReadonlySet<string>,
  set: (name: string, value: V) => void,
): Call {
  const value = (key: string): V => values.get(`@${key}`.toLowerCase()) ?? null;
  const text = (key: string): string | undefined => {
    const found = value(key);
    return found === null ? undefined : plain(found);
  };
  return {
    frame,
    value,
    text,
    number: (key) => {
      const found = value(key);
      return found === null ? undefined : Number(found);
    },
    mustText: (key) => {
      const found = text(key);
      if (found === undefined) throw refuse(201, name, `@${key}`);
      return found;
    },
    has: (key) => given.has(`@${key}`.toLowerCase()),
    set: (key, v) => set(`@${key}`.toLowerCase(), v),
    result: (columns, rows) => void sendRows(frame, columns, rows),
  };
}
