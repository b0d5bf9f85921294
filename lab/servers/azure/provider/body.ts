import { isDeepStrictEqual } from "node:util";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Kind } from "./kinds.ts";

/** The body of a PUT, from a resource's inputs: azure-native has ARM's `properties` flat among the rest. */
export function bodyOf(kind: Kind, inputs: JsonObject): JsonObject {
  const outside = new Set(["location", "tags", ...kind.topLevel]);
  const left = new Set(["resourceGroupName", kind.nameInput]);
  const body: Record<string, Json> = {};
  const properties: Record<string, Json> = {};
  for (const [key, value] of Object.entries(inputs)) {
    if (left.has(key)) continue;
    if (outside.has(key)) body[key] = value;
    else properties[key] = value;
  }
  if (kind.armType === undefined) return body;
  return { ...body, properties: eachNested(kind, properties, tuck) };
}

/** A resource's outputs, from ARM's answer. */
export function outputsOf(kind: Kind, answer: JsonObject): JsonObject {
  const { id: _id, properties, ...rest } = answer;
  const flat =
    kind.armType === undefined
      ? { properties: properties ?? {} }
      : eachNested(kind, isObject(properties) ? properties : {}, untuck);
  return { ...flat, ...rest, azureApiVersion: kind.apiVersion };
}

/**
 * A resource's inputs as they are in ARM now: where an output has changed since the last time, the input of that name
 * follows it. Only what the program has set is looked at, and what ARM does not give back (passwords) stays.
 */
export function inputsNow(inputs: JsonObject, before: JsonObject, outputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [key, follow(value, before[key], outputs[key])]),
  );
}

function follow(input: Json, before: Json | undefined, now: Json | undefined): Json {
  if (now === undefined || isDeepStrictEqual(before, now)) return input;
  if (isObject(input) && isObject(now)) return inputsNow(input, isObject(before) ? before : {}, now);
  if (!Array.isArray(input) || !Array.isArray(now) || input.length !== now.length) return now;
  const [ins, olds, news]: readonly (readonly Json[])[] = [input, Array.isArray(before) ? before : [], now];
  return (ins ?? []).map((one, i) => follow(one, olds?.[i], news?.[i]));
}

type Element = (element: JsonObject, outside: readonly string[]) => JsonObject;

const tuck: Element = (element, outside) => {
  const entries = Object.entries(element);
  const inside = entries.filter(([key]) => !outside.includes(key));
  return {
    ...Object.fromEntries(entries.filter(([key]) => outside.includes(key))),
    ...(inside.length > 0 ? { properties: Object.fromEntries(inside) } : {}),
  };
};

const untuck: Element = ({ properties, ...rest }) => ({
  ...(isObject(properties) ? properties : {}),
  ...rest,
});

function eachNested(kind: Kind, properties: JsonObject, change: Element): JsonObject {
  return Object.entries(kind.nested).reduce<JsonObject>(
    (all, [path, outside]) => atPath(all, path.split("."), (element) => change(element, outside)),
    properties,
  );
}

function atPath(
  from: JsonObject,
  path: readonly string[],
  change: (element: JsonObject) => JsonObject,
): JsonObject {
  const [key = "", ...rest] = path;
  const value = from[key];
  if (rest.length > 0) return isObject(value) ? { ...from, [key]: atPath(value, rest, change) } : from;
  if (!Array.isArray(value)) return from;
  const elements: readonly Json[] = value;
  return { ...from, [key]: elements.map((element) => (isObject(element) ? change(element) : element)) };
}
