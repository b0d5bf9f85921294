import type { Terms } from "../journal/terms.ts";
import { chainName, chainsOf } from "../planning/chains.ts";
import { Refused, type Io } from "../steps/act.ts";
import { evidenceOfLife } from "../steps/fence.ts";
import { observedLife } from "../steps/observers.ts";
import { waivedLife } from "../steps/waived-life.ts";
import { hastyLimits } from "./haste.ts";
import { look, type Surroundings } from "./look.ts";
import { siteText } from "../model/site-text.ts";

/** How long the look may take. Parts end by themselves after some 10 seconds, observers after 20 (steps/observers.ts). */
const limitSec = 25;

/** A look for a preview: it ends early, and what it did not see it tells, where a move waits for it. */
export interface Haste {
  readonly limitSec: number;
  /** Hears what was not seen in time, each as a sentence. */
  readonly unseen: (says: string) => void;
}

/**
 * Refuses to begin a move whose declaration waives the fence, where something of the old site answers again: the move
 * would stop a production that works, and then open nothing. A system with a waiver of its own is asked by itself; one
 * that has arrived at the new site is past that. `say` hears of whoever could not be asked; `haste`: for a preview alone.
 */
export async function refuseVoidWaivers(
  at: Surroundings,
  whole: Terms,
  bySystem: ReadonlyMap<string, Terms>,
  arrived: ReadonlySet<string>,
  say: (line: string) => void,
  haste?: Haste,
): Promise<void> {
  const chains = chainsOf(at.recovery, at.world.parts).filter((c) => !arrived.has(chainName(c)));
  const asked = async (
    { waiveFence, accepted, disasterAt }: Terms,
    isOwn: (name: string) => boolean,
  ): Promise<void> => {
    if (waiveFence === undefined) return;
    const parts = chains.filter((c) => isOwn(chainName(c))).flatMap((c) => c.map((p) => p.id));
    // A system that was lost later has its own time: a log from before it is no sign of life.
    const own = {
      ...at,
      disasterSec: disasterAt === undefined ? undefined : Date.parse(disasterAt) / 1000,
    };
    const signs = haste
      ? await hastily(own, parts, accepted, haste)
      : await inFull(own, parts, accepted, say);
    if (signs.length > 0) throw new Refused(voidText(at, waiveFence, signs));
  };
  await Promise.all([
    asked(whole, (name) => !bySystem.has(name)),
    ...[...bySystem].map(([system, terms]) => asked(terms, (name) => name === system)),
  ]);
}

const inFull = (
  at: Surroundings,
  parts: readonly string[],
  accepted: readonly string[] | undefined,
  say: (line: string) => void,
): Promise<readonly string[]> =>
  look(at, limitSec, say, (io) =>
    waivedLife(parts, at.recovery, at.request.from, at.world.runs, io, accepted),
  );

/** The same with less time: each part and the observers by themselves, so that what hangs hides nothing of the others. */
async function hastily(
  at: Surroundings,
  parts: readonly string[],
  accepted: readonly string[] | undefined,
  haste: Haste,
): Promise<readonly string[]> {
  const { recovery, request, world } = at;
  const { partSec, observerSec } = hastyLimits(haste.limitSec);
  const place = siteText(request.from, recovery);
  const one = async (
    what: string,
    work: (io: Io) => Promise<readonly string[]>,
  ): Promise<readonly string[]> => {
    try {
      return await look(at, haste.limitSec, (line) => haste.unseen(`${what}: ${line}`), work);
    } catch (error) {
      haste.unseen(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const signs = await Promise.all([
    ...parts.map((id) =>
      one(`whether ${id} works at ${place}, which would make the waiver void`, (io) =>
        evidenceOfLife([id], recovery, request.from, world.runs, io, accepted, partSec),
      ),
    ),
    one(`whether ${place} is seen from a third place, which would make the waiver void`, (io) =>
      observedLife(recovery, request.from, io, accepted, observerSec),
    ),
  ]);
  return signs.flat();
}

const voidText = (
  { recovery, request: { from } }: Surroundings,
  waiveFence: string,
  life: readonly string[],
): string =>
  `${siteText(from, recovery)} answers: ${life.join("; ")}. The declaration waives its fence ("${waiveFence}"), which counts only while nothing there answers: nothing was changed. If it works, take the declaration back (parallel-standby withdraw), or declare a planned move, which loses nothing. To leave it all the same, declare --mode unplanned without --waive-fence, with --disaster-at when it stopped working for good`;
