import type { Mode } from "../model/part.ts";
import type { EntryOf } from "./entries.ts";
import type { Situation } from "./situation.ts";
import { termsIn, type MovingSystem, type Terms } from "./terms.ts";

/** The terms on which systems go on: those that they had of their own, and those that were changed since. */
export const changedTerms = (
  { modeChanges, arrived }: Pick<Situation, "modeChanges" | "arrived">,
  { systems = [] }: Pick<EntryOf<"activation started">, "systems">,
): ReadonlyMap<string, Terms> =>
  new Map([
    ...systems.flatMap((s): [string, Terms][] => (s.terms ? [[s.system, s.terms]] : [])),
    // What has arrived since counts before the change: that system is finished as it is.
    ...[...modeChanges].flatMap(([system, e]): [string, Terms][] =>
      arrived.has(system) ? [] : [[system, termsIn(e)]],
    ),
  ]);

/** The modes in them. */
export const modesOf = (terms: Iterable<[string, Terms]>): Readonly<Record<string, Mode>> =>
  Object.fromEntries([...terms].map(([system, { mode }]) => [system, mode]));

/** The systems of an activation that begins, each with terms of its own where it has some. */
export const movingSystems = (
  planned: readonly {
    readonly system: string;
    readonly parts: readonly string[];
    readonly after: readonly string[];
  }[],
  terms: ReadonlyMap<string, Terms>,
): MovingSystem[] =>
  planned.map(({ system, parts, after }) => {
    const own = terms.get(system);
    return { system, parts: [...parts], after: [...after], ...(own ? { terms: own } : {}) };
  });
