import type { Reply } from "../contract.ts";
import type { Database } from "./database.ts";
import type { SqlInstance } from "./instance.ts";
import type { EngineSession } from "./session.ts";
import type { TableDefinition } from "./ast.ts";
import type { Transaction } from "./store.ts";
import type { SqlType, V } from "./types.ts";

export interface Variable {
  readonly type: SqlType;
  value: V;
}
/** A table variable: its definition and its rows. */
export interface TableVariable {
  readonly definition: TableDefinition;
  readonly rows: V[][];
  identity: number;
}

/** Where a statement runs: its session, its database, its variables, and where its replies go. */
export interface Context {
  readonly instance: SqlInstance;
  readonly session: EngineSession;
  readonly database: Database;
  readonly variables: Map<string, Variable>;
  readonly tableVariables: Map<string, TableVariable>;
  readonly signal: AbortSignal;
  readonly emit: (reply: Reply) => void;
  /** The open transaction, or the one of this statement. */
  readonly transaction: Transaction;
  /** The error that a CATCH block handles. */
  readonly caught?:
    | {
        readonly number: number;
        readonly severity: number;
        readonly state: number;
        readonly text: string;
        readonly line: number;
        readonly procedure?: string;
      }
    | undefined;
  /** The procedure that runs; undefined in a batch. */
  readonly procedure?: string | undefined;
  readonly depth: number;
}
