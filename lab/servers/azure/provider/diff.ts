import { isObject, type Json, type JsonObject } from "../json.ts";

/** What stands for a value that is not known yet, in a preview (Pulumi's own sign for an unknown string). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A changed input. */
export interface Change {
  /** `tags.role`, `storageProfile.dataDisks[0].diskSizeGB`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

/** What has changed between two sets of inputs. azure-native, too, compares inputs with inputs, never with the cloud. */
export function changesOf(
  before: JsonObject,
  after: JsonObject,
  replaces: readonly string[],
): readonly Change[] {
  return walk("", before, after).map((change) => ({
    ...change,
    replaces: replaces.some((path) => change.path === path || /^[.[]/.test(remainder(change.path, path))),
  }));
}

/** What follows `start` in `path`; empty when it does not begin with it. */
function remainder(path: string, start: string): string {
  return path.startsWith(start) ? path.slice(start.length) : "";
}

function walk(path: string, before: Json | undefined, after: Json | undefined): Omit<Change, "replaces">[] {
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => walk(path === "" ? key : `${path}.${key}`, before[key], after[key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [a, b]: readonly (readonly Json[])[] = [before, after];
    const length = Math.max(a?.length ?? 0, b?.length ?? 0);
    return Array.from({ length }, (_, i) => walk(`${path}[${String(i)}]`, a?.[i], b?.[i])).flat();
  }
  return before === after ? [] : [{ path, kind: "update" }];
}
