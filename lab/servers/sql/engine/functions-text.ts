import { createHash, randomUUID } from "node:crypto";
import { isDecimal, textOf, variantType } from "./convert.ts";
import { decimalNumber, rescale } from "./decimals.ts";
import type { FunctionTable, ScalarFunction } from "./functions.ts";
import { jsonAt, jsonText } from "./json.ts";
import { likePattern } from "./operators.ts";
import type { Compiled } from "./scope.ts";
import { float, guid, int, isText, nvarchar, nvarcharMax, type SqlType, type V, plain } from "./types.ts";

const sameText = (args: readonly Compiled[]): SqlType =>
  args[0] && isText(args[0].type) ? args[0].type : nvarchar(4000);
const sameType = (args: readonly Compiled[]): SqlType => args[0]?.type ?? int;
const text = (
  args: ScalarFunction["args"],
  run: (...values: string[]) => string,
  type: ScalarFunction["type"] = nvarcharMax,
): ScalarFunction => ({
  args,
  type,
  run: (values) => run(...values.map(String)),
});

function quoteName(name: string, mark: string): string {
  if (mark === "'") return `'${name.replaceAll("'", "''")}'`;
  if (mark === '"') return `"${name.replaceAll('"', '""')}"`;
  return `[${name.replaceAll("]", "]]")}]`;
}

function number(value: V, work: (n: number) => number): V {
  if (isDecimal(value)) {
    const result = work(decimalNumber(value));
    return rescale(
      { units: BigInt(Math.round(result * 10 ** value.scale)), scale: value.scale },
      value.scale,
    );
  }
  return typeof value === "bigint" ? BigInt(work(Number(value))) : work(Number(value));
}

/** PATINDEX: where the pattern first matches, from 1. */
function patternIndex(pattern: string, subject: string): number {
  const isOpen = pattern.startsWith("%");
  for (let i = 0; i <= (isOpen ? subject.length : 0); i++)
    if (likePattern(isOpen ? pattern.slice(1) : pattern, undefined).test(subject.slice(i)))
      return pattern === "%" ? 0 : i + 1;
  return 0;
}

