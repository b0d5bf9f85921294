/** A decimal text as a whole number of units of 10^-scale; digits beyond the scale are rounded half away from zero. */
export function decimalToUnits(text: string, scale: number): bigint {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  const [, sign, whole = "", fraction = ""] = found ?? [];
  if (found === null || whole + fraction === "") throw new RangeError(`"${text}" is no decimal number.`);
  const kept = BigInt(`0${whole}${fraction.slice(0, scale).padEnd(scale, "0")}`);
  const units = fraction.charAt(scale) >= "5" ? kept + 1n : kept;
  return sign === "-" ? -units : units;
}

/** The decimal text of so many units of 10^-scale, with all digits of the scale. */
export function unitsToDecimal(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return units < 0n ? `-${text}` : text;
}
