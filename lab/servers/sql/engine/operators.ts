import { compareValues, convert, isDecimal } from "./convert.ts";
import { decimalMath } from "./decimals.ts";
import { refuse } from "./errors.ts";
import type { Compiled, Env } from "./scope.ts";
import {
  bigint,
  boolean,
  common,
  float,
  int,
  isNumber,
  isText,
  isTime,
  isWhole,
  type SqlType,
  typeTitle,
  type V,
  plain,
} from "./types.ts";

/** A compiled expression that gives its value as another type. */
export function as(expr: Compiled, type: SqlType): Compiled {
  const from = expr.type;
  if (
    from.name === type.name &&
    (isText(type) ? type.length === undefined || type.length === from.length : from.scale === type.scale)
  )
    return expr;
  if (expr.constant !== undefined) {
    let value: V | undefined;
    const run = (): V => (value === undefined ? (value = convert(expr.constant ?? null, from, type)) : value);
    return { type, run, constant: expr.constant };
  }
  return { type, run: (env) => convert(expr.run(env), from, type) };
}

const truth = (value: boolean): number => (value ? 1 : 0);

/** The type in which two values are compared: text of any length without cutting. */
export function comparable(a: SqlType, b: SqlType): SqlType {
  const type = common(a, b);
  if (isText(type)) return { name: "nvarchar" };
  if (type.name === "varbinary" || type.name === "binary" || type.name === "rowversion")
    return { name: "varbinary" };
  if (type.name === "sql_variant")
    return a.name === "sql_variant" && b.name !== "sql_variant"
      ? comparable(b, b)
      : a.name === "sql_variant"
        ? { name: "nvarchar" }
        : comparable(a, a);
  if (type.name === "numeric" && (isWhole(a) || isWhole(b) || a.name === "bigint" || b.name === "bigint"))
    return { ...type, precision: 38 };
  if (type.name === "datetime" || type.name === "smalldatetime" || type.name === "date")
    return isTime(a) && isTime(b) ? { name: "datetime2" } : type;
  return type;
}

export function comparison(op: string, left: Compiled, right: Compiled): Compiled {
  if (left.type.name === "boolean" || right.type.name === "boolean") throw refuse(102, op);
  const type = comparable(left.type, right.type);
  const [a, b] = [as(left, type), as(right, type)];
  const test: Record<string, (order: number) => boolean> = {
    "=": (o) => o === 0,
    "<>": (o) => o !== 0,
    "<": (o) => o < 0,
    ">": (o) => o > 0,
    "<=": (o) => o <= 0,
    ">=": (o) => o >= 0,
  };
  const holds = test[op];
  if (!holds) throw new Error(`comparison ${op}`);
  return {
    type: boolean,
    run: (env) => {
      const x = a.run(env);
      if (x === null) return null;
      const y = b.run(env);
      return y === null ? null : truth(holds(compareValues(x, y)));
    },
  };
}

/** AND, OR and NOT with three values. */
export function logic(op: "AND" | "OR", left: Compiled, right: Compiled): Compiled {
  const decides = op === "AND" ? 0 : 1;
  return {
    type: boolean,
    run: (env) => {
      const a = left.run(env);
      if (a === decides) return decides;
      const b = right.run(env);
      if (b === decides) return decides;
      return a === null || b === null ? null : 1 - decides;
    },
  };
}

/** + - * / % & | ^ of two values: concatenation, date arithmetic, exact and floating numbers. */
export function arithmetic(op: string, left: Compiled, right: Compiled): Compiled {
  const type = common(left.type, right.type);
  if (op === "+" && isText(type)) {
    const length =
      left.type.length === undefined || right.type.length === undefined
        ? undefined
        : left.type.length + right.type.length;
    const text: SqlType = { name: type.name.startsWith("n") ? "nvarchar" : "varchar" };
    const [a, b] = [as(left, text), as(right, text)];
    return {
      type: length === undefined ? text : { ...text, length: Math.min(length, 8000) },
      run: (env) => both(a, b, env, (x, y) => plain(x) + plain(y)),
    };
  }
  if (op === "+" && type.name === "varbinary")
    return {
      type: { name: "varbinary" },
      run: (env) => both(left, right, env, (x, y) => Buffer.concat([x as Buffer, y as Buffer])),
    };
  if (isTime(type)) {
    if (type.name !== "datetime" && type.name !== "smalldatetime")
      throw refuse(206, typeTitle(left.type), typeTitle(right.type));
    const [a, b] = [as(left, { name: "datetime" }), as(right, { name: "datetime" })];
    const zero = Date.UTC(1900, 0, 1);
    return {
      type,
      run: (env) =>
        both(a, b, env, (x, y) => (op === "+" ? Number(x) + Number(y) - zero : Number(x) - Number(y) + zero)),
    };
  }
  const numeric: SqlType = isNumber(type)
    ? type.name === "bit" || type.name === "tinyint" || type.name === "smallint"
      ? int
      : type
    : { name: "numeric", precision: 38, scale: 0 };
  if (!isNumber(type))
    throw refuse(8117, typeTitle(type), op === "-" ? "subtract" : op === "/" ? "divide" : "add");
  return numbers(op, left, right, numeric);
}

