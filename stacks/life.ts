import type { Terms } from "../journal/terms.ts";
import { chainName, chainsOf } from "../planning/chains.ts";
import { Refused } from "../steps/act.ts";
import { waivedLife } from "../steps/waived-life.ts";
import { look, type Surroundings } from "./look.ts";

/** How long the look may take. Parts end by themselves after some 10 seconds, observers after 20 (steps/observers.ts). */
const limitSec = 25;

/**
 * Refuses to begin a move whose declaration waives the fence, where something of the old site answers again: the move
 * would stop a production that works, and then open nothing. A system with a waiver of its own is asked by itself; one
 * that has arrived at the new site is past that.
 */
export async function refuseVoidWaivers(
  at: Surroundings,
  whole: Terms,
  bySystem: ReadonlyMap<string, Terms>,
  arrived: ReadonlySet<string>,
): Promise<void> {
  const chains = chainsOf(at.recovery, at.world.parts).filter((c) => !arrived.has(chainName(c)));
  const asked = ({ waiveFence, accepted }: Terms, isOwn: (name: string) => boolean): Promise<void> =>
    refuseVoid(
      at,
      chains.filter((c) => isOwn(chainName(c))).flatMap((c) => c.map((p) => p.id)),
      waiveFence,
      accepted,
    );
  await asked(whole, (name) => !bySystem.has(name));
  for (const [system, terms] of bySystem) await asked(terms, (name) => name === system);
}

async function refuseVoid(
  at: Surroundings,
  parts: readonly string[],
  waiveFence: string | undefined,
  accepted: readonly string[] | undefined,
): Promise<void> {
  if (waiveFence === undefined) return;
  const { recovery, request, world } = at;
  const { from } = request;
  const life = await look(
    at,
    limitSec,
    () => undefined,
    (io) => waivedLife(parts, recovery, from, world.runs, io, accepted),
  );
  if (life.length === 0) return;
  throw new Refused(
    `${recovery.sites[from].place} (${from}) answers: ${life.join("; ")}. The declaration waives its fence ("${waiveFence}"), which counts only while nothing there answers: nothing was changed. If it works, take the declaration back (parallel-standby withdraw), or declare a planned move, which loses nothing. To leave it all the same, declare --mode unplanned without --waive-fence, with --disaster-at when it stopped working for good`,
  );
}
