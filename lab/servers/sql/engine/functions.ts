import type { Expr } from "./ast.ts";
import { compile, compileCondition, widest } from "./compile.ts";
import type { Context } from "./context.ts";
import { dateFunctions } from "./functions-date.ts";
import { metadataFunctions } from "./functions-metadata.ts";
import { sessionFunctions } from "./functions-session.ts";
import { securityFunctions } from "./functions-security.ts";
import { textFunctions } from "./functions-text.ts";
import { datePartName } from "./datetimes.ts";
import { refuse } from "./errors.ts";
import { as, comparison } from "./operators.ts";
import type { Compiled, Scope } from "./scope.ts";
import { float, int, type SqlType, type V } from "./types.ts";

/** How an argument is handed over: converted to that type, or as it is. */
export type ArgumentKind = "text" | "int" | "float" | "time" | "bytes" | "any";
/** A scalar function. Without `nulls`, any NULL argument gives NULL. */
export interface ScalarFunction {
  readonly args: readonly ArgumentKind[];
  readonly min?: number;
  /** The last argument may be repeated. */
  readonly isOpen?: boolean;
  readonly type: SqlType | ((args: readonly Compiled[]) => SqlType);
  readonly nulls?: boolean;
  readonly run: (values: readonly V[], context: Context, args: readonly Compiled[]) => V;
}
export type FunctionTable = Readonly<Record<string, ScalarFunction>>;

const kinds: Readonly<Record<Exclude<ArgumentKind, "any">, SqlType>> = {
  text: { name: "nvarchar" },
  int,
  float,
  time: { name: "datetime2", scale: 7 },
  bytes: { name: "varbinary" },
};
const table: FunctionTable = {
  ...textFunctions,
  ...dateFunctions,
  ...metadataFunctions,
  ...sessionFunctions,
  ...securityFunctions,
};
type Call = Extract<Expr, { kind: "call" }>;

/** A call of a built-in function. An unknown name fails with 195, or 4121 where it has a schema. */
export function compileFunction(call: Call, scope: Scope): Compiled {
  const name = call.name.join(".").toUpperCase();
  const special = compileSpecial(name, call, scope);
  if (special) return special;
  const found = table[name];
  if (!found) {
    if (name.startsWith("@@")) throw refuse(137, call.name.join("."));
    if (call.name.length > 1) throw refuse(4121, call.name[0] ?? "", call.name.join("."));
    throw refuse(195, call.name.join("."), "built-in function name");
  }
  const min = found.min ?? found.args.length;
  if (call.args.length < min || (!found.isOpen && call.args.length > found.args.length))
    throw refuse(174, call.name.join(".").toLowerCase(), found.args.length);
  const args = call.args.map((arg, i) => {
    const kind = found.args[Math.min(i, found.args.length - 1)] ?? "any";
    const compiled = compile(isDatePartArgument(name, i) ? datePartLiteral(arg, name) : arg, scope);
    return kind === "any" ? compiled : as(compiled, kinds[kind]);
  });
  const type = typeof found.type === "function" ? found.type(args) : found.type;
  return {
    type,
    run: (env) => {
      const values = args.map((arg) => arg.run(env));
      return !found.nulls && values.includes(null) ? null : found.run(values, scope.context, args);
    },
  };
}

const isDatePartArgument = (name: string, index: number): boolean =>
  index === 0 && /^DATE(ADD|DIFF|DIFF_BIG|PART|NAME)$/.test(name);
function datePartLiteral(arg: Expr, name: string): Expr {
  const text = arg.kind === "column" ? arg.parts.join(".") : "";
  const part = datePartName(text);
  if (part === undefined) throw refuse(155, text, name.toLowerCase());
  return { kind: "literal", value: part, type: { name: "nvarchar", length: 30 } };
}

/** Functions whose result type or evaluation follows rules of their own. */
function compileSpecial(name: string, call: Call, scope: Scope): Compiled | undefined {
  const args = (): Compiled[] => call.args.map((arg) => compile(arg, scope));
  switch (name) {
    case "ISNULL": {
      const [first, second] = args();
      if (!first || !second || call.args.length !== 2) throw refuse(174, "isnull", 2);
      const type = first.constant === null ? second.type : first.type;
      const other = as(second, type);
      return { type, run: (env) => first.run(env) ?? other.run(env) };
    }
    case "COALESCE": {
      const all = args();
      const type = widest(all);
      const cast = all.map((arg) => as(arg, type));
      return {
        type,
        run: (env) => {
          for (const arg of cast) {
            const value = arg.run(env);
            if (value !== null) return value;
          }
          return null;
        },
      };
    }
    case "NULLIF": {
      const [first, second] = args();
      if (!first || !second) throw refuse(174, "nullif", 2);
      const equal = comparison("=", first, second);
      return { type: first.type, run: (env) => (equal.run(env) === 1 ? null : first.run(env)) };
    }
    case "IIF": {
      const [condition, ...rest] = call.args;
      if (!condition || rest.length !== 2) throw refuse(174, "iif", 3);
      const test = compileCondition(condition, scope);
      const values = rest.map((arg) => compile(arg, scope));
      const type = widest(values);
      const [yes, no] = values.map((value) => as(value, type));
      return { type, run: (env) => (test.run(env) === 1 ? yes : no)?.run(env) ?? null };
    }
    case "CHOOSE": {
      const [index, ...rest] = args();
      if (!index) throw refuse(174, "choose", 2);
      const type = widest(rest);
      const values = rest.map((value) => as(value, type));
      const at = as(index, int);
      return { type, run: (env) => values[Number(at.run(env)) - 1]?.run(env) ?? null };
    }
    default:
      return undefined;
  }
}
