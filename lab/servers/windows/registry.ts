import { markMap, rewindAll, type Rewind } from "../rewind.ts";

/** The value types that the model knows, as `reg` names them. */
export const valueTypes = [
  "REG_SZ",
  "REG_EXPAND_SZ",
  "REG_MULTI_SZ",
  "REG_DWORD",
  "REG_QWORD",
  "REG_BINARY",
] as const;
/** A value type of the registry. */
export type ValueType = (typeof valueTypes)[number];

/**
 * A value. `data` is text as `reg query` prints it: `0x1f` for DWORD and QWORD, hex digits for BINARY, the strings of
 * a MULTI_SZ joined by `\0`.
 */
export interface RegistryValue {
  readonly type: ValueType;
  readonly data: string;
}

/** A key: its own spelling, its values (the name "" is the default value) and its subkeys. */
export class RegistryKey {
  public readonly name: string;
  public readonly values = new Map<string, { readonly name: string; readonly value: RegistryValue }>();
  public readonly keys = new Map<string, RegistryKey>();

  constructor(name: string) {
    this.name = name;
  }

  /** With all below it. */
  mark(): Rewind {
    return rewindAll([
      markMap(this.values),
      markMap(this.keys),
      ...[...this.keys.values()].map((k) => k.mark()),
    ]);
  }
}

/** Which view of a 64-bit registry a program sees. */
export type View = 32 | 64;

const hives: Readonly<Record<string, string>> = {
  HKLM: "HKEY_LOCAL_MACHINE",
  HKCU: "HKEY_CURRENT_USER",
  HKU: "HKEY_USERS",
  HKCR: "HKEY_CLASSES_ROOT",
  HKCC: "HKEY_CURRENT_CONFIG",
};

/** The key's full name as it was asked for, or undefined where its hive is none. The view does not show in it. */
export function fullKeyName(path: string): string | undefined {
  const [first = "", ...rest] = path.replace(/\\+$/, "").split("\\");
  const upper = first.toUpperCase();
  const hive = hives[upper] ?? Object.values(hives).find((name) => name === upper);
  return hive === undefined ? undefined : [hive, ...rest].join("\\");
}

/** `HKLM\SOFTWARE\X` is `HKLM\SOFTWARE\WOW6432Node\X` in the 32-bit view. */
function segmentsIn(fullName: string, view: View): string[] {
  const segments = fullName.split("\\");
  const isSoftware =
    segments[0] === "HKEY_LOCAL_MACHINE" &&
    segments[1]?.toUpperCase() === "SOFTWARE" &&
    segments[2]?.toUpperCase() !== "WOW6432NODE";
  if (view === 32 && isSoftware) segments.splice(2, 0, "WOW6432Node");
  return segments;
}

/** The registry of one host. Paths begin with a hive, short or long; names are found in any case. */
export class Registry {
  readonly #root = new RegistryKey("");

  constructor() {
    for (const hive of Object.values(hives)) this.addKey(hive);
    this.addKey("HKLM\\SOFTWARE\\WOW6432Node");
    this.addKey("HKLM\\SYSTEM\\CurrentControlSet\\Services");
  }

  mark(): Rewind {
    return this.#root.mark();
  }

  /** The key, or undefined. */
  key(path: string, view: View = 64): RegistryKey | undefined {
    let key: RegistryKey | undefined = this.#root;
    for (const segment of this.#segments(path, view)) key = key?.keys.get(segment.toUpperCase());
    return key;
  }

  /** The key, made with its parents where it is not there. */
  addKey(path: string, view: View = 64): RegistryKey {
    let key = this.#root;
    for (const segment of this.#segments(path, view)) {
      const next = key.keys.get(segment.toUpperCase()) ?? new RegistryKey(segment);
      key.keys.set(segment.toUpperCase(), next);
      key = next;
    }
    return key;
  }

  /** Removes a key with all below it; false where it is not there. */
  removeKey(path: string, view: View = 64): boolean {
    const segments = this.#segments(path, view);
    const last = segments.pop();
    let parent: RegistryKey | undefined = this.#root;
    for (const segment of segments) parent = parent?.keys.get(segment.toUpperCase());
    return last !== undefined && parent !== undefined && parent.keys.delete(last.toUpperCase());
  }

  /** A value; the name "" is the key's default value. */
  value(path: string, name: string, view: View = 64): RegistryValue | undefined {
    return this.key(path, view)?.values.get(name.toUpperCase())?.value;
  }

  /** Sets a value, and makes its key where it is not there. */
  setValue(path: string, name: string, value: RegistryValue, view: View = 64): void {
    const key = this.addKey(path, view);
    const spelling = key.values.get(name.toUpperCase())?.name ?? name;
    key.values.set(name.toUpperCase(), { name: spelling, value });
  }

  /** Removes a value; false where it is not there. */
  removeValue(path: string, name: string, view: View = 64): boolean {
    return this.key(path, view)?.values.delete(name.toUpperCase()) ?? false;
  }

  #segments(path: string, view: View): string[] {
    const full = fullKeyName(path);
    if (full === undefined)
      throw new Error(`${path} is no registry key; expected it to begin with HKLM, HKCU, HKU, HKCR or HKCC.`);
    return segmentsIn(full, view);
  }
}
