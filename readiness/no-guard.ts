import type { Estate } from "../model/estate.ts";
import { note, risk, type Finding } from "../model/finding.ts";
import type { GuardedService } from "../model/guard.ts";
import type { Parts } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { otherSite, stackOf, type SiteId } from "../model/site.ts";
import { unguarded } from "../planning/guarded.ts";

/**
 * What would start by itself at the active site after a disaster, since no guard keeps it from that. Nothing where the
 * estate says `guard: false`: somebody has chosen that.
 */
export function noGuardFindings(
  { guard }: Pick<Estate, "guard">,
  recovery: Recovery,
  parts: Parts,
  active: SiteId,
): readonly Finding[] {
  if (guard === false) return [];
  const there = new Set(recovery.hosts.filter((h) => h.site === active).map((h) => h.id));
  const all = unguarded(recovery, parts).filter(({ host }) => there.has(host));
  const adopted = [...new Set(all.filter((g) => g.isAdopted).map(({ host }) => host))];
  if (all.length === 0) return [];
  if (recovery.guard)
    return [
      note(
        "guard",
        `no guard covers SQL Server on ${adopted.join(", ")}, which is adopted: after a disaster it starts by itself, with its databases open`,
        'have "parallel-standby probe" run: it closes them when that site answers again. Only what has manage: "provision" is guarded',
        "guard-adopted",
      ),
    ];
  if (guard !== undefined)
    return [
      risk(
        "guard",
        `estate.ts has a guard, and the journal's facts have none yet: none stands on a server`,
        `pulumi up -s ${stackOf[otherSite(active)]}, then pulumi up -s ${stackOf[active]}`,
        "guard-none",
      ),
    ];
  return [
    risk(
      "guard",
      `the estate has no guard: when the power of ${active} returns after a disaster, ${namesOf(all)} may start by themselves, on data of before, while people work at ${otherSite(active)}`,
      `write guard into estate.ts, with witnesses (docs/guard.md), or guard: false to live without${adopted.length === 0 ? "" : `. SQL Server on ${adopted.join(", ")} is adopted: a guard would not cover it`}`,
      "guard-none",
    ),
  ];
}

const namesOf = (services: readonly GuardedService[]): string =>
  services.map(({ host, service }) => `"${service}" on ${host}`).join(", ");
