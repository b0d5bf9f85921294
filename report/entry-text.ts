import type { Entry, EntryOf } from "../journal/entries.ts";
import { besideText } from "../journal/two-writers.ts";
import { clockTime, durationText, moment } from "../model/time.ts";

/** What an entry says, as a sentence without its time. Text of people and servers is repeated as it stands. */
export function entryText(e: Entry): string {
  switch (e.kind) {
    case "genesis":
      return `the journal of ${e.estate} begins; ${e.active} is active${e.as === undefined ? "" : `, says ${e.as}`}`;
    case "declared":
      return `facts ${e.factsHash} declared: ${String(e.recovery.parts.length)} parts on ${String(e.recovery.hosts.length)} servers`;
    case "move declared":
      return [
        `${e.as} declares ${e.mode === "unplanned" ? "an" : "a"} ${e.mode} move to ${e.to}`,
        ...(e.incident === undefined ? [] : [`incident ${e.incident}`]),
        ...(e.disasterAt === undefined ? [] : [`disaster at ${moment(Date.parse(e.disasterAt) / 1000)}`]),
        ...(e.mode === "planned" ? [] : [`up to ${durationText(e.acceptLossSec)} of data may be lost`]),
        ...(e.point === undefined ? [] : [`point: ${pointText(e.point)}`]),
        ...(e.waiveFence === undefined ? [] : [`the fence is WAIVED: ${e.waiveFence}`]),
        ...(e.second === undefined ? [] : [`${e.second} answers for that too`]),
        ...(e.accepted === undefined ? [] : [`although: ${e.accepted.join("; ")}`]),
        ...(e.overrideCoolDown === undefined ? [] : [`the cool-down is OVERRIDDEN: ${e.overrideCoolDown}`]),
      ].join("; ");
    case "withdrawn":
      return `${e.as} withdraws the declaration${e.reason === undefined ? "" : `: ${e.reason}`}`;
    case "held":
      return `${e.part} is held: ${e.says}`;
    case "released":
      return `${e.part} is released: ${e.says}`;
    case "activation started":
      return `activation ${String(e.epoch)} starts: ${e.mode}, ${e.from} to ${e.to}, plan ${e.planHash}`;
    case "plan changed":
      return `activation ${String(e.epoch)} goes on with another plan, ${e.planHash}`;
    case "step":
      return `${e.step} ${e.verdict}${e.says === "" ? "" : `: ${e.says}`}`;
    case "point chosen":
      return `${e.group} goes to ${e.to === "end" ? "the end of its logs" : moment(e.atSec)}; lost${e.lossSec === 0 ? "" : " to the declared time of the disaster"}: ${clockTime(e.lossSec)}`;
    case "no return":
      return `NO RETURN: ${e.step} opens the first database; from here one can only finish, or go back and lose what is written there`;
    case "completed":
      return `activation ${String(e.epoch)} is completed${e.owed.length === 0 ? "" : `; owed: ${e.owed.join(", ")}`}${e.exceptions.length === 0 ? "" : `; exceptions: ${e.exceptions.join(", ")}`}`;
    case "system completed":
      return `${e.system} is up, in activation ${String(e.epoch)}${e.owed.length === 0 ? "" : `; owed: ${e.owed.join(", ")}`}${e.exceptions.length === 0 ? "" : `; exceptions: ${e.exceptions.join(", ")}`}`;
    case "mode changed":
      return [
        `${e.as} lets ${e.systems.join(", ")} go on ${e.mode}: ${e.reason}`,
        ...(e.incident === undefined ? [] : [`incident ${e.incident}`]),
        ...(e.disasterAt === undefined ? [] : [`disaster at ${moment(Date.parse(e.disasterAt) / 1000)}`]),
        `up to ${durationText(e.acceptLossSec)} of data may be lost`,
        ...(e.point === undefined ? [] : [`point: ${pointText(e.point)}`]),
        ...(e.waiveFence === undefined ? [] : [`the fence is WAIVED: ${e.waiveFence}`]),
        ...(e.second === undefined ? [] : [`${e.second} answers for that too`]),
        ...(e.accepted === undefined ? [] : [`although: ${e.accepted.join("; ")}`]),
      ].join("; ");
    case "abandoning":
      return `${e.as} begins to ${e.acceptLossSec === undefined ? "abandon" : "go back from"} activation ${String(e.epoch)}: ${e.reason}${e.acceptLossSec === undefined ? "" : `; up to ${durationText(e.acceptLossSec)} of what was written at its target may be lost`}`;
    case "abandoned":
      return e.lossSec === undefined
        ? `${e.as} abandons activation ${String(e.epoch)}: ${e.reason}`
        : `${e.as} has gone back from activation ${String(e.epoch)}: ${e.reason}; lost: what was written at its target in ${clockTime(e.lossSec)}`;
    case "waiver":
      return `the fence is WAIVED for activation ${String(e.epoch)} by ${e.as}${e.second === undefined ? "" : ` and ${e.second}`}: ${e.reason}${e.accepted === undefined ? "" : `; although: ${e.accepted.join("; ")}`}`;
    case "guard allowed":
      return `${e.as}${e.second === undefined ? "" : ` and ${e.second}`} let ${e.host} start its services${e.word === "run" ? "" : `, although its site is not the active one ("${e.word}")`}: ${e.reason}`;
    case "guard removal":
      return `${e.as} has the guard removed from ${e.hosts.join(", ")}: ${e.reason}`;
    case "re-protect":
      return `${e.as} lets ${e.site} be re-protected, what it holds saved first: ${e.reason}`;
    case "re-protected":
      return `${e.site} is re-protected: it follows the other site; ${e.saved.map((s) => s.says).join("; ")}`;
    case "waiting":
      return [
        `${e.step} waits for ${e.for === "approval" ? "approval" : "people"}, at most ${clockTime(e.limitSec)}: ${e.says}`,
        ...(e.owner === undefined ? [] : [e.owner]),
        ...(e.telephone === undefined ? [] : [e.telephone]),
        ...(e.notBy === undefined ? [] : [`not by ${e.notBy}`]),
      ].join("; ");
    case "approval":
      return `${e.as} ${e.verdict === "approved" ? "approves" : "DECLINES"} ${e.step}${e.reason === undefined ? "" : `: ${e.reason}`}`;
    case "skip":
      return `${e.as} SKIPS ${e.step}: ${e.reason}`;
    case "adopted":
      return `${e.as} says that ${e.active} is active, by a cutover made outside of this tool: ${e.reason}${e.although === undefined ? "" : `; although what was seen speaks against it: ${e.although}`}`;
    case "break-glass":
      return `BREAK GLASS: ${e.as} says that ${e.active} is active: ${e.reason}; the journal could not be read, ${String(e.lines)} of its lines are given up${e.although === undefined ? "" : `; although what was seen speaks against it: ${e.although}`}`;
    case "target closed":
      return `the target of activation ${String(e.epoch)} is closed; the old site is opened again`;
    case "worked beside":
      return `TWO WRITERS: ${besideText(e.site, e.found)}`;
    case "restored":
      return `${e.as} restores the journal from ${e.from}: ${e.reason}; ${String(e.lines)} lines of what it replaces are given up${e.although === undefined ? "" : `; although it held entries that are lost: ${e.although}`}`;
    case "drill declared":
    case "drill started":
    case "drill point":
    case "drill verified":
    case "drill ending":
    case "drill swept":
      return drillEntryText(e);
    case "readiness":
      return `readiness for a move to ${e.to}: ${e.verdict}${e.findings.length === 0 ? "" : `: ${findingsText(e.findings)}`}`;
    case "facts confirmed":
      return `facts ${e.factsHash} confirmed`;
    case "exercise begun":
      return `${e.as} exercises ${e.host}, which is parked: it is started`;
    case "exercised":
      return `${e.as} exercises ${e.host}: ${e.ok ? "it could be used" : "NOT WELL"}${e.findings.length === 0 ? "" : `; ${e.findings.map((f) => `${f.severity}: ${f.says}`).join("; ")}`}`;
  }
}

