import type { Expr } from "./ast.ts";
import { compile, compileCondition, emptyEnv } from "./compile.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { Scope } from "./scope.ts";
import { int, nvarcharMax, type SqlType, type V, plain } from "./types.ts";

/** The value of an expression that reads no table row. */
export function evaluate(expr: Expr, context: Context, type?: SqlType): V {
  const compiled = compile(expr, new Scope(context));
  const value = compiled.run(emptyEnv);
  return type ? convert(value, compiled.type, type) : value;
}
/** The value with its type. */
export function evaluateTyped(expr: Expr, context: Context): { readonly value: V; readonly type: SqlType } {
  const compiled = compile(expr, new Scope(context));
  return { value: compiled.run(emptyEnv), type: compiled.type };
}
export function evaluateText(expr: Expr, context: Context): string {
  return plain(evaluate(expr, context, nvarcharMax) ?? "");
}
export function evaluateInt(expr: Expr, context: Context): number {
  return Number(evaluate(expr, context, int) ?? 0);
}
/** Whether a condition holds; unknown does not. */
export function holds(expr: Expr, context: Context): boolean {
  return compileCondition(expr, new Scope(context)).run(emptyEnv) === 1;
}
