import { createHash } from "node:crypto";
import * as z from "zod";
import { GuardFacts } from "./guard.ts";
import { Host } from "./host.ts";
import { Observer } from "./observer.ts";
import { bySite, type SiteId } from "./site.ts";
import type { Lookup } from "./part.ts";
import { SystemFacts } from "./system.ts";
import { Targets } from "./targets.ts";

/**
 * The facts of an estate: flat, plain, versioned data without secrets. Everything but `describe` takes it: sites,
 * plans, readiness, runbook. The journal keeps it, so that a cutover needs the journal and nothing else.
 */
export const Recovery = z.strictObject({
  /** Version of this shape. */
  format: z.literal(1),
  /** Name of the estate. */
  estate: z.string().min(1),
  /** By site: where it is, and the IANA time zone of its servers. */
  sites: bySite(z.strictObject({ place: z.string().min(1), timeZone: z.string().min(1) })),
  /** All servers of both sites. */
  hosts: z.array(Host),
  /** Strictest targets over all systems; a day where no system has any. */
  targets: Targets,
  /** Where the runner is and how one logs on to it, in a sentence for the colleague on call. */
  runner: z.string().min(1).max(300).optional(),
  /** Whom to call in a move. */
  contacts: z
    .array(
      z.strictObject({
        for: z.string().min(1).max(100),
        name: z.string().min(1).max(100),
        telephone: z.string().min(1).max(50),
      }),
    )
    .optional(),
  /** What is declared as a system, in the order in which it is. Absent in facts of versions that knew none. */
  systems: z.array(SystemFacts).optional(),
  /** Minutes after a completed move in which no other is declared without a word of its own. Absent: the default. */
  coolDownMin: z.int().nonnegative().optional(),
  /** Absent where nothing keeps servers from starting what belongs to the other site. */
  guard: GuardFacts.optional(),
  /** Servers in third places that are asked about a site that the runner does not reach. Absent where there are none. */
  observers: z.array(Observer).optional(),
  /** Each after those it uses. `facts` are parsed by the part of that kind and version. */
  parts: z.array(
    z.strictObject({
      id: z.string().min(1),
      kind: z.string().min(1),
      version: z.int().positive(),
      facts: z.unknown(),
    }),
  ),
});
export type Recovery = z.infer<typeof Recovery>;
/** One part of an estate as the journal keeps it. */
export type RecoveryPart = Recovery["parts"][number];

/** How parts find hosts and other parts by id. */
export function lookupOf(
  recovery: Pick<Recovery, "hosts" | "parts"> & { readonly guard?: Recovery["guard"] },
): Lookup {
  const hosts = new Map(recovery.hosts.map((h) => [h.id, h]));
  const parts = new Map(recovery.parts.map((p) => [p.id, p]));
  return {
    host: (id) => hosts.get(id),
    hosts: () => recovery.hosts,
    part: (id) => parts.get(id),
    parts: () => recovery.parts,
    isGuarded: recovery.guard !== undefined,
  };
}

/** The time zones of the clocks of a site's servers, each once. */
export const clocksOf = (recovery: Pick<Recovery, "hosts">, site: SiteId): readonly string[] => [
  ...new Set(recovery.hosts.filter((h) => h.site === site).map((h) => h.timeZone)),
];

/** JSON with sorted keys, so that the same facts have the same hash wherever they were written. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** A short name for a value: the first 16 hexadecimal digits of the SHA-256 of its canonical JSON. */
export const hashOf = (value: unknown): string =>
  createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16);
