import type { Declared, Estate, Server } from "./estate.ts";
import { GuardFacts, guardFactsOf, guardProblems, guardServers } from "./guard.ts";
import { Host } from "./host.ts";
import { didYouMean, misspeltKeys } from "./nearest.ts";
import { observerFacts, observerProblems } from "./observer.ts";
import { isDataPart, type Parts, type Problem } from "./part.ts";
import { journalProblems } from "./journal-ref.ts";
import { lookupOf, Recovery, type RecoveryPart } from "./recovery.ts";
import { shape } from "./shape.ts";
import { siteIds, type SiteId } from "./site.ts";
import { systemFacts, systemProblems } from "./systems.ts";
import { Targets } from "./targets.ts";
import * as z from "zod";

/** An estate that cannot be used: one sentence for each thing to mend, each naming the key and what to write. */
export class EstateError extends Error {
  public readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(sentence).join("\n"));
    this.name = "EstateError";
    this.problems = problems;
  }
}

const EstateShape = z.object({
  name: z.string().trim().min(1, { error: "it is empty. Write a short name" }),
  coolDownMin: z
    .int({ error: "it is no whole number of minutes. Write one, such as 60, or 0 for none" })
    .min(0, { error: "it is negative. Write 0 for none" })
    .max(7 * 24 * 60, { error: "it is longer than a week. Write at most 10080" })
    .optional(),
  runner: Recovery.shape.runner,
  contacts: Recovery.shape.contacts,
  systems: z
    .array(z.unknown())
    .min(1, { error: "no system is declared. Write at least one, such as k2(…)" })
    .readonly(),
});

/**
 * The facts of an estate. Throws an `EstateError` that names everything that has to be mended. What only follows from
 * another mistake is not named: a part that cannot be read is not asked what else is wrong with it, and none is where a
 * site has no servers.
 */
export function describe(estate: Estate, parts: Parts): Recovery {
  const systems = Array.isArray(estate.systems) ? (estate.systems as readonly Declared[]) : [];
  const declared = collect(systems);
  const servers = [...new Set([...serversOf(declared), ...guardServers(estate.guard || undefined)])];
  const guard = estate.guard ? guardFactsOf(estate.guard) : undefined;
  const sites = declared.size === 0 ? [] : siteProblems(servers);
  const problems: Problem[] = [
    ...either(misspeltKeys("estate", estate, estateKeys), () => [
      ...shape("estate", EstateShape, estate),
      ...journalProblems(estate.journal),
    ]),
    ...twice(declared, servers),
    ...sites,
    ...once(servers.flatMap((s) => s.problems ?? [])),
    // What is wrong with its site is said once, not once a server.
    ...servers
      .filter((s) => !s.problems?.length)
      .flatMap((s) => shape(`server ${s.id}`, Host, { ...s.host, site: siteIds[0] })),
    ...timeZones(servers),
    ...(estate.guard ? guardProblems(estate.guard) : []),
    ...(guard ? shape("estate.guard", GuardFacts, guard) : []),
    ...observerProblems(
      estate.observers,
      servers.map((s) => s.id),
    ),
  ];
  const readable: RecoveryPart[] = [];
  const unreadable: RecoveryPart[] = [];
  for (const d of declared) {
    const part = parts[d.kind];
    const at = nameOf(d, parts);
    const { targets } = d;
    const wrong = [
      ...either(d.problems ?? [], () =>
        part
          ? shape(at, part.facts, d.facts, part.written?.keys)
          : [
              {
                at: d.id,
                says: `unknown kind "${d.kind}"`,
                write: `one of ${Object.keys(parts).join(", ")}`,
              },
            ],
      ),
      ...(targets
        ? either(misspeltKeys(`${at}.targets`, targets, targetKeys), () =>
            shape(`${at}.targets`, z.object(Targets.shape), targets),
          )
        : []),
    ];
    problems.push(...wrong);
    const described = { id: d.id, kind: d.kind, version: part?.version ?? 1 };
    if (part && wrong.length === 0) readable.push({ ...described, facts: part.facts.parse(d.facts) });
    else unreadable.push({ ...described, facts: d.facts });
  }
  const hosts = [...new Map(servers.map((s) => [s.id, s.host])).values()];
  if (sites.length === 0) {
    const lookup = lookupOf({ hosts, parts: [...readable, ...unreadable], guard });
    for (const p of readable) problems.push(...(parts[p.kind]?.problems(p.id, p.facts, lookup) ?? []));
    problems.push(...missedTargets(declared, readable, parts));
    problems.push(...systemProblems(systems, declared, (d) => nameOf(d, parts)));
  }
  if (problems.length > 0) throw new EstateError(problems);
  return {
    format: 1,
    estate: estate.name,
    sites: { primary: siteFacts(servers, "primary"), dr: siteFacts(servers, "dr") },
    hosts: hosts.map((h) => Host.parse(h)),
    targets: strictest(declared),
    ...(estate.runner === undefined ? {} : { runner: estate.runner }),
    ...(estate.contacts === undefined ? {} : { contacts: [...estate.contacts] }),
    systems: systemFacts(systems),
    ...(estate.coolDownMin === undefined ? {} : { coolDownMin: estate.coolDownMin }),
    ...(guard ? { guard } : {}),
    ...(estate.observers && estate.observers.length > 0
      ? { observers: observerFacts(estate.observers) }
      : {}),
    parts: readable,
  };
}

