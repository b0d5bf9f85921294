import { connected, ring } from "./chains.ts";
import type { Declared } from "./estate.ts";
import { unknownWord } from "./nearest.ts";
import { OptionalStep } from "./optional.ts";
import type { Problem } from "./part.ts";
import type { SystemFacts } from "./system.ts";

/** The facts of what stands in `systems` of an estate. */
export const systemFacts = (systems: readonly Declared[]): SystemFacts[] =>
  systems.map((d) => ({
    id: d.id,
    after: [...new Set((d.after ?? []).map((other) => other.id))],
    optional: [...new Set(d.optional ?? [])],
    ...(d.targets ? { targets: d.targets } : {}),
  }));

/** What is wrong with `after` and `optional`. `nameOf` gives a part as its owner knows it: `k2 k2`. */
export function systemProblems(
  systems: readonly Declared[],
  declared: Iterable<Declared>,
  nameOf: (d: Declared) => string,
): readonly Problem[] {
  const all = [...declared];
  const known = systems.map((d) => d.id);
  const chains = connected(
    all.map((d) => d.id),
    (id) => all.find((d) => d.id === id)?.uses.map((u) => u.id) ?? [],
  );
  const chainOf = (id: string): readonly string[] => chains.find((c) => c.includes(id)) ?? [id];
  const problems = systems.flatMap((d) => [
    ...(d.after ?? []).flatMap((other) => misplaced(d, other)),
    ...(d.optional ?? []).flatMap((word) => unknownWord(`${nameOf(d)}.optional`, word, OptionalStep.options)),
  ]);
  return problems.length > 0 ? problems : ringProblem();

  function misplaced(d: Declared, other: Declared): readonly Problem[] {
    const at = `${nameOf(d)}.after`;
    // A program without types may give a text, or nothing.
    const id = (other as Partial<Declared> | undefined)?.id;
    if (id === undefined || !systems.includes(other))
      return [
        {
          at,
          says: `${id ?? JSON.stringify(other)} is no system of this estate`,
          write: `what was declared with k2(…) and stands in systems (${known.filter((k) => k !== d.id).join(", ") || "there is no other"})`,
        },
      ];
    if (id === d.id)
      return [{ at, says: `${id} would wait for itself`, write: "another system, or nothing" }];
    const shared = chainOf(d.id);
    if (!shared.includes(id)) return [];
    return [
      {
        at,
        says: `${d.id} and ${id} stand on the same parts (${shared.filter((p) => !known.includes(p)).join(", ")}) and so move as one, phase by phase`,
        write: `${id} without what they share, or nothing`,
      },
    ];
  }

  /** Systems that stand on the same parts wait together, so that a ring may lead through several of them. */
  function ringProblem(): readonly Problem[] {
    const afterOf = (chain: string): readonly string[] =>
      systems
        .filter((d) => chainOf(d.id)[0] === chain)
        .flatMap((d) => (d.after ?? []).flatMap((other) => chainOf(other.id)[0] ?? []));
    const found = ring(
      chains.flatMap((c) => c[0] ?? []),
      afterOf,
    );
    if (!found) return [];
    const names = found.map((first) =>
      chainOf(first)
        .filter((id) => known.includes(id))
        .join(" and "),
    );
    return [
      {
        at: "estate.systems",
        says: `${[...names, names[0] ?? ""].join(" waits for ")}: none of them would ever start`,
        write: "after on fewer of them",
      },
    ];
  }
}