/** In which order severities are told. */
const severities = ["stops", "risk", "note"] as const;

/** How many findings there are of each severity, and of what: their own words stand in `journal show --json` and in the report. */
const findingsText = (findings: Extract<Entry, { kind: "readiness" }>["findings"]): string =>
  severities
    .flatMap((severity) => {
      const own = findings.filter((f) => f.severity === severity);
      const counted = [...Map.groupBy(own, (f) => f.at)].map(([at, all]) =>
        all.length === 1 ? at : `${at} (${String(all.length)})`,
      );
      return own.length === 0 ? [] : [`${String(own.length)} ${severity}: ${counted.join(", ")}`];
    })
    .join("; ");

/** Which point a declaration asks for. */
export function pointText(
  point: NonNullable<Extract<Entry, { kind: "move declared" }>["point"]>,
  before = "the disaster",
): string {
  if ("latest" in point) return "the latest";
  return "at" in point
    ? moment(Date.parse(point.at) / 1000)
    : `${durationText(60 * point.minutesBefore)} before ${before}`;
}

/** What an entry of a drill says. */
function drillEntryText(e: EntryOf<DrillKind>): string {
  const name = `drill ${String(e.drill)}`;
  switch (e.kind) {
    case "drill declared":
      return [
        `${e.as} declares ${name} at ${e.site}`,
        `point: ${e.point === undefined ? "by the rule of the data" : pointText(e.point, "it begins")}`,
        ...(e.systems === undefined ? [] : [`only ${e.systems.join(", ")}`]),
        `copies are checked ${e.check === "full" ? "in full" : "physically"} and may stay ${durationText(3600 * e.limitHours)}`,
      ].join("; ");
    case "drill started":
      return `${name} begins for ${e.groups.join(", ")}; ${dataOnly}`;
    case "drill point":
      return `${name}: ${e.group} is copied as of ${e.to === "end" ? "the end of its logs" : moment(e.atSec)}`;
    case "drill verified":
      return `${name}: the copies are verified: ${e.says.join("; ")}`;
    case "drill ending":
      return `${name} is being ended: ${e.why}`;
    case "drill swept":
      return e.left.length === 0
        ? `${name} is swept, nothing is left: ${e.says}`
        : `${name} is NOT ALL SWEPT; left: ${e.left.join("; ")}`;
  }
}

type DrillKind =
  "drill declared" | "drill started" | "drill point" | "drill verified" | "drill ending" | "drill swept";

/** What a drill tries, and why no more. */
export const dataOnly =
  "data only: there is no isolated network, so no application is started, no name moved and no licence used";