const estateKeys: Readonly<Record<keyof Estate, true>> = {
  name: true,
  journal: true,
  coolDownMin: true,
  runner: true,
  contacts: true,
  systems: true,
  guard: true,
  observers: true,
};
const targetKeys: Readonly<Record<keyof Targets, true>> = { rtoMin: true, rpoMin: true };

/** What is wrong with how something is written; only where that is nothing, what is wrong with what is there. */
const either = (written: readonly Problem[], there: () => readonly Problem[]): readonly Problem[] =>
  written.length > 0 ? written : there();

/** Each mistake once: servers of a site share those of the site. */
const once = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((p) => [sentence(p), p])).values(),
];

/** A part as its owner knows it: `logShipping k2-data`. */
const nameOf = ({ id, kind }: Declared, parts: Parts): string => {
  const written = parts[kind]?.written;
  return written ? `${written.as} ${id}` : id;
};

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

/** A site that is none, or one without servers: then little else can be told. */
function siteProblems(servers: readonly Server[]): readonly Problem[] {
  const unknown = [...new Set(servers.map((s): string => s.site))].filter(
    (id) => !(siteIds as readonly string[]).includes(id),
  );
  if (unknown.length > 0)
    return unknown.map((id) => ({
      at: `site ${JSON.stringify(id)}`,
      says: `an estate has no such site.${didYouMean(id, siteIds)}`,
      write: siteIds.map((s) => `"${s}"`).join(" or "),
    }));
  return siteIds
    .filter((id) => !servers.some((s) => s.site === id))
    .map((id) => ({
      at: "estate.systems",
      says: id === "dr" ? "no standby server is declared" : "no server of the production site is declared",
      write: `${id}.server("NAME", { address: "…" }) and give it to a system`,
    }));
}

/** Systems that may lose less than their data can promise. */
function missedTargets(
  declared: Iterable<Declared>,
  described: readonly RecoveryPart[],
  parts: Parts,
): readonly Problem[] {
  const known = [...declared].filter((d) => described.some((p) => p.id === d.id));
  return known.flatMap((d) =>
    d.uses.flatMap((used): readonly Problem[] => {
      const part = parts[used.kind];
      const facts = described.find((p) => p.id === used.id)?.facts;
      const worst = part && isDataPart(part) && facts !== undefined ? part.worstLossMin?.(facts) : undefined;
      return d.targets === undefined || worst === undefined || worst <= d.targets.rpoMin
        ? []
        : [
            {
              at: `${nameOf(d, parts)}.targets.rpoMin`,
              says: `${String(d.targets.rpoMin)} minutes may be lost, but ${used.id} can lose ${String(worst)} as it is set up (its intervals, and how far before a disaster its point lies)`,
              write: `shorter intervals or a later point in ${used.id}, or rpoMin: ${String(worst)}`,
            },
          ];
    }),
  );
}

/** Time zones that are none: a site's once, a server's where it has one of its own. */
function timeZones(servers: readonly Server[]): readonly Problem[] {
  const zones = new Map(
    servers.flatMap((s): [string, string][] => [
      [`site ${s.site}.timeZone`, s.siteTimeZone],
      ...(s.host.timeZone === s.siteTimeZone
        ? []
        : [[`server ${s.id}.timeZone`, s.host.timeZone] satisfies [string, string]]),
    ]),
  );
  return [...zones]
    .filter(([, zone]) => !isTimeZone(zone))
    .map(([at, zone]) => ({
      at,
      says: `"${zone}" is not a time zone.${didYouMean(zone, ["UTC", ...Intl.supportedValuesOf("timeZone")])}`,
      write: "an IANA name such as Europe/London",
    }));
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
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

/** What is said may end with a hint, which ends with a question mark, or with none and so a full stop. */
const sentence = ({ at, says, write }: Problem): string =>
  `${at}: ${says}${/[.?]$/.test(says) ? "" : "."} Write ${write}.`;
