import type { SqlType, V } from "./types.ts";

export interface Over {
  readonly partition: readonly Expr[];
  readonly order: readonly OrderItem[];
}
export interface OrderItem {
  readonly expr: Expr;
  readonly isDescending: boolean;
}

/** An expression or a condition. */
export type Expr =
  | { readonly kind: "literal"; readonly value: V; readonly type: SqlType }
  | { readonly kind: "column"; readonly parts: readonly string[]; readonly line: number }
  | { readonly kind: "variable"; readonly name: string; readonly line: number }
  | {
      readonly kind: "call";
      readonly name: readonly string[];
      readonly args: readonly Expr[];
      readonly isDistinct: boolean;
      readonly isStar: boolean;
      readonly over?: Over;
      readonly within?: readonly OrderItem[];
      readonly line: number;
    }
  | { readonly kind: "binary"; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "unary"; readonly op: string; readonly expr: Expr }
  | {
      readonly kind: "cast";
      readonly expr: Expr;
      readonly type: SqlType;
      readonly style?: Expr;
      readonly isTry: boolean;
    }
  | {
      readonly kind: "case";
      readonly input?: Expr;
      readonly whens: readonly (readonly [Expr, Expr])[];
      readonly otherwise?: Expr;
    }
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "exists"; readonly query: Query }
  | {
      readonly kind: "in";
      readonly expr: Expr;
      readonly list?: readonly Expr[];
      readonly query?: Query;
      readonly isNot: boolean;
    }
  | {
      readonly kind: "between";
      readonly expr: Expr;
      readonly low: Expr;
      readonly high: Expr;
      readonly isNot: boolean;
    }
  | {
      readonly kind: "like";
      readonly expr: Expr;
      readonly pattern: Expr;
      readonly escape?: Expr;
      readonly isNot: boolean;
    }
  | { readonly kind: "null"; readonly expr: Expr; readonly isNot: boolean };

export interface SelectItem {
  readonly expr?: Expr;
  /** `*` or `t.*`. */
  readonly star?: readonly string[];
  readonly alias?: string;
  /** SELECT @v = expr. */
  readonly variable?: string;
}

export type TableRef =
  | {
      readonly kind: "table";
      readonly name: readonly string[];
      readonly alias?: string;
      readonly line: number;
    }
  | { readonly kind: "variable"; readonly name: string; readonly alias?: string }
  | {
      readonly kind: "function";
      readonly name: readonly string[];
      readonly args: readonly Expr[];
      readonly alias?: string;
      readonly columns?: readonly string[];
      readonly schema?: readonly JsonColumn[];
      readonly line: number;
    }
  | {
      readonly kind: "query";
      readonly query: Query;
      readonly alias: string;
      readonly columns?: readonly string[];
    }
  | {
      readonly kind: "join";
      readonly type: "inner" | "left" | "right" | "full" | "cross" | "cross apply" | "outer apply";
      readonly left: TableRef;
      readonly right: TableRef;
      readonly on?: Expr;
    };

/** A column of OPENJSON ... WITH (...). */
export interface JsonColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly path?: string;
  readonly isJson: boolean;
}

export interface Select {
  readonly kind: "select";
  readonly isDistinct: boolean;
  readonly top?: { readonly expr: Expr; readonly isPercent: boolean };
  readonly items: readonly SelectItem[];
  readonly into?: readonly string[];
  readonly from?: TableRef;
  readonly where?: Expr;
  readonly groupBy?: readonly Expr[];
  readonly having?: Expr;
}
export type QueryBody =
  | Select
  | {
      readonly kind: "set";
      readonly op: "UNION" | "UNION ALL" | "EXCEPT" | "INTERSECT";
      readonly left: QueryBody;
      readonly right: QueryBody;
    }
  | { readonly kind: "values"; readonly rows: readonly (readonly Expr[])[] }
  | { readonly kind: "nested"; readonly query: Query };

export interface Cte {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
}
export interface ForClause {
  readonly mode: "JSON" | "XML";
  /** PATH('x'): the element of a row. */
  readonly element: string;
  readonly root?: string;
  readonly includeNulls: boolean;
  readonly withoutWrapper: boolean;
}
export interface Query {
  readonly ctes: readonly Cte[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset?: Expr;
  readonly fetch?: Expr;
  readonly forClause?: ForClause;
}

/** A column as CREATE TABLE or a table variable declares it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  /** The type's name as written, for user-defined names such as sysname. */
  readonly typeName: string;
  readonly isNullable?: boolean;
  readonly identity?: { readonly seed: number; readonly increment: number };
  readonly default?: Expr;
  readonly defaultText?: string;
  readonly computed?: Expr;
  readonly computedText?: string;
  readonly isPersisted?: boolean;
  readonly collation?: string;
}
export interface KeyDefinition {
  readonly name?: string;
  readonly kind: "primary" | "unique" | "foreign" | "check" | "index";
  readonly columns: readonly { readonly name: string; readonly isDescending: boolean }[];
  readonly isClustered?: boolean;
  readonly isUnique?: boolean;
  readonly references?: { readonly table: readonly string[]; readonly columns: readonly string[] };
  readonly check?: Expr;
  readonly checkText?: string;
}
export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
}
