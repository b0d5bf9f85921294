import type { Expr, Over } from "./ast.ts";
import { aggregate, aggregateNames } from "./aggregates.ts";
import { compile } from "./compile.ts";
import { compareValues, keyOf } from "./convert.ts";
import { refuse } from "./errors.ts";
import type { Compiled, Env, Scope } from "./scope.ts";
import { bigint, type SqlType, type V } from "./types.ts";

type Call = Extract<Expr, { kind: "call" }>;

/** ROW_NUMBER, RANK, LAG and the aggregates with OVER. With ORDER BY an aggregate runs up to the row and its peers. */
export function compileWindow(call: Call, over: Over, scope: Scope): Compiled {
  const name = call.name.at(-1)?.toUpperCase() ?? "";
  const partition = over.partition.map((expr) => compile(expr, scope));
  const order = over.order.map(({ expr, isDescending }) => ({
    by: compile(expr, scope),
    sign: isDescending ? -1 : 1,
  }));
  const compare = (a: Env, b: Env): number =>
    order.map(({ by, sign }) => sign * compareValues(by.run(a), by.run(b))).find((o) => o !== 0) ?? 0;
  const { type, values } = windowFunction(name, call, scope, order.length > 0, compare);
  const index = scope.windows.length;
  scope.windows.push({
    compute: (envs) => {
      const groups = new Map<string, { env: Env; at: number }[]>();
      envs.forEach((env, at) => {
        const key = partition.map((by) => keyOf(by.run(env))).join("\u0000");
        groups.set(key, [...(groups.get(key) ?? []), { env, at }]);
      });
      const result: V[] = Array.from({ length: envs.length }, () => null);
      for (const group of groups.values()) {
        const sorted = order.length === 0 ? group : group.toSorted((a, b) => compare(a.env, b.env));
        const found = values(sorted.map((entry) => entry.env));
        sorted.forEach((entry, i) => (result[entry.at] = found[i] ?? null));
      }
      return result;
    },
  });
  return { type, run: (env) => env.windowValues?.[index] ?? null };
}

function windowFunction(
  name: string,
  call: Call,
  scope: Scope,
  isOrdered: boolean,
  compare: (a: Env, b: Env) => number,
): { type: SqlType; values: (envs: readonly Env[]) => V[] } {
  if (aggregateNames.has(name)) {
    const { type, over } = aggregate(call, scope);
    if (!isOrdered) return { type, values: (envs) => ((value) => envs.map(() => value))(over(envs)) };
    return {
      type,
      values: (envs) =>
        envs.map((env, i) => over(envs.filter((other, j) => j <= i || compare(other, env) === 0))),
    };
  }
  const argument = (at: number): Compiled => {
    const expr = call.args[at];
    if (!expr) throw refuse(174, name.toLowerCase(), at + 1);
    return compile(expr, scope);
  };
  switch (name) {
    case "ROW_NUMBER":
      return { type: bigint, values: (envs) => envs.map((_, i) => BigInt(i + 1)) };
    case "RANK":
      return {
        type: bigint,
        values: (envs) => envs.map((env) => BigInt(envs.findIndex((other) => compare(other, env) === 0) + 1)),
      };
    case "DENSE_RANK":
      return {
        type: bigint,
        values: (envs) =>
          envs.map((_, i) =>
            BigInt(
              envs.slice(0, i + 1).filter((env, j, all) => j === 0 || compare(all[j - 1] ?? env, env) !== 0)
                .length,
            ),
          ),
      };
    case "LAG":
    case "LEAD": {
      const value = argument(0);
      const offset = call.args[1] ? compile(call.args[1], scope) : undefined;
      const missing = call.args[2] ? compile(call.args[2], scope) : undefined;
      const step = (env: Env): number => (offset ? Number(offset.run(env)) : 1) * (name === "LAG" ? -1 : 1);
      return {
        type: value.type,
        values: (envs) =>
          envs.map((env, i) => {
            const other = envs[i + step(env)];
            return other ? value.run(other) : missing ? missing.run(env) : null;
          }),
      };
    }
    case "FIRST_VALUE":
    case "LAST_VALUE": {
      const value = argument(0);
      return {
        type: value.type,
        values: (envs) =>
          envs.map((env) =>
            value.run(
              (name === "FIRST_VALUE" ? envs[0] : envs.findLast((other) => compare(other, env) === 0)) ?? env,
            ),
          ),
      };
    }
    default:
      throw refuse(195, call.name.join("."), "windowed function");
  }
}
