import type { Entry } from "../journal/entries.ts";
import { exceptionsOf } from "../journal/exceptions.ts";
import { owedText } from "../journal/owed-text.ts";
import type { Situation } from "../journal/situation.ts";
import {
  unfinishedStandby,
  withoutStandby,
  type UnfinishedStandby,
  type WithoutStandby,
} from "../journal/standby.ts";
import { twoWriters, twoWritersText, twoWritersTodo } from "../journal/two-writers.ts";
import { activeStack, otherSite, stackOf, type SiteId } from "../model/site.ts";
import type { OnlyThere } from "../model/part.ts";
import { standingOf } from "../journal/standing.ts";
import { onlyThereTodo } from "./only-there.ts";
import { systemsText } from "./systems-text.ts";
import { siteNamed } from "../model/site-text.ts";

/**
 * What is announced instead of the plan where the activation is completed: nothing of the plan runs again but what is
 * owed. Undefined while it is not.
 */
export const completedText = (s: Situation, epoch: number): string | undefined =>
  textOf(s, epoch, (owed) =>
    owed === 0
      ? "nothing. No step acts"
      : `${String(owed)} of its steps. They are tried again where they can be done, and no other one acts`,
  );

/**
 * What a run toward a site ends with once its activation is completed: the verdict, what is owed, that the old site worked
 * beside the new one where `entries` of the journal say so, how the active site gets a standby again where it has none, and
 * that until then backups lie there `alone` on one server (default: none do). Undefined while it is not.
 */
export function verdictText(
  s: Situation,
  epoch: number,
  entries: readonly Entry[],
  alone: readonly OnlyThere[] = [],
): string | undefined {
  const verdict = textOf(s, epoch, (owed) =>
    owed === 0
      ? "nothing"
      : `${String(owed)} of its steps. "pulumi up -s ${activeStack(s.active)}" again does them once they can be done`,
  );
  if (verdict === undefined) return undefined;
  const without = withoutStandby(entries, s);
  const todo = standbyTodo(s.active, without, unfinishedStandby(entries, s));
  const next = [
    ...(todo === undefined ? [] : [todo]),
    ...(without ? alone : []).map((o) => onlyThereTodo(o, s)),
  ];
  return `${verdict}${besideLines(s, entries)}${next.length === 0 ? "" : `\nnext: ${next.join("\n  ")}`}`;
}

function besideLines(s: Situation, entries: readonly Entry[]): string {
  const writers = twoWriters(entries, s);
  if (!writers || writers.savedAt !== undefined) return "";
  const site = siteNamed(writers.site, s.declared?.recovery.sites[writers.site].place);
  return `\nTWO WRITERS: ${twoWritersText(site, writers)}\n  ${twoWritersTodo(writers)}`;
}

/** A move leaves the new site without a standby: how it gets one. */
const standbyAgain = (active: SiteId): string => {
  const other = otherSite(active);
  return `give ${active} a standby again, once ${other} can be reached: parallel-standby reprotect --as YOUR-NAME --reason WHY (saves what ${other} alone holds), then pulumi up -s ${stackOf[active]}, then pulumi up -s ${stackOf[other]}`;
};

/** What to do so that the active site has a standby, all of it; undefined where it has one, as far as the journal shows. */
export const standbyTodo = (
  active: SiteId,
  without: WithoutStandby | undefined,
  unfinished: UnfinishedStandby | undefined,
): string | undefined => {
  if (without)
    return without.noPoint
      ? "look whether the standby has a point by now: parallel-standby readiness"
      : standbyAgain(active);
  if (!unfinished) return undefined;
  const ups = unfinished.stacks.map((stack) => `pulumi up -s ${stack}`).join(", then ");
  return `make the standby whole, its services, names and facts: ${ups}, then look at it: parallel-standby readiness`;
};

function textOf(s: Situation, epoch: number, owes: (steps: number) => string): string | undefined {
  if (!s.last || s.epoch !== epoch || s.ended.get(epoch) !== "completed") return undefined;
  const { to } = s.last;
  const exceptions = exceptionsOf(s).map((step) => `\n  ${step}: ${s.verdicts.get(step)?.says ?? ""}`);
  const systems = standingOf(s).length > 1 ? systemsText(s).map((line) => `\n  ${line}`) : [];
  const owed = [...s.owed].map((step) => `\n  ${step}: ${owedText(s, step)}`);
  const how = exceptions.length > 0 ? `completed WITH EXCEPTIONS:${exceptions.join("")}\n` : "completed: ";
  return `activation ${String(epoch)} is ${how}${to} is active; owed: ${owes(owed.length)}${owed.join("")}${systems.join("")}`;
}