export const textFunctions: FunctionTable = {
  LEN: { args: ["text"], type: int, run: ([s]) => plain(s).trimEnd().length },
  DATALENGTH: {
    args: ["any"],
    type: int,
    run: ([v], _, [arg]) =>
      Buffer.isBuffer(v)
        ? v.length
        : typeof v === "string"
          ? v.length * (arg?.type.name.startsWith("n") ? 2 : 1)
          : typeof v === "bigint"
            ? 8
            : 4,
  },
  LEFT: { args: ["text", "int"], type: sameText, run: ([s, n]) => plain(s).slice(0, Number(n)) },
  RIGHT: {
    args: ["text", "int"],
    type: sameText,
    run: ([s, n]) => (Number(n) <= 0 ? "" : plain(s).slice(-Number(n))),
  },
  SUBSTRING: {
    args: ["any", "int", "int"],
    type: (args) => (args[0]?.type.name === "varbinary" ? args[0].type : sameText(args)),
    run: ([s, from, n]) => {
      const start = Number(from) - 1;
      const [a, b] = [Math.max(0, start), Math.max(0, start + Number(n))];
      return Buffer.isBuffer(s) ? s.subarray(a, b) : textOf(s ?? null, nvarcharMax).slice(a, b);
    },
  },
  UPPER: text(["text"], (s) => s.toUpperCase(), sameText),
  LOWER: text(["text"], (s) => s.toLowerCase(), sameText),
  LTRIM: text(["text"], (s) => s.replace(/^ +/, ""), sameText),
  RTRIM: text(["text"], (s) => s.replace(/ +$/, ""), sameText),
  TRIM: text(["text"], (s) => s.replace(/^ +| +$/g, ""), sameText),
  REPLACE: text(["text", "text", "text"], (s, from, to) =>
    from === "" ? s : s.replace(new RegExp(from.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "gi"), () => to),
  ),
  REPLICATE: {
    args: ["text", "int"],
    type: nvarcharMax,
    run: ([s, n]) => (Number(n) < 0 ? null : plain(s).repeat(Number(n))),
  },
  REVERSE: text(["text"], (s) => Array.from(s).reverse().join("")),
  SPACE: { args: ["int"], type: nvarchar(4000), run: ([n]) => " ".repeat(Math.max(0, Number(n))) },
  STUFF: {
    args: ["text", "int", "int", "text"],
    type: nvarcharMax,
    nulls: true,
    run: ([s, from, n, insert]) => {
      if (s === null || from === null || n === null) return null;
      const at = Number(from) - 1;
      if (at < 0 || at >= plain(s).length) return null;
      return plain(s).slice(0, at) + plain(insert ?? "") + plain(s).slice(at + Number(n));
    },
  },
  CHARINDEX: {
    args: ["text", "text", "int"],
    min: 2,
    type: int,
    run: ([find, s, from]) =>
      plain(s)
        .toLowerCase()
        .indexOf(plain(find).toLowerCase(), Math.max(0, Number(from ?? 1) - 1)) + 1,
  },
  PATINDEX: {
    args: ["text", "text"],
    type: int,
    run: ([pattern, s]) => patternIndex(plain(pattern), plain(s)),
  },
  CONCAT: {
    args: ["any"],
    isOpen: true,
    min: 2,
    type: nvarcharMax,
    nulls: true,
    run: (values, _, args) => values.map((v, i) => textOf(v, args[i]?.type ?? variantType(v))).join(""),
  },
  CONCAT_WS: {
    args: ["any"],
    isOpen: true,
    min: 3,
    type: nvarcharMax,
    nulls: true,
    run: ([between, ...values], _, args) =>
      values
        .flatMap((v, i) => (v === null ? [] : [textOf(v, args[i + 1]?.type ?? variantType(v))]))
        .join(plain(between ?? "")),
  },
  QUOTENAME: {
    args: ["text", "text"],
    min: 1,
    type: nvarchar(258),
    run: ([name, mark]) => (plain(name).length > 128 ? null : quoteName(plain(name), plain(mark ?? "["))),
  },
  PARSENAME: {
    args: ["text", "int"],
    type: nvarchar(128),
    run: ([name, part]) =>
      plain(name)
        .split(".")
        .map((p) => p.replace(/^\[|\]$/g, ""))
        .at(-Number(part)) ?? null,
  },
  CHAR: { args: ["int"], type: { name: "varchar", length: 1 }, run: ([n]) => String.fromCharCode(Number(n)) },
  NCHAR: { args: ["int"], type: nvarchar(1), run: ([n]) => String.fromCharCode(Number(n)) },
  ASCII: { args: ["text"], type: int, run: ([s]) => (plain(s) === "" ? null : plain(s).charCodeAt(0)) },
  UNICODE: { args: ["text"], type: int, run: ([s]) => (plain(s) === "" ? null : plain(s).charCodeAt(0)) },
  STR: {
    args: ["float", "int", "int"],
    min: 1,
    type: nvarchar(30),
    run: ([n, width, digits]) =>
      Number(n)
        .toFixed(Number(digits ?? 0))
        .padStart(Number(width ?? 10)),
  },
  FORMATMESSAGE: {
    args: ["any"],
    isOpen: true,
    type: nvarcharMax,
    nulls: true,
    run: ([format, ...values]) => {
      let at = 0;
      return plain(format ?? "").replace(
        /%(-?\d*)(I64)?[dsiux]/g,
        () => textOf(values[at++] ?? null, nvarcharMax) || "(null)",
      );
    },
  },
  ISNUMERIC: {
    args: ["any"],
    type: int,
    nulls: true,
    run: ([v]) => (v !== null && v !== "" && !Number.isNaN(Number(typeof v === "object" ? 0 : v)) ? 1 : 0),
  },
  ISJSON: {
    args: ["text"],
    type: int,
    run: ([s]) => (/^\s*[[{]/.test(plain(s)) && jsonAt(plain(s), "$") !== undefined ? 1 : 0),
  },
  JSON_VALUE: {
    args: ["text", "text"],
    type: nvarchar(4000),
    run: ([json, path]) => {
      const found = jsonAt(plain(json), plain(path));
      return typeof found === "object" ? null : jsonText(found);
    },
  },
  JSON_QUERY: {
    args: ["text", "text"],
    min: 1,
    type: nvarcharMax,
    run: ([json, path]) => {
      const found = jsonAt(plain(json), plain(path ?? "$"));
      return typeof found === "object" && found !== null ? JSON.stringify(found) : null;
    },
  },
  HASHBYTES: {
    args: ["text", "any"],
    type: { name: "varbinary", length: 8000 },
    run: ([algorithm, value], _, args) => {
      const name = { MD5: "md5", SHA: "sha1", SHA1: "sha1", SHA2_256: "sha256", SHA2_512: "sha512" }[
        plain(algorithm).toUpperCase()
      ];
      const bytes = Buffer.isBuffer(value)
        ? value
        : Buffer.from(plain(value), args[1]?.type.name.startsWith("n") ? "utf16le" : "latin1");
      return name === undefined ? null : createHash(name).update(bytes).digest();
    },
  },
  "XML VALUE": {
    args: ["text"],
    type: nvarcharMax,
    run: ([s]) => plain(s).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
  },
  NEWID: { args: [], type: guid, run: () => randomUUID().toUpperCase() },
  NEWSEQUENTIALID: { args: [], type: guid, run: () => randomUUID().toUpperCase() },
  RAND: { args: ["int"], min: 0, type: float, run: () => Math.random() },
  ABS: { args: ["any"], type: sameType, run: ([v]) => number(v ?? null, Math.abs) },
  CEILING: { args: ["any"], type: sameType, run: ([v]) => number(v ?? null, Math.ceil) },
  FLOOR: { args: ["any"], type: sameType, run: ([v]) => number(v ?? null, Math.floor) },
  ROUND: {
    args: ["any", "int", "int"],
    min: 2,
    type: sameType,
    run: ([v, digits]) =>
      number(v ?? null, (n) => Math.round(n * 10 ** Number(digits)) / 10 ** Number(digits)),
  },
  POWER: {
    args: ["any", "float"],
    type: sameType,
    run: ([v, by]) => number(v ?? null, (n) => n ** Number(by)),
  },
  SQRT: { args: ["float"], type: float, run: ([v]) => Math.sqrt(Number(v)) },
  SIGN: { args: ["any"], type: sameType, run: ([v]) => number(v ?? null, Math.sign) },
};
