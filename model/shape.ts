import * as z from "zod";
import { didYouMean } from "./nearest.ts";
import type { Problem, Written } from "./part.ts";

/**
 * What zod finds wrong with what an owner wrote, as sentences about the owner's own keys. A value is never repeated,
 * since it may be a secret; words that are known, of which the owner may have misspelt one, are.
 */
export function shape(
  at: string,
  schema: z.ZodType,
  value: unknown,
  keys: NonNullable<Written["keys"]> = {},
): readonly Problem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const { issues } = result.error;
  const strangers = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: issue.path, key, known: keysAt(schema, issue.path, keys) }))
      : [],
  );
  const where = (path: readonly PropertyKey[]): string => [at, ...named(path, keys)].join(".");
  return [
    ...strangers.map(({ path, key, known }) => ({
      at: where([...path, key]),
      says: `it is not known.${didYouMean(key, known)}`,
      write: `one of ${known.join(", ")}`,
    })),
    ...issues
      .filter((issue) => issue.code !== "unrecognized_keys")
      // A key that was misspelt is missing under its right name: that is one mistake.
      .filter((issue) => !strangers.some((s) => meant(s).includes(named(issue.path, keys).join("."))))
      .map((issue) => ({ at: where(issue.path), ...saysOf(issue, valueAt(value, issue.path)) })),
  ];

  function meant({ path, key, known }: (typeof strangers)[number]): readonly string[] {
    return known
      .filter((other) => didYouMean(key, known).endsWith(` ${other}?`))
      .map((other) => named([...path, other], keys).join("."));
  }
}

function saysOf(issue: z.core.$ZodIssue, value: unknown): Pick<Problem, "says" | "write"> {
  const [says, write] = issue.message.split(". Write ");
  if (says !== undefined && write !== undefined) return { says, write };
  const known = wordsOf(issue);
  if (value !== undefined && known.length > 0)
    return {
      says: `it is not known.${typeof value === "string" ? didYouMean(value, known) : ""}`,
      write: known.join(" or "),
    };
  const empty = issue.code === "too_small" && issue.minimum === 1 && issue.origin !== "number";
  return {
    says: value === undefined ? "it is missing" : empty ? "it is empty" : issue.message,
    write: known.length > 0 ? known.join(" or ") : "it as docs/estate.md shows",
  };
}

/** The words of which one must stand there, where only some may. */
function wordsOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)
    ? issue.options.map(String)
    : [];
}

/** The keys of a path as the owner wrote them: of the part's names for keys, the one that fits farthest. */
function named(path: readonly PropertyKey[], keys: NonNullable<Written["keys"]>): readonly string[] {
  const own = path.map(String);
  for (let length = own.length; length > 0; length--) {
    const other = keys[own.slice(0, length).join(".")];
    if (other !== undefined) return [...other.split("."), ...own.slice(length)].filter((key) => key !== "");
  }
  return own;
}

/** The keys that may stand at a path, as the owner writes them. */
function keysAt(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  keys: NonNullable<Written["keys"]>,
): readonly string[] {
  let at: unknown = schema;
  for (const key of path) {
    const inner = unwrapped(at);
    if (inner instanceof z.ZodObject) at = (inner.shape as Record<PropertyKey, unknown>)[key];
    else if (inner instanceof z.ZodArray) at = inner.element;
    else return [];
  }
  const inner = unwrapped(at);
  if (!(inner instanceof z.ZodObject)) return [];
  const before = named(path, keys).length;
  const own = Object.keys(inner.shape as Record<string, unknown>).flatMap((key) => {
    const below = Object.keys(keys).filter((k) => k.startsWith([...path.map(String), key].join(".")));
    const others = below.map((k) => named(k.split("."), keys)[before] ?? "");
    return others.length > 0 ? others : [key];
  });
  return [...new Set(own)].filter((key) => key !== "");
}

const unwrapped = (schema: unknown): unknown =>
  schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === "object" ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
