import type { Expr } from "./ast.ts";
import { compile } from "./compile.ts";
import { compareValues, isDecimal, keyOf } from "./convert.ts";
import { decimalMath, decimalNumber, decimalOf } from "./decimals.ts";
import { refuse } from "./errors.ts";
import { as } from "./operators.ts";
import type { Compiled, Env, Scope } from "./scope.ts";
import { bigint, type Decimal, int, isWhole, type SqlType, type V, plain } from "./types.ts";

export const aggregateNames = new Set(["COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG"]);
type Call = Extract<Expr, { kind: "call" }>;

/** An aggregate over the rows of a group. */
export function compileAggregate(call: Call, scope: Scope): Compiled {
  const inner = aggregate(call, scope);
  scope.hasAggregate = true;
  return {
    type: inner.type,
    run: (env) => inner.over((env.group ?? []).map((rows) => ({ rows, parent: env.parent }))),
  };
}

/** The aggregate itself, over any list of rows; window functions use it over a partition. */
export function aggregate(
  call: Call,
  scope: Scope,
): { readonly type: SqlType; readonly over: (envs: readonly Env[]) => V } {
  const name = call.name.at(-1)?.toUpperCase() ?? "";
  if (call.isStar) {
    if (name !== "COUNT" && name !== "COUNT_BIG") throw refuse(102, "*");
    return name === "COUNT"
      ? { type: int, over: (envs) => envs.length }
      : { type: bigint, over: (envs) => BigInt(envs.length) };
  }
  const first = call.args[0];
  if (!first) throw refuse(174, name.toLowerCase(), 1);
  const argument = compile(first, scope);
  const values = (envs: readonly Env[]): V[] => {
    const all = envs.map((env) => argument.run(env)).filter((value) => value !== null);
    return call.isDistinct ? [...new Map(all.map((value) => [keyOf(value), value])).values()] : all;
  };
  switch (name) {
    case "COUNT":
      return { type: int, over: (envs) => values(envs).length };
    case "COUNT_BIG":
      return { type: bigint, over: (envs) => BigInt(values(envs).length) };
    case "MIN":
    case "MAX": {
      const sign = name === "MIN" ? 1 : -1;
      return {
        type: argument.type,
        over: (envs) =>
          values(envs).reduce<V>(
            (best, value) => (best === null || sign * compareValues(value, best) < 0 ? value : best),
            null,
          ),
      };
    }
    case "STRING_AGG":
      return stringAgg(call, argument, scope);
    default:
      return sums(name, argument, values);
  }
}

function sums(
  name: string,
  argument: Compiled,
  values: (envs: readonly Env[]) => V[],
): { type: SqlType; over: (envs: readonly Env[]) => V } {
  const isExact = argument.type.name === "numeric" || argument.type.name === "money";
  const type: SqlType = isWhole(argument.type)
    ? int
    : isExact
      ? { name: "numeric", precision: 38, scale: argument.type.scale ?? 4 }
      : argument.type;
  if (!["int", "bigint", "float", "real", "numeric"].includes(type.name))
    throw refuse(8117, argument.type.name, name.toLowerCase());
  const over = (envs: readonly Env[]): V => {
    const all = values(envs);
    if (all.length === 0) return null;
    if (type.name === "int") {
      const sum = all.reduce<number>((total, value) => total + Number(value), 0);
      if (Math.abs(sum) > 2147483648) throw refuse(8115, "expression", "int");
      return name === "SUM" ? sum : Math.trunc(sum / all.length);
    }
    if (type.name === "bigint") {
      const sum = all.reduce<bigint>(
        (total, value) => total + BigInt(typeof value === "bigint" ? value : 0),
        0n,
      );
      return name === "SUM" ? sum : sum / BigInt(all.length);
    }
    if (isExact) {
      const sum = all.reduce<Decimal>(
        (total, value) => (isDecimal(value) ? (decimalMath("+", total, value) ?? total) : total),
        decimalOf(0),
      );
      return name === "SUM" ? sum : (decimalMath("/", sum, decimalOf(all.length)) ?? null);
    }
    const sum = all.reduce<number>(
      (total, value) => total + (isDecimal(value) ? decimalNumber(value) : Number(value)),
      0,
    );
    return name === "SUM" ? sum : sum / all.length;
  };
  return { type, over };
}

function stringAgg(
  call: Call,
  argument: Compiled,
  scope: Scope,
): { type: SqlType; over: (envs: readonly Env[]) => V } {
  const separator = call.args[1];
  if (!separator) throw refuse(174, "string_agg", 2);
  const text: SqlType = { name: "nvarchar" };
  const [value, between] = [as(argument, text), as(compile(separator, scope), text)];
  const order = (call.within ?? []).map(({ expr, isDescending }) => ({
    by: compile(expr, scope),
    sign: isDescending ? -1 : 1,
  }));
  const type: SqlType = argument.type.length === undefined ? text : { name: "nvarchar", length: 4000 };
  return {
    type,
    over: (envs) => {
      const sorted =
        order.length === 0
          ? envs
          : envs.toSorted(
              (a, b) =>
                order
                  .map(({ by, sign }) => sign * compareValues(by.run(a), by.run(b)))
                  .find((o) => o !== 0) ?? 0,
            );
      const parts = sorted.map((env) => value.run(env)).filter((part) => part !== null);
      const first = sorted[0];
      return parts.length === 0 || !first ? null : parts.map(plain).join(plain(between.run(first) ?? ""));
    },
  };
}
