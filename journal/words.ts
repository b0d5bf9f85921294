import { atOldSite, type Phase } from "../model/phase.ts";
import type { SiteId } from "../model/site.ts";
import { fenceOwed } from "./fence-owed.ts";
import type { Situation } from "./situation.ts";
import { stateOf } from "./state.ts";
import { systemOf, termsOf } from "./systems.ts";

/**
 * What a server may start. `run`: all that it has, its site is active. `standby`: only what receives logs; its site is
 * passive. `stop`: nothing; its site was active, and that nothing there can write, its databases closed, is not proven yet.
 */
export type Word = "run" | "standby" | "stop";
/** All words, in the order of what they allow. */
export const words: readonly Word[] = ["run", "standby", "stop"];

/**
 * The word for a server of a site, from what the journal holds. `parts`: those that have something guarded on it; each
 * system leaves the old site in its own time. Default: whatever moves.
 */
export function wordAt(s: Situation, site: SiteId, parts: readonly string[] = []): Word {
  const { last } = s;
  switch (stateOf(s)) {
    case "active":
      if (s.active === site) return "run";
      // Also while only databases are open there: who closes them starts SQL Server, and nothing works in them meanwhile.
      return (s.taken !== undefined || last?.from === site) && fenceOwed(s).length > 0 ? "stop" : "standby";
    case "in doubt":
      // Past no return databases are open at the target: nothing starts anywhere before it is proven closed.
      if (s.noReturn && !s.targetClosed) return "stop";
      // What the old site is given back runs there.
      return last?.from === site ? "run" : "standby";
    case "moving":
    case "moving past no return":
      if (last?.from === site) return stillProduction(s, parts) ? "run" : "stop";
      // Its services are disabled until their step enables them: the guard starts none earlier, and stops none later.
      return systemsOf(s, parts).some((system) => hasArrived(s, system) || isStarting(s, system))
        ? "run"
        : "standby";
  }
}

/** What of the activation these parts belong to; all of it where none is named, or where no systems are known. */
function systemsOf({ last }: Situation, parts: readonly string[]): readonly (string | undefined)[] {
  const all = last?.systems ?? [];
  const named = parts.map((part) => systemOf(`${part}/`, all));
  if (named.length > 0) return named;
  return all.length > 0 ? all.map((m) => m.system) : [undefined];
}

const hasArrived = (s: Situation, system: string | undefined): boolean =>
  system === undefined ? s.noReturn : s.arrived.has(system);

/** Without databases nothing arrives before its first service runs. */
const isStarting = (s: Situation, system: string | undefined): boolean =>
  system !== undefined && s.starting.has(system);

/**
 * A planned move that has taken nothing from the old site yet: production goes on there, through a reboot too. A fence
 * that is at work has disabled what it stops first, so that the guard does not start it.
 */
function stillProduction(s: Situation, parts: readonly string[]): boolean {
  const { last, verdicts } = s;
  if (!last) return false;
  const fenced = new Set(
    [...verdicts.values()]
      .filter((v) => atOldSite.has(v.phase as Phase))
      .map((v) => systemOf(v.step, last.systems)),
  );
  return systemsOf(s, parts).some(
    (system) => termsOf(last, system).mode === "planned" && !fenced.has(system) && !hasArrived(s, system),
  );
}
