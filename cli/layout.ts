import Table from "cli-table3";
import { plain } from "../model/plain.ts";

export { plain } from "../model/plain.ts";

/** A table without rules, as wide as its texts: two spaces between columns, nothing to strip for whoever copies a line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "" };
  const made = new Table({
    head: [...head],
    chars: {
      ...none,
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  made.push(...rows.map((row) => row.map(plain)));
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Names and values below one another, the values in one column. Rows without a value are left out. */
export function pairs(rows: readonly (readonly [string, string | undefined])[]): string {
  const shown = rows.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

/** `1 step`, `2 steps`. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${String(n)} ${n === 1 ? one : many}`;

/** How long ago, roughly, in the largest unit that fits: `3 days`, `5 hours`, `12 minutes`. */
export function roughly(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return count(s, "second");
  if (s < 3600) return count(Math.floor(s / 60), "minute");
  if (s < 48 * 3600) return count(Math.floor(s / 3600), "hour");
  return count(Math.floor(s / 86_400), "day");
}