function numbers(op: string, left: Compiled, right: Compiled, type: SqlType): Compiled {
  if (isWhole(type)) {
    const [a, b] = [as(left, int), as(right, int)];
    return { type: int, run: (env) => both(a, b, env, (x, y) => wholeMath(op, Number(x), Number(y))) };
  }
  if (type.name === "bigint") {
    const [a, b] = [as(left, bigint), as(right, bigint)];
    return {
      type: bigint,
      run: (env) => both(a, b, env, (x, y) => bigMath(op, x as bigint, y as bigint)),
    };
  }
  if (type.name === "float" || type.name === "real") {
    const [a, b] = [as(left, float), as(right, float)];
    return { type: float, run: (env) => both(a, b, env, (x, y) => floatMath(op, Number(x), Number(y))) };
  }
  const scaleOf = (t: SqlType): number =>
    t.name === "money" ? 4 : t.name === "numeric" ? (t.scale ?? 0) : 0;
  const exact = (e: Compiled): Compiled => as(e, { name: "numeric", precision: 38, scale: scaleOf(e.type) });
  const [a, b] = [exact(left), exact(right)];
  const scale =
    op === "*"
      ? scaleOf(left.type) + scaleOf(right.type)
      : op === "/"
        ? Math.max(6, scaleOf(left.type), scaleOf(right.type))
        : Math.max(scaleOf(left.type), scaleOf(right.type));
  return {
    type: { name: "numeric", precision: 38, scale },
    run: (env) =>
      both(a, b, env, (x, y) => {
        const result = isDecimal(x) && isDecimal(y) ? decimalMath(op, x, y) : undefined;
        if (!result) throw refuse(8134);
        return result;
      }),
  };
}

function both(a: Compiled, b: Compiled, env: Env, work: (x: V, y: V) => V): V {
  const x = a.run(env);
  if (x === null) return null;
  const y = b.run(env);
  return y === null ? null : work(x, y);
}

function wholeMath(op: string, x: number, y: number): number {
  const result = bitwise(op, x, y) ?? floatMath(op, x, y);
  const whole = Math.trunc(result);
  if (whole > 2147483647 || whole < -2147483648) throw refuse(8115, "expression", "int");
  return whole;
}
function bitwise(op: string, x: number, y: number): number | undefined {
  return op === "&" ? x & y : op === "|" ? x | y : op === "^" ? x ^ y : undefined;
}
function floatMath(op: string, x: number, y: number): number {
  if ((op === "/" || op === "%") && y === 0) throw refuse(8134);
  return op === "+" ? x + y : op === "-" ? x - y : op === "*" ? x * y : op === "/" ? x / y : x % y;
}
function bigMath(op: string, x: bigint, y: bigint): bigint {
  if ((op === "/" || op === "%") && y === 0n) throw refuse(8134);
  if (op === "&" || op === "|" || op === "^") return op === "&" ? x & y : op === "|" ? x | y : x ^ y;
  return op === "+" ? x + y : op === "-" ? x - y : op === "*" ? x * y : op === "/" ? x / y : x % y;
}

/** A LIKE pattern as a regular expression, without regard to case. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const here = pattern.charAt(i);
    if (escape !== undefined && here === escape && i + 1 < pattern.length)
      source += quote(pattern.charAt(++i));
    else if (here === "%") source += "[^]*";
    else if (here === "_") source += "[^]";
    else if (here === "[") {
      const close = pattern.indexOf("]", i + 1);
      if (close < 0) return /(?!)/;
      source += `[${pattern.slice(i + 1, close).replace(/[\\[]/g, "\\$&")}]`;
      i = close;
    } else source += quote(here);
  }
  return new RegExp(`^${source}\\s*$`, "i");
}
const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
