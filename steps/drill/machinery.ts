import { drillOf, type Drill } from "../../journal/drills.ts";
import type { NoReach, Reach } from "../../model/part.ts";
import { isDataPart } from "../../model/part.ts";
import { clocksOf, type Recovery } from "../../model/recovery.ts";
import { moment } from "../../model/time.ts";
import { beginDrill, chooseDrillPoint, concludeDrill } from "../../planning/drill-verbs.ts";
import { pointFor } from "../../planning/point.ts";
import { Refused, runs, type Io, type Runnable } from "../act.ts";
import type { World } from "../find.ts";
import { knownDrill } from "./known.ts";

/** The code of the machinery's own verbs in a drill. */
export function drillMachinery(world: World): readonly Runnable[] {
  const own = async (io: Io): Promise<Drill> => {
    const drill = io.drill && drillOf(await world.journal.entries(), io.drill.number);
    if (!drill) throw new Refused("this belongs to a drill");
    return drill;
  };
  return [
    runs(beginDrill, {
      check: async (_args, io) => ({
        there: true,
        says: `drill ${String((await own(io)).number)} has begun: "pulumi destroy -s dr-drill" removes all that it makes`,
        expected: "a drill that has begun",
      }),
    }),

    runs(chooseDrillPoint, {
      check: async ({ group }, io) => {
        const chosen = (await own(io)).points.get(group);
        return {
          there: chosen !== undefined,
          says: chosen
            ? `${group} is copied as of ${chosen.to === "end" ? "the end of its logs" : moment(chosen.atSec)}`
            : `no point is chosen for ${group}`,
          expected: "one point that every database can be copied at",
        };
      },
      act: async ({ group, parts: ids }, io) => {
        const { number, declared } = await own(io);
        const { recovery, direction } = knownDrill(await world.journal.entries(), number, world);
        const { reaches, minutesBefore } = await reachFromArchive(ids, recovery, world, io);
        const chosen = pointFor({
          mode: "unplanned",
          reaches,
          // A drill asks what could be had if the site were lost at this moment.
          disasterSec: Math.floor(Date.now() / 1000),
          acceptLossSec: Number.POSITIVE_INFINITY,
          wanted: declared.point,
          minutesBefore,
          timeZone: recovery.sites[direction.from].timeZone,
          clocks: clocksOf(recovery, direction.from),
        });
        if ("refused" in chosen) throw new Error(chosen.refused);
        const { atSec, to, databases } = chosen;
        await world.journal.append((entries) =>
          drillOf(entries, number)?.points.has(group)
            ? undefined
            : { kind: "drill point", drill: number, group, atSec, to, databases: [...databases] },
        );
      },
    }),

    runs(concludeDrill, {
      check: async (_args, io) => {
        const { number, verified } = await own(io);
        return {
          there: verified !== undefined,
          says: verified
            ? `drill ${String(number)}, data only: ${verified.says.join("; ")}. "pulumi destroy -s dr-drill" removes the copies`
            : `drill ${String(number)} is not concluded`,
          expected: "copies that are verified",
        };
      },
      act: async (_args, io) => {
        const { number } = await own(io);
        await world.journal.append((entries) => {
          const now = drillOf(entries, number);
          return !now || now.verified
            ? undefined
            : {
                kind: "drill verified",
                drill: number,
                says: [...now.verdicts.values()].filter((v) => v.phase === "drill verify").map((v) => v.says),
              };
        });
      },
    }),
  ];
}

/** What every database of these parts can reach from its backups alone, and the parts' own rule for the point. */
async function reachFromArchive(
  ids: readonly string[],
  recovery: Recovery,
  { parts, runs: modules }: Pick<World, "parts" | "runs">,
  io: Io,
): Promise<{ readonly reaches: ReadonlyMap<string, Reach | NoReach>; readonly minutesBefore: number }> {
  const reaches = new Map<string, Reach | NoReach>();
  let minutesBefore = 0;
  for (const p of recovery.parts.filter((q) => ids.includes(q.id))) {
    const part = parts[p.kind];
    const observe = (await modules[p.kind]?.())?.observe;
    if (!part || !isDataPart(part) || !part.archived || !observe)
      throw new Error(`${p.id}: a ${p.kind} can't be copied from its backups`);
    const seen = part.archived(part.seen.parse(await observe(p.facts, io)));
    for (const [database, reach] of part.reach(p.facts, seen))
      reaches.set(reaches.has(database) ? `${database} of ${p.id}` : database, reach);
    minutesBefore = Math.max(minutesBefore, part.pointMinutesBefore(p.facts));
  }
  return { reaches, minutesBefore };
}
