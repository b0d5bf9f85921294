import type { Declared, Estate, Server } from "./estate.ts";
import { Host } from "./host.ts";
import { isDataPart, type Parts, type Problem } from "./part.ts";
import { JournalRef, lookupOf, type Recovery, type RecoveryPart } from "./recovery.ts";
import { siteIds, type SiteId } from "./site.ts";
import type * as z from "zod";

/** An estate that cannot be used: one sentence for each thing to mend, each naming the key and what to write. */
export class EstateError extends Error {
  public readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(sentence).join("\n"));
    this.name = "EstateError";
    this.problems = problems;
  }
}

/** The facts of an estate. Throws an `EstateError` that names everything that has to be mended. */
export function describe(estate: Estate, parts: Parts): Recovery {
  const declared = collect(estate.systems);
  const servers = serversOf(declared);
  const problems: Problem[] = [
    ...(estate.name.trim() === "" ? [{ at: "estate.name", says: "it is empty", write: "a short name" }] : []),
    ...shape("estate.journal", JournalRef, estate.journal),
    ...(estate.systems.length === 0
      ? [{ at: "estate.systems", says: "no system is declared", write: "at least one, such as k2(…)" }]
      : []),
    ...twice(declared, servers),
    ...missingSites(servers),
    ...servers.flatMap((s) => [...shape(`server ${s.id}`, Host, s.host), ...timeZones(s)]),
  ];
  const described: RecoveryPart[] = [];
  for (const { id, kind, facts } of declared.values()) {
    const part = parts[kind];
    if (!part) {
      problems.push({
        at: id,
        says: `unknown kind "${kind}"`,
        write: `one of ${Object.keys(parts).join(", ")}`,
      });
      continue;
    }
    const wrong = shape(id, part.facts, facts);
    problems.push(...wrong);
    if (wrong.length === 0)
      described.push({ id, kind, version: part.version, facts: part.facts.parse(facts) });
  }
  const hosts = [...new Map(servers.map((s) => [s.id, s.host])).values()];
  const lookup = lookupOf({ hosts, parts: described });
  for (const p of described) problems.push(...(parts[p.kind]?.problems(p.id, p.facts, lookup) ?? []));
  problems.push(...missedTargets(declared, described, parts));
  if (problems.length > 0) throw new EstateError(problems);
  return {
    format: 1,
    estate: estate.name,
    sites: { primary: siteFacts(servers, "primary"), dr: siteFacts(servers, "dr") },
    hosts: hosts.map((h) => Host.parse(h)),
    targets: strictest(declared),
    parts: described,
  };
}

/** All that is declared, each after what it uses. */
function collect(systems: readonly Declared[]): ReadonlySet<Declared> {
  const found = new Set<Declared>();
  const walk = (d: Declared): void => {
    if (found.has(d)) return;
    d.uses.forEach(walk);
    found.add(d);
  };
  systems.forEach(walk);
  return found;
}

const serversOf = (declared: Iterable<Declared>): readonly Server[] => [
  ...new Set([...declared].flatMap((d) => d.servers)),
];

function twice(declared: Iterable<Declared>, servers: readonly Server[]): readonly Problem[] {
  const repeated = (ids: readonly string[]): readonly string[] => [
    ...new Set(ids.filter((id, i) => ids.indexOf(id) !== i)),
  ];
  return [
    ...repeated([...declared].map((d) => d.id)).map((id) => ({
      at: id,
      says: "two parts have this id",
      write: "another id for one of them: it names its steps in the journal",
    })),
    ...repeated(servers.map((s) => s.id)).map((id) => ({
      at: `server ${id}`,
      says: "it is declared twice",
      write: "it once, and use that handle everywhere",
    })),
  ];
}

const missingSites = (servers: readonly Server[]): readonly Problem[] =>
  siteIds
    .filter((id) => !servers.some((s) => s.site === id))
    .map((id) => ({
      at: "estate.systems",
      says: id === "dr" ? "no standby server is declared" : "no server of the production site is declared",
      write: `${id}.server("NAME", { address: "…" }) and give it to a system`,
    }));

/** Systems that may lose less than their data can promise. */
function missedTargets(
  declared: Iterable<Declared>,
  described: readonly RecoveryPart[],
  parts: Parts,
): readonly Problem[] {
  return [...declared].flatMap(({ id, targets, uses }) =>
    uses.flatMap((used): readonly Problem[] => {
      const part = parts[used.kind];
      const facts = described.find((p) => p.id === used.id)?.facts;
      const worst = part && isDataPart(part) && facts !== undefined ? part.worstLossMin?.(facts) : undefined;
      return targets === undefined || worst === undefined || worst <= targets.rpoMin
        ? []
        : [
            {
              at: `${id}.targets.rpoMin`,
              says: `${String(targets.rpoMin)} minutes may be lost, but ${used.id} can lose ${String(worst)} as it is set up (its intervals, and how far before a disaster its point lies)`,
              write: `shorter intervals or a later point in ${used.id}, or rpoMin: ${String(worst)}`,
            },
          ];
    }),
  );
}

function timeZones({ id, host }: Server): readonly Problem[] {
  try {
    new Intl.DateTimeFormat("en", { timeZone: host.timeZone });
    return [];
  } catch {
    return [
      {
        at: `server ${id}.timeZone`,
        says: `"${host.timeZone}" is not a time zone`,
        write: "an IANA name such as Europe/London",
      },
    ];
  }
}

/** What zod finds, as sentences; values are never repeated, since one of them may be a secret. */
function shape(at: string, schema: z.ZodType, value: unknown): readonly Problem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const key = [at, ...issue.path.map(String)].join(".");
    const [says, write] = issue.message.split(". Write ");
    return { at: key, says: says ?? issue.message, write: write ?? "it as docs/estate.md shows" };
  });
}

function siteFacts(servers: readonly Server[], id: SiteId): Recovery["sites"]["dr"] {
  const found = servers.find((s) => s.site === id);
  return { place: found?.place ?? id, timeZone: found?.siteTimeZone ?? "UTC" };
}

/** With several systems the strictest target counts for the whole; without any, a day. */
function strictest(declared: Iterable<Declared>): Recovery["targets"] {
  const all = [...declared].flatMap((d) => d.targets ?? []);
  return {
    rtoMin: Math.min(24 * 60, ...all.map((t) => t.rtoMin)),
    rpoMin: Math.min(24 * 60, ...all.map((t) => t.rpoMin)),
  };
}

const sentence = ({ at, says, write }: Problem): string =>
  `${at}: ${says}${says.endsWith("?") ? "" : "."} Write ${write}.`;
