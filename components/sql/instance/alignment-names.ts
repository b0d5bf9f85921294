import type { Named } from "./alignment.ts";

/** Names in small letters: case does not count, as in SQL Server's default collations. */
export const keyed = (all: readonly Named[]): ReadonlyMap<string, Named> =>
  new Map(all.map((n) => [n.name.toLowerCase(), n]));

/** Names that the active site has and the standby lacks. */
export function lacking(active: readonly Named[], standby: readonly Named[]): readonly string[] {
  const there = keyed(standby);
  return active.filter((n) => !there.has(n.name.toLowerCase())).map((n) => n.name);
}

const most = 8;
/** At most so many names; how many more there are is said. */
export const listed = (names: readonly string[]): string =>
  names.length <= most
    ? names.join("; ")
    : `${names.slice(0, most).join("; ")} and ${String(names.length - most)} more`;
export const one = (list: string): boolean => !list.includes(";");
