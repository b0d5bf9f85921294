import { declarationHours, type Next } from "../journal/next.ts";
import type { Situation } from "../journal/situation.ts";
import { isDataPart } from "../model/part.ts";
import type { Estate } from "../model/estate.ts";
import { clocksOf } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { durationText } from "../model/time.ts";
import { upgraded } from "../model/upgrade.ts";
import { pointFor } from "../planning/point.ts";
import { withIo } from "../steps/io.ts";
import type { World } from "../steps/find.ts";
import { reachOf } from "../steps/machinery.ts";

/** How long looking at what could be reached may take. */
const lookSec = 10;

/** What to type to declare the move, with the loss that it would accept if the site had been lost at this moment. */
export async function undeclared(
  estate: Estate,
  s: Situation,
  now: Extract<Next, { kind: "undeclared" }>,
  to: SiteId,
  world: World,
): Promise<string> {
  const disaster = `${new Date().toISOString().slice(0, 19)}+00:00`;
  const loss = await lossIfLostAt(Date.parse(disaster) / 1000, estate, s, now.from, to, world);
  const why = now.expired
    ? `the declaration is older than ${String(declarationHours)} hours`
    : "no move is declared";
  return [
    `${why}, and ${now.from} is active: nothing was changed. Declare the move, then run this again.`,
    `If ${now.from} still works and should be left in order, with nothing lost:`,
    `  parallel-standby declare --to ${to} --mode planned --as YOUR-NAME`,
    `If ${now.from} is lost (put the time of the disaster in; ${loss.says}):`,
    `  parallel-standby declare --to ${to} --mode unplanned --disaster-at ${disaster} --accept-loss ${loss.accept} --incident INCIDENT --as YOUR-NAME`,
  ].join("\n");
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(new Error(`nothing had answered after ${String(lookSec)} s`));
      },
      { once: true },
    );
  });

async function lossIfLostAt(
  disasterSec: number,
  estate: Estate,
  s: Situation,
  from: SiteId,
  to: SiteId,
  world: World,
): Promise<{ accept: string; says: string }> {
  const unknown = (why: string): { accept: string; says: string } => ({
    accept: "4h",
    says: `what would be lost could not be seen: ${why}`,
  });
  if (!s.declared) return unknown("the journal holds no facts");
  const recovery = upgraded(s.declared.recovery, world.parts);
  const data = recovery.parts.filter((p) => {
    const part = world.parts[p.kind];
    return part !== undefined && isDataPart(part);
  });
  try {
    const { reaches, minutesBefore } = await withIo(
      {
        known: recovery,
        journal: world.journal,
        journalRef: estate.journal,
        to,
        say: () => undefined,
        limitSec: lookSec,
      },
      (io) =>
        Promise.race([
          reachOf(
            data.map((p) => p.id),
            recovery,
            world,
            io,
          ),
          // What ignores its signal must not hold up the answer.
          aborted(io.signal),
        ]),
    );
    const point = pointFor({
      mode: "unplanned",
      reaches,
      disasterSec,
      acceptLossSec: Number.POSITIVE_INFINITY,
      minutesBefore,
      timeZone: recovery.sites[from].timeZone,
      clocks: clocksOf(recovery, from),
    });
    if ("refused" in point) return unknown(point.refused);
    const accept = durationText(point.lossSec);
    return { accept, says: `as things stand, ${accept} of data would be lost` };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}
