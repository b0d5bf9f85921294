import type { Situation } from "../journal/situation.ts";
import { withinLimit } from "../journal/within-limit.ts";
import { mayBeOwed, type Phase } from "../model/phase.ts";
import type { Host } from "../model/host.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { accepting } from "../steps/accepting.ts";
import { vmPower } from "../steps/transports/arm.ts";

/** How long a server of the old site may take to accept a connection. */
const lookSec = 3;
/** How long Azure may take to say whether a VM runs. Signing in to it alone takes seconds. */
const azureSec = 12;

/**
 * The number of vain tries that enters a step's input, by step: what makes an owed step run again, and only it; and
 * one that stops the move, where another runner found it undone after it was done. A step that is owed at a site of which nothing answers keeps its old number, so that `up` changes nothing while it is dark.
 */
export async function attemptsNow(
  s: Situation,
  recovery: Recovery,
  from: SiteId,
): Promise<ReadonlyMap<string, number>> {
  const counted = [...s.attempts].filter(([step]) => {
    const last = s.verdicts.get(step);
    return last?.critical === true || mayBeOwed.has(last?.phase as Phase);
  });
  if (counted.length === 0) return new Map();
  const dark = !(await siteAnswers(
    recovery.hosts.filter((h) => h.site === from),
    "known",
  ));
  return new Map(
    counted.flatMap(([step, attempts]): [string, number][] => {
      const last = s.verdicts.get(step);
      const waits = dark && s.owed.has(step) && last?.phase !== "protect";
      const number = waits ? last?.attempt : attempts;
      return number === undefined ? [] : [[step, number]];
    }),
  );
}

/**
 * Whether any server accepts a connection, or is a VM that Azure says runs. A region that is down, or that has its VMs
 * deallocated, is as dark as a room without power: asked alone, Azure is not the site. With `known`, any state that Azure
 * knows counts: what is owed there may be proven by it.
 */
export async function siteAnswers(
  hosts: readonly Host[],
  azure: "runs" | "known" = "runs",
): Promise<boolean> {
  const [reached, ...powers] = await Promise.all([
    accepting(hosts, lookSec),
    ...hosts.filter((h) => h.azure).map((h) => powerOf(h, azureSec)),
  ]);
  return reached.length > 0 || powers.some((power) => power[azure]);
}

/** What Azure says of a VM; neither where it says nothing in time. */
async function powerOf(
  h: Host,
  limitSec: number,
): Promise<{ readonly runs: boolean; readonly known: boolean }> {
  const signal = AbortSignal.timeout(limitSec * 1000);
  const power = await withinLimit(vmPower(h.id, { host: () => h, signal }), limitSec).catch(() => "unknown");
  return {
    runs: power === "running" || power === "starting",
    known: power !== "unknown" && power !== "missing",
  };
}
