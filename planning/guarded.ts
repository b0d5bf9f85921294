import type { GuardedService } from "../model/guard.ts";
import type { Host } from "../model/host.ts";
import type { Parts } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Draft } from "../model/verb.ts";

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
    const services = eachOnce(own).map(({ service, exclusive }) => ({ service, exclusive }));
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

/** A server from which a guard may have to be removed, and how Windows starts there what one would start. */
export interface UnguardedHost {
  readonly host: Host;
  /** `disabled`: it runs at one site at a time, and the other one is active. */
  readonly services: readonly { readonly service: string; readonly startType: StartsAs }[];
  /** Ids of the parts that these belong to. */
  readonly parts: readonly string[];
}
type StartsAs = "auto" | "delayed-auto" | "manual" | "disabled";

/**
 * All servers on which a guard can have been put, with or without a service that the estate would have guarded now.
 * What is adopted is left out: no guard has changed it.
 */
export function unguardedHosts(recovery: Recovery, parts: Parts, active: SiteId): readonly UnguardedHost[] {
  const all = servicesOf(recovery, parts).filter((g) => !g.isAdopted);
  return recovery.hosts
    .filter((host) => host.ssh !== undefined)
    .map((host) => {
      const own = all.filter((g) => g.host === host.id);
      return {
        host,
        services: eachOnce(own).map(({ service, exclusive, startType = "auto" }) => ({
          service,
          startType: exclusive && host.site !== active ? ("disabled" as const) : startType,
        })),
        parts: [...new Set(own.map((g) => g.part))],
      };
    });
}

/** Before what a look says is to be done to remove a guard. */
export const leftToDo = "left to do: ";

/** How long removing one may take, both looks included. Seconds. */
const removalSec = 180;

/** What removes the guard of a server; nothing is done where none stands. */
export const guardRemoval = (
  { host, services }: UnguardedHost,
  { estate }: Pick<Recovery, "estate">,
): Draft => ({
  id: `guard/remove/${host.id}`,
  verb: "windows/remove-guard",
  args: { host: host.id, estate, services: [...services] },
  needs: [],
  timeoutSec: removalSec,
});

/** Services of one server; Windows takes their names without case. */
const eachOnce = <T extends Pick<GuardedService, "service">>(services: readonly T[]): readonly T[] => [
  ...new Map(services.map((g) => [g.service.toLowerCase(), g])).values(),
];

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
