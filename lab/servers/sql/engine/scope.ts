import type { OrderItem } from "./ast.ts";
import type { Context } from "./context.ts";
import type { SqlType, V } from "./types.ts";

export interface SourceColumn {
  readonly name: string;
  readonly type: SqlType;
}
/** Something that FROM names: its columns are found by alias, or by the end of its name. */
export interface Source {
  readonly alias: string;
  readonly path: readonly string[];
  readonly columns: readonly SourceColumn[];
}
export type Frame = readonly (readonly V[])[];

/** What a compiled expression reads when it runs: a row of each source, the outer query's, the group, window results. */
export interface Env {
  readonly rows: Frame;
  readonly parent?: Env | undefined;
  readonly group?: readonly Frame[];
  readonly windowValues?: readonly V[];
}
export interface Compiled {
  readonly type: SqlType;
  readonly run: (env: Env) => V;
  /** The value where it does not depend on a row: a literal. */
  readonly constant?: V;
}
/** A window function of a select list: computed for all rows before the select list is. */
export interface WindowCall {
  readonly compute: (frames: readonly Env[]) => readonly V[];
}

/** The names that an expression can see. */
export class Scope {
  public readonly context: Context;
  public readonly parent: Scope | undefined;
  public readonly sources: Source[] = [];
  public readonly windows: WindowCall[] = [];
  /** Whether an aggregate stands in this query's own expressions. */
  public hasAggregate = false;
  /** Whether a name was found in an outer query: then the result can't be kept. */
  public readsOuter = false;
  /** Common table expressions and trigger-like tables that can be named here. */
  public readonly named: ReadonlyMap<string, NamedQuery>;

  constructor(
    context: Context,
    parent?: Scope,
    named: ReadonlyMap<string, NamedQuery> = parent?.named ?? new Map(),
  ) {
    this.context = context;
    this.parent = parent;
    this.named = named;
  }
}
/** A common table expression, or rows that are there already (a recursion's last round). */
export interface NamedQuery {
  readonly compile: (scope: Scope) => CompiledQuery;
}
export interface CompiledQuery {
  readonly columns: readonly SourceColumn[];
  readonly run: (env: Env | undefined) => readonly (readonly V[])[];
}
export type { OrderItem };
