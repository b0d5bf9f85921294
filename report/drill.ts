import { drillOf, dueMs, isSwept, type Drill } from "../journal/drills.ts";
import type { Entry } from "../journal/entries.ts";
import { situation } from "../journal/situation.ts";
import { otherSite } from "../model/site.ts";
import { moment } from "../model/time.ts";
import { dataOnly, pointText } from "./entry-text.ts";

/** What came of a drill. Times are ISO 8601 in UTC. */
export interface DrillReport {
  readonly estate: string;
  readonly drill: number;
  /** Time zone of the site whose databases were copied, by which its times are told; UTC where no facts are known. */
  readonly timeZone: string;
  /** `succeeded`: its copies were verified, and a sweep has found that nothing is left of it. */
  readonly outcome: "declared" | "open" | "succeeded" | "swept unverified" | "taken back" | "not all swept";
  readonly as: string;
  readonly site: string;
  /** What was tried. */
  readonly scope: string;
  readonly declaredAt: string;
  readonly startedAt?: string;
  /** Until when its copies may stay. */
  readonly dueAt: string;
  readonly asked: string;
  /** The point of each group. */
  readonly points: readonly {
    readonly group: string;
    readonly at: string;
    readonly to: "end" | "time";
    readonly databases: readonly string[];
  }[];
  readonly verifiedAt?: string;
  /** What was seen of the copies and of replication. */
  readonly verified: readonly string[];
  readonly failed: readonly { readonly step: string; readonly says: string }[];
  readonly sweptAt?: string;
  /** What the last sweep could not remove. */
  readonly left: readonly string[];
}

/** The report of that drill; without a number, of the newest. Undefined where the journal has none. */
export function drillReportOf(entries: readonly Entry[], number?: number): DrillReport | undefined {
  const drill = drillOf(entries, number);
  if (!drill) return undefined;
  const { declared, started, verified, swept } = drill;
  const { estate, declared: facts } = situation(entries);
  return {
    estate,
    drill: drill.number,
    timeZone: facts?.recovery.sites[otherSite(declared.site)].timeZone ?? "UTC",
    outcome: outcomeOf(drill),
    as: declared.as,
    site: declared.site,
    scope: started?.scope ?? "data only",
    declaredAt: declared.at,
    ...(started ? { startedAt: started.at } : {}),
    dueAt: new Date(dueMs(drill)).toISOString(),
    asked:
      declared.point === undefined ? "by the rule of the data" : pointText(declared.point, "it was chosen"),
    points: [...drill.points.values()].map(({ group, atSec, to, databases }) => ({
      group,
      at: new Date(atSec * 1000).toISOString(),
      to,
      databases: databases.map((d) => `${d.database}: ${d.evidence}`),
    })),
    ...(verified ? { verifiedAt: verified.at } : {}),
    verified: verified?.says ?? [],
    failed: [...drill.verdicts.values()]
      .filter((v) => v.verdict === "failed")
      .map(({ step, says }) => ({ step, says })),
    ...(swept ? { sweptAt: swept.at } : {}),
    left: swept?.left ?? [],
  };
}

function outcomeOf(drill: Drill): DrillReport["outcome"] {
  const { started, verified, swept } = drill;
  if (!swept) return started ? "open" : "declared";
  if (!isSwept(drill)) return "not all swept";
  if (!started) return "taken back";
  return verified ? "succeeded" : "swept unverified";
}

/** The report as people read it. */
export function drillReportText(r: DrillReport): string {
  const at = (iso: string): string => moment(Date.parse(iso) / 1000, r.timeZone);
  return [
    `drill ${String(r.drill)} at ${r.site}: ${r.outcome.toUpperCase()}`,
    `  declared   ${at(r.declaredAt)} by ${r.as}; point: ${r.asked}`,
    `  scope      ${dataOnly}`,
    ...(r.startedAt === undefined
      ? []
      : [`  begun      ${at(r.startedAt)}; its copies may stay until ${at(r.dueAt)}`]),
    ...r.points.map(
      (p) =>
        `  point      ${p.group}: ${p.to === "end" ? "the end of its logs" : at(p.at)} (${p.databases.join("; ")})`,
    ),
    ...r.failed.map((f) => `  failed     ${f.step}: ${f.says}`),
    ...(r.verifiedAt === undefined ? [] : [`  verified   ${at(r.verifiedAt)}`]),
    ...r.verified.map((line) => `             ${line}`),
    ...(r.sweptAt === undefined
      ? []
      : [`  swept      ${at(r.sweptAt)}; ${r.left.length === 0 ? "nothing is left" : "NOT ALL IS GONE"}`]),
    ...r.left.map((line) => `  left       ${line}`),
  ].join("\n");
}
