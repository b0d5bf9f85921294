/** A JSON value as it goes over HTTP. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The object at a path of keys, empty where there is none. */
export function objectAt(from: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = valueAt(from, ...path);
  return isObject(found) ? found : {};
}

/** The objects of the list at a path of keys. */
export function objectsAt(from: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const found = valueAt(from, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The text at a path of keys. */
export function textAt(from: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(from, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The value at a path of keys. */
export function valueAt(from: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), from);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
