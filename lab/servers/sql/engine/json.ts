import { convert, wireValue } from "./convert.ts";
import { parseDecimal } from "./decimals.ts";
import { refuse } from "./errors.ts";
import { isNumber, nvarcharMax, type SqlType, type V } from "./types.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a JSON path such as `$.a[0].b` finds; undefined where there is nothing or the text is no JSON. */
export function jsonAt(text: string, path: string): Json | undefined {
  let at: Json | undefined;
  try {
    at = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  for (const step of path.replace(/^(lax|strict)?\s*\$/, "").matchAll(/\.("([^"]*)"|[^.[\]]+)|\[(\d+)\]/g)) {
    if (typeof at !== "object" || at === null) return undefined;
    const key = step[3] ?? step[2] ?? step[1] ?? "";
    at = (at as Readonly<Record<string, Json>>)[key];
  }
  return at;
}

/** A JSON value as T-SQL text. */
export function jsonText(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** OPENJSON: one row an element (key, value, type). */
export function openJson(text: string, path: string): readonly (readonly [string, Json, number])[] {
  if (!/^\s*[[{]/.test(text)) throw refuse(13609, text.trim().charAt(0) || " ", 0);
  const at = jsonAt(text, path);
  if (typeof at !== "object" || at === null) {
    if (at === undefined && jsonAt(text, "$") === undefined) throw refuse(13609, text.trim().charAt(0), 0);
    return [];
  }
  return Object.entries(at).map(([key, value]) => [key, value, jsonType(value)]);
}
function jsonType(value: Json): number {
  if (value === null) return 0;
  if (Array.isArray(value)) return 4;
  return { string: 1, number: 2, boolean: 3, object: 5 }[
    typeof value as "string" | "number" | "boolean" | "object"
  ];
}

/** A JSON value as a value of a column. */
export function jsonValue(value: Json | undefined, type: SqlType): V {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return convert(value ? "true" : "false", nvarcharMax, type);
  if ((type.name === "varbinary" || type.name === "binary") && typeof value === "string")
    return Buffer.from(value, "base64");
  return convert(jsonText(value), nvarcharMax, type);
}

/** A value as FOR JSON writes it. */
export function asJson(value: V, type: SqlType): Json {
  if (value === null) return null;
  if (type.name === "bit") return value === 1;
  const plain = wireValue(value, type);
  if (Buffer.isBuffer(plain)) return plain.toString("base64");
  if (isNumber(type)) return Number(parseDecimal(String(plain)) ? String(plain) : plain);
  if (typeof plain === "string" && /^(date|datetime|datetime2|smalldatetime)$/.test(type.name))
    return type.name === "date" ? plain.slice(0, 10) : plain.replace(/\.000$/, "");
  return String(plain);
}
