import type * as z from "zod";
import type { EntryOf } from "../journal/entries.ts";
import { exceptionsOf, owedOf } from "../journal/exceptions.ts";
import { factsOf, isDone, situation, type Situation } from "../journal/situation.ts";
import { goesOn, isMoving } from "../journal/state.ts";
import { termsOf } from "../journal/systems.ts";
import { isDataPart, type NoReach, type Reach } from "../model/part.ts";
import { clocksOf, hashOf, type Recovery } from "../model/recovery.ts";
import { clockTime, moment } from "../model/time.ts";
import { upgraded } from "../model/upgrade.ts";
import { pointFor } from "../planning/point.ts";
import {
  approval,
  choosePoint,
  complete,
  completeSystem,
  createStacks,
  declareFacts,
  gate,
  proveFence,
} from "../planning/verbs.ts";
import { Refused, runs, type Io, type Runnable } from "./act.ts";
import { answered, ask, type Question } from "./ask.ts";
import { evidenceOfLife } from "./fence.ts";
import { waivedLife } from "./waived-life.ts";
import type { World } from "./find.ts";
import { endedSays, otherwise } from "./machinery-text.ts";
import { initStack, stackNames } from "./pulumi-stacks.ts";

/** The code of the machinery's own verbs. */
export function machinery(world: World): readonly Runnable[] {
  const now = async (): Promise<Situation> => situation(await world.journal.entries());
  const facts = async (): Promise<Recovery> => {
    const entries = await world.journal.entries();
    const declared = factsOf(entries, situation(entries));
    if (!declared) throw new Refused('the journal holds no facts. Run "pulumi up -s standby" first');
    return upgraded(declared.recovery, world.parts);
  };

  return [
    runs(gate, {
      check: () =>
        Promise.resolve({
          there: true,
          says: "all before it have ended",
          expected: "all before it have ended",
        }),
    }),

    runs(choosePoint, {
      check: async ({ group }) => {
        const chosen = (await now()).points.get(group);
        return chosen
          ? {
              there: true,
              says: pointSays(chosen),
              expected: "a point",
            }
          : {
              there: false,
              says: `no point is chosen for ${group}`,
              expected: "one point that every database can reach",
            };
      },
      act: async ({ group, parts: ids }, io) => {
        const s = await now();
        const { last } = s;
        if (!last || !io.activation) throw new Refused("a point is chosen only in an activation");
        const known = await facts();
        const { reaches, minutesBefore } = await reachOf(ids, known, world, io);
        const terms = termsOf(last, group);
        const chosen = pointFor({
          mode: terms.mode,
          reaches,
          disasterSec: io.activation.disasterSec,
          acceptLossSec: terms.acceptLossSec,
          wanted: terms.point,
          minutesBefore,
          timeZone: known.sites[last.from].timeZone,
          clocks: clocksOf(known, last.from),
        });
        if ("refused" in chosen) throw new Error(`${chosen.refused}${otherwise(s, group)}`);
        await world.journal.append((entries) => {
          const fresh = situation(entries);
          if (fresh.epoch !== last.epoch || fresh.points.has(group)) return undefined;
          return {
            kind: "point chosen",
            epoch: last.epoch,
            group,
            ...chosen,
            databases: [...chosen.databases],
          };
        });
      },
    }),

    runs(proveFence, {
      check: async ({ site, hosts, parts }, io) => {
        const s = await now();
        const done = (id: string): boolean => isDone(s.verdicts.get(id) ?? { verdict: "" });
        const open = Object.entries(hosts).filter(
          ([, p]) => !p.strong.some(done) && !(p.together.length > 0 && p.together.every(done)),
        );
        const expected = `proof that nothing at ${site} can write, or a waiver`;
        if (open.length === 0)
          return { there: true, says: `fenced: ${Object.keys(hosts).join(", ")}`, expected };
        const names = open.map(([host]) => host).join(", ");
        const terms = s.last && termsOf(s.last, parts.at(-1));
        if (terms?.waiveFence === undefined)
          return { there: false, says: `nothing proves that ${names} cannot write`, expected };
        const recovery = await facts();
        const life = await waivedLife(parts, recovery, site, world.runs, io, terms.accepted);
        return life.length > 0
          ? {
              there: false,
              says: `the fence of ${names} is waived, but the old site still answers: ${life.join("; ")}`,
              expected: "a fence: a waiver is void while what it waives answers",
            }
          : {
              there: true,
              says: `waived by ${terms.as} for ${names} ("${terms.waiveFence}"); nothing of ${site} answers`,
              expected,
            };
      },
      act: async ({ site, hosts, parts }, io) => {
        const s = await now();
        const { last } = s;
        const names = Object.keys(hosts).join(", ");
        const terms = last && termsOf(last, parts.at(-1));
        const recovery = await facts();
        const lifeThere = terms?.waiveFence === undefined ? evidenceOfLife : waivedLife;
        const life = await lifeThere(parts, recovery, site, world.runs, io, terms?.accepted);
        const again = `run "parallel-standby declare" again`;
        throw new Error(
          life.length > 0
            ? `${site} answers (${life.join("; ")}), and what it runs is not proven to be stopped. If it works, ${again} with --mode planned, and nothing is lost; else ${again} with --mode unplanned and without --waive-fence, and "pulumi up": its steps there are then tried once more${otherwise(s, parts.at(-1))}`
            : terms?.waiveFence === undefined
              ? `nothing of ${site} answers, and so nothing proves that ${names} cannot come back. Make sure of it (power, network), then "parallel-standby waive --as YOUR-NAME --reason HOW-YOU-KNOW", and "pulumi up"`
              : `${site} answered a moment ago, so the waiver was void. Run "pulumi up" again`,
        );
      },
    }),

    runs(completeSystem, {
      check: async ({ system }) => {
        const s = await now();
        const there = s.completed.has(system);
        return {
          there,
          says: there
            ? endedSays(`${system} is up`, exceptionsOf(s, system), owedOf(s, system))
            : `${system} is not completed`,
          expected: `the journal says that ${system} is up`,
        };
      },
      act: async ({ system }, io) => {
        await world.journal.append((entries) => {
          const s = situation(entries);
          return goesOn(s) && s.epoch === io.activation?.epoch && !s.completed.has(system)
            ? {
                kind: "system completed",
                epoch: s.epoch,
                system,
                owed: [...owedOf(s, system)],
                exceptions: [...exceptionsOf(s, system)],
              }
            : undefined;
        });
      },
    }),

    runs(approval, {
      check: async (args, io) => answered(approvalQuestion(args, await now()), io),
      act: async (args, io) => ask(approvalQuestion(args, await now()), io),
    }),

    runs(complete, {
      check: async ({ to }) => {
        const s = await now();
        return {
          there: s.ended.get(s.epoch) === "completed",
          says: isMoving(s)
            ? `activation ${String(s.epoch)} is not completed`
            : endedSays(`${s.active} is active`, exceptionsOf(s), []),
          expected: `${to} is active`,
        };
      },
      act: async (_args, io) => {
        await world.journal.append((entries) => {
          const s = situation(entries);
          // A leftover of the activation before must not end the one that has begun since.
          return goesOn(s) && s.epoch === io.activation?.epoch
            ? { kind: "completed", epoch: s.epoch, owed: [...s.owed], exceptions: [...exceptionsOf(s)] }
            : undefined;
        });
      },
    }),

    runs(createStacks, {
      check: async ({ names }, io) => {
        const have = await stackNames(io.signal);
        const missing = names.filter((n) => !have.includes(n));
        return {
          there: missing.length === 0,
          says: missing.length === 0 ? `stacks ${names.join(", ")} exist` : `no stack ${missing.join(", ")}`,
          expected: `stacks ${names.join(", ")}`,
        };
      },
      act: async ({ names }, io) => {
        const have = await stackNames(io.signal);
        for (const name of names.filter((n) => !have.includes(n))) await initStack(name, io.signal);
      },
    }),

    runs(declareFacts, {
      check: async ({ recovery }) => {
        const { declared } = await now();
        const there = declared?.factsHash === hashOf(recovery);
        return {
          there,
          says: there
            ? `the journal holds these facts (${hashOf(recovery)})`
            : `the journal holds ${declared ? "older" : "no"} facts`,
          expected: "the facts of this estate",
        };
      },
      act: async ({ recovery }) => {
        await world.journal.append((entries) =>
          situation(entries).declared?.factsHash === hashOf(recovery)
            ? undefined
            : { kind: "declared", factsHash: hashOf(recovery), recovery },
        );
      },
    }),
  ];
}

