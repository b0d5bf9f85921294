import type { GuardedService } from "../model/guard.ts";
import type { Host } from "../model/host.ts";
import type { Parts } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";

/** A server on which a guard stands, and what it starts there, in this order. */
export interface GuardedHost {
  readonly host: Host;
  readonly services: readonly Omit<GuardedService, "host">[];
  /** Ids of the parts that these belong to. */
  readonly parts: readonly string[];
  /** The shares it asks: those outside of its own site. */
  readonly witnesses: readonly string[];
  /** How long it may start what it runs after the last word that reached it. Hours. */
  readonly leaseHours: number;
}

/** What the guard of a server is put there with, and looked at by. */
export interface GuardInstall {
  readonly host: string;
  readonly estate: string;
  readonly services: Omit<GuardedService, "host">[];
  readonly witnesses: string[];
  readonly leaseHours: number;
}

export const guardInstall = (
  { host, services, witnesses, leaseHours }: GuardedHost,
  { estate }: Pick<Recovery, "estate">,
): GuardInstall => ({
  host: host.id,
  estate,
  services: [...services],
  witnesses: [...witnesses],
  leaseHours,
});

/** All guarded servers; none where the estate has no guard. What parts stand on comes first, as they themselves do. */
export function guardedHosts(recovery: Recovery, parts: Parts): readonly GuardedHost[] {
  const { guard } = recovery;
  if (!guard) return [];
  const all = servicesOf(recovery, parts).filter((g) => !g.isAdopted && (g.exclusive || guard.sqlServer));
  return recovery.hosts.flatMap((host) => {
    const own = all.filter((g) => g.host === host.id);
    const services = [...new Map(own.map((g) => [g.service.toLowerCase(), g])).values()].map(
      ({ service, exclusive }) => ({ service, exclusive }),
    );
    if (services.length === 0 || !host.ssh) return [];
    return [
      {
        host,
        // What receives logs before what works on it: on one server K2 finds its SQL Server running.
        services: services.toSorted((a, b) => Number(a.exclusive) - Number(b.exclusive)),
        parts: [...new Set(own.map((g) => g.part))],
        witnesses: guard.witnesses.filter((w) => w.site !== host.site).map((w) => w.share),
        leaseHours: guard.leaseHours,
      },
    ];
  });
}

/** What of the estate must not start by itself, each with the part that it belongs to. */
function servicesOf(
  recovery: Recovery,
  parts: Parts,
): readonly (GuardedService & { readonly part: string })[] {
  const lookup = lookupOf(recovery);
  return recovery.parts.flatMap((p) =>
    (parts[p.kind]?.guards?.(p.id, p.facts, lookup) ?? []).map((g) => ({ ...g, part: p.id })),
  );
}

/** Services that no guard keeps from starting: all where the estate has none, else those of what is adopted. */
export function unguarded(recovery: Recovery, parts: Parts): readonly GuardedService[] {
  const all = servicesOf(recovery, parts).filter((g) => recovery.guard === undefined || g.isAdopted);
  return [...new Map(all.map((g) => [`${g.host} ${g.service.toLowerCase()}`, g])).values()];
}
