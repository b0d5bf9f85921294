import type { Situation } from "../journal/situation.ts";
import { mayBeOwed, type Phase } from "../model/phase.ts";
import type { Host } from "../model/host.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { portAnswers } from "../steps/transports/tcp.ts";

/** How long a server of the old site may take to accept a connection. */
const lookSec = 3;

/**
 * The number of vain tries that enters a step's input, by step: what makes an owed step run again, and only it. A step
 * that is owed at a site of which nothing answers keeps its old number, so that `up` changes nothing while it is dark.
 */
export async function attemptsNow(
  s: Situation,
  recovery: Recovery,
  from: SiteId,
): Promise<ReadonlyMap<string, number>> {
  const counted = [...s.attempts].filter(([step]) => mayBeOwed.has(s.verdicts.get(step)?.phase as Phase));
  if (counted.length === 0) return new Map();
  const dark = !(await siteAnswers(recovery.hosts.filter((h) => h.site === from)));
  return new Map(
    counted.flatMap(([step, attempts]): [string, number][] => {
      const last = s.verdicts.get(step);
      const waits = dark && s.owed.has(step) && last?.phase !== "protect";
      const number = waits ? last?.attempt : attempts;
      return number === undefined ? [] : [[step, number]];
    }),
  );
}

/** Whether any server accepts a connection; Azure may answer for a VM that does not. */
export async function siteAnswers(hosts: readonly Host[]): Promise<boolean> {
  if (hosts.some((h) => h.azure)) return true;
  const ports = hosts.flatMap((h) =>
    [h.ssh?.port, h.sql?.port].flatMap((p) => (p === undefined ? [] : [{ h, p }])),
  );
  const limit = AbortSignal.timeout(lookSec * 1000 + 500);
  const answers = await Promise.all(
    ports.map(({ h, p }) =>
      portAnswers(h.address, p, { signal: limit, limitSec: lookSec }).catch(() => false),
    ),
  );
  return answers.includes(true);
}
