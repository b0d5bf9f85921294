import type {
  Expr,
  OrderItem,
  Query,
  SelectItem,
  TableDefinition,
  TableRef,
  ColumnDefinition,
  KeyDefinition,
} from "./ast.ts";
import type { SqlType } from "./types.ts";

/** A parameter as CREATE PROCEDURE or sp_executesql declares it. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly type: SqlType;
  readonly default?: Expr;
  readonly isOutput: boolean;
}
/** An argument of EXEC. */
export interface Argument {
  readonly name?: string;
  readonly expr?: Expr;
  readonly isOutput: boolean;
}
/** `name` or `name = value` after WITH. */
export interface Option {
  readonly name: string;
  readonly value?: Expr;
  readonly word?: string;
}
/** A file of CREATE DATABASE. */
export interface FileDefinition {
  readonly name: string;
  readonly path?: string;
  readonly filegroup?: string;
}
export type Output = { readonly items: readonly SelectItem[]; readonly into?: TableRef };

interface Common {
  readonly line: number;
}
export type ExecStatement = Common & {
  readonly kind: "exec";
  readonly procedure?: readonly string[];
  readonly procedureVariable?: string;
  readonly args: readonly Argument[];
  readonly dynamic?: Expr;
  readonly result?: string;
};
export type InsertStatement = Common & {
  readonly kind: "insert";
  readonly target: TableRef;
  readonly columns?: readonly string[];
  readonly query?: Query;
  readonly exec?: ExecStatement;
  readonly top?: Expr;
  readonly output?: Output;
};
export type UpdateStatement = Common & {
  readonly kind: "update";
  readonly target: TableRef;
  readonly sets: readonly { readonly column?: string; readonly variable?: string; readonly expr: Expr }[];
  readonly from?: TableRef;
  readonly where?: Expr;
  readonly top?: Expr;
  readonly output?: Output;
  readonly ctes: Query["ctes"];
};
export type DeleteStatement = Common & {
  readonly kind: "delete";
  readonly target: TableRef;
  readonly from?: TableRef;
  readonly where?: Expr;
  readonly top?: Expr;
  readonly output?: Output;
  readonly ctes: Query["ctes"];
};
export type BackupStatement = Common & {
  readonly kind: "backup";
  readonly what: "database" | "log";
  readonly database: Expr;
  readonly devices: readonly Expr[];
  readonly options: readonly Option[];
};
export type RestoreStatement = Common & {
  readonly kind: "restore";
  readonly what: "database" | "log" | "headeronly" | "filelistonly" | "verifyonly" | "labelonly";
  readonly database?: Expr;
  readonly devices: readonly Expr[];
  readonly options: readonly Option[];
  readonly moves: readonly { readonly file: Expr; readonly to: Expr }[];
};
export type AlterDatabaseStatement = Common & {
  readonly kind: "alter database";
  readonly database?: string;
  readonly options: readonly Option[];
  readonly termination?: "immediate" | "after" | "no wait";
  readonly rename?: string;
  readonly collation?: string;
  readonly addFiles?: readonly FileDefinition[];
  readonly addFilegroup?: string;
  readonly moveFile?: FileDefinition;
};
export type LoginStatement = Common & {
  readonly kind: "login";
  readonly action: "create" | "alter" | "drop";
  readonly name: string;
  readonly fromWindows?: boolean;
  readonly isEnabled?: boolean;
  readonly options: readonly Option[];
  readonly isHashed: boolean;
};
export type UserStatement = Common & {
  readonly kind: "user";
  readonly action: "create" | "alter" | "drop";
  readonly name: string;
  readonly login?: string;
  readonly withoutLogin?: boolean;
  readonly options: readonly Option[];
  readonly ifExists: boolean;
};
export type RoleStatement = Common & {
  readonly kind: "role";
  readonly action: "create" | "drop" | "add" | "remove";
  readonly name: string;
  readonly member?: string;
  readonly isServer: boolean;
  readonly ifExists: boolean;
  readonly owner?: string;
};
export type PermissionStatement = Common & {
  readonly kind: "permission";
  readonly action: "GRANT" | "DENY" | "REVOKE";
  readonly permissions: readonly string[];
  readonly on?: { readonly kind: string; readonly name: readonly string[] };
  readonly to: readonly string[];
};
export type AuthorizationStatement = Common & {
  readonly kind: "authorization";
  readonly of: string;
  readonly name: readonly string[];
  readonly to: string;
};
export type KeyStatement = Common & {
  readonly kind: "key";
  readonly of: "master" | "symmetric" | "certificate" | "service master";
  readonly action: "create" | "drop" | "open" | "close" | "close all" | "alter" | "backup" | "restore";
  readonly name?: string;
  readonly password?: Expr;
  readonly certificate?: string;
  readonly subject?: string;
  readonly algorithm?: string;
  readonly add?: "service" | "password";
  readonly remove?: "service" | "password";
  readonly isRegenerate?: boolean;
  readonly keySource?: string;
  readonly identityValue?: string;
  readonly file?: Expr;
  readonly decryption?: Expr;
};

