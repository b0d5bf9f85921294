import type { Decimal } from "./types.ts";

const ten = (power: number): bigint => 10n ** BigInt(power);

/** Exact number from text such as `-12.50`; undefined where it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (!parts || (!parts[2] && !parts[3])) return undefined;
  const fraction = parts[3] ?? "";
  const units = BigInt((parts[2] ?? "") + fraction);
  return { units: parts[1] === "-" ? -units : units, scale: fraction.length };
}

/** The same number at another scale, rounded half away from zero. */
export function rescale(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return { units: value.units * ten(scale - value.scale), scale };
  const by = ten(value.scale - scale);
  const half = value.units < 0n ? -by / 2n : by / 2n;
  return { units: (value.units + half) / by, scale };
}

export function decimalText(value: Decimal): string {
  const digits = (value.units < 0n ? -value.units : value.units).toString().padStart(value.scale + 1, "0");
  const text = value.scale === 0 ? digits : `${digits.slice(0, -value.scale)}.${digits.slice(-value.scale)}`;
  return value.units < 0n ? `-${text}` : text;
}

export const decimalOf = (value: bigint | number): Decimal =>
  typeof value === "bigint" || Number.isInteger(value)
    ? { units: BigInt(value), scale: 0 }
    : (parseDecimal(value.toFixed(10).replace(/0+$/, "")) ?? { units: 0n, scale: 0 });

export const decimalNumber = (value: Decimal): number => Number(value.units) / 10 ** value.scale;

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [rescale(a, scale).units, rescale(b, scale).units];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Arithmetic of numeric: exact for + - *, six decimals or more for /. A division by zero gives undefined. */
export function decimalMath(op: string, a: Decimal, b: Decimal): Decimal | undefined {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [rescale(a, scale).units, rescale(b, scale).units];
  switch (op) {
    case "+":
      return { units: x + y, scale };
    case "-":
      return { units: x - y, scale };
    case "*":
      return { units: a.units * b.units, scale: a.scale + b.scale };
    case "%":
      return y === 0n ? undefined : { units: x % y, scale };
    default: {
      const digits = Math.max(6, scale);
      return y === 0n ? undefined : { units: (x * ten(digits)) / y, scale: digits };
    }
  }
}