/** What is to be approved, with what is known of it by then. */
function approvalQuestion(
  { step, group, before, limitSec, secondPerson }: z.infer<typeof approval.args>,
  { last, points }: Situation,
): Question {
  const to = last?.to ?? "";
  const point = points.get(group);
  return {
    step,
    for: "approval",
    says:
      before === "open"
        ? `no return: the databases of ${group} are opened at ${to}${point ? `: ${pointSays(point)}` : ""}`
        : `people are let in to ${group} at ${to}`,
    limitSec,
    ...(secondPerson && last ? { notBy: termsOf(last, group).as } : {}),
  };
}

const pointSays = ({ group, to, atSec, lossSec }: EntryOf<"point chosen">): string =>
  `${group} goes to ${to === "end" ? "the end of its logs" : moment(atSec)}; lost: ${clockTime(lossSec)}`;

/** What every database of these data parts can reach now, and the parts' own rule for the point. */
export async function reachOf(
  ids: readonly string[],
  recovery: Recovery,
  { parts, runs: modules }: Pick<World, "parts" | "runs">,
  io: Io,
): Promise<{
  readonly reaches: ReadonlyMap<string, Reach | NoReach>;
  readonly minutesBefore: number;
  /** Until when a point can still be had as things stand; undefined where nothing ends it. */
  readonly lastsUntil: (atSec: number) => number | undefined;
}> {
  const reaches = new Map<string, Reach | NoReach>();
  const ends: ((atSec: number) => number | undefined)[] = [];
  let minutesBefore = 0;
  for (const p of recovery.parts.filter((q) => ids.includes(q.id))) {
    const part = parts[p.kind];
    const observe = (await modules[p.kind]?.())?.observe;
    if (!part || !isDataPart(part) || !observe) throw new Error(`${p.id}: a ${p.kind} carries no data`);
    const seen = part.seen.parse(await observe(p.facts, io));
    // Two SQL Servers may each have a database of that name: neither may hide the other.
    for (const [database, reach] of part.reach(p.facts, seen))
      reaches.set(reaches.has(database) ? `${database} of ${p.id}` : database, reach);
    minutesBefore = Math.max(minutesBefore, part.pointMinutesBefore(p.facts));
    ends.push((atSec) => part.pointLastsUntil?.(p.facts, seen, atSec));
  }
  const lastsUntil = (atSec: number): number | undefined => {
    const all = ends.flatMap((end) => end(atSec) ?? []);
    return all.length === 0 ? undefined : Math.min(...all);
  };
  return { reaches, minutesBefore, lastsUntil };
}