/** A statement of T-SQL. `line` is where it begins in its batch. */
export type Statement =
  | (Common & { readonly kind: "select"; readonly query: Query })
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | (Common & { readonly kind: "truncate"; readonly table: readonly string[] })
  | (Common & {
      readonly kind: "declare";
      readonly name: string;
      readonly type?: SqlType;
      readonly table?: TableDefinition;
      readonly value?: Expr;
    })
  | (Common & { readonly kind: "set"; readonly name: string; readonly expr: Expr })
  | (Common & {
      readonly kind: "set option";
      readonly option: string;
      readonly value: string;
      readonly table?: readonly string[];
    })
  | (Common & {
      readonly kind: "if";
      readonly condition: Expr;
      readonly then: Statement;
      readonly otherwise?: Statement;
    })
  | (Common & { readonly kind: "while"; readonly condition: Expr; readonly body: Statement })
  | (Common & { readonly kind: "block"; readonly body: readonly Statement[] })
  | (Common & {
      readonly kind: "try";
      readonly body: readonly Statement[];
      readonly handler: readonly Statement[];
    })
  | (Common & { readonly kind: "break" | "continue" | "checkpoint" | "nothing" })
  | (Common & { readonly kind: "return"; readonly expr?: Expr })
  | (Common & { readonly kind: "print"; readonly expr: Expr })
  | (Common & { readonly kind: "raiserror"; readonly args: readonly Expr[]; readonly isLogged: boolean })
  | (Common & { readonly kind: "throw"; readonly args: readonly Expr[] })
  | (Common & { readonly kind: "waitfor"; readonly delay: Expr; readonly isTime: boolean })
  | ExecStatement
  | (Common & { readonly kind: "use"; readonly database: string })
  | (Common & {
      readonly kind: "transaction";
      readonly action: "begin" | "commit" | "rollback" | "save";
      readonly name?: string;
      readonly isMarked: boolean;
    })
  | (Common & {
      readonly kind: "create table";
      readonly name: readonly string[];
      readonly definition: TableDefinition;
    })
  | (Common & {
      readonly kind: "alter table";
      readonly name: readonly string[];
      readonly add?: TableDefinition;
      readonly drop?: {
        readonly what: "column" | "constraint";
        readonly names: readonly string[];
        readonly ifExists: boolean;
      };
      readonly alter?: ColumnDefinition;
      readonly isCheck?: boolean;
    })
  | (Common & {
      readonly kind: "create index";
      readonly table: readonly string[];
      readonly key: KeyDefinition;
    })
  | (Common & {
      readonly kind: "drop";
      readonly what:
        "table" | "view" | "procedure" | "schema" | "index" | "database" | "function" | "trigger" | "synonym";
      readonly names: readonly (readonly string[])[];
      readonly ifExists: boolean;
      readonly on?: readonly string[];
    })
  | (Common & { readonly kind: "create schema"; readonly name: string; readonly owner?: string })
  | (Common & {
      readonly kind: "create procedure";
      readonly name: readonly string[];
      readonly parameters: readonly ParameterDeclaration[];
      readonly body: string;
      readonly action: "create" | "alter" | "create or alter";
    })
  | (Common & {
      readonly kind: "create view";
      readonly name: readonly string[];
      readonly query: Query;
      readonly text: string;
      readonly action: "create" | "alter" | "create or alter";
    })
  | (Common & {
      readonly kind: "create synonym";
      readonly name: readonly string[];
      readonly target: readonly string[];
    })
  | (Common & {
      readonly kind: "create database";
      readonly name: string;
      readonly files: readonly FileDefinition[];
      readonly log: readonly FileDefinition[];
      readonly collation?: string;
    })
  | AlterDatabaseStatement
  | BackupStatement
  | RestoreStatement
  | LoginStatement
  | UserStatement
  | RoleStatement
  | PermissionStatement
  | AuthorizationStatement
  | KeyStatement
  | (Common & { readonly kind: "kill"; readonly spid: Expr })
  | (Common & { readonly kind: "dbcc"; readonly command: string; readonly args: readonly string[] })
  | (Common & { readonly kind: "declare cursor"; readonly name: string; readonly query: Query })
  | (Common & { readonly kind: "cursor"; readonly action: "open" | "close" | "deallocate" })
  | (Common & {
      readonly kind: "execute as" | "revert";
      readonly principal?: string;
      readonly isLogin?: boolean;
    });

export type { OrderItem };
