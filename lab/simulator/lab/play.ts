import { setTimeout as wait } from "node:timers/promises";
import { parts as realParts } from "../../../components/registry/parts.ts";
import { situation } from "../../../journal/situation.ts";
import { describe } from "../../../model/describe.ts";
import { otherSite } from "../../../model/site.ts";
import { plan } from "../../../planning/plan.ts";
import { wires } from "../../../steps/transports/wires.ts";
import { betweenMoves } from "./between.ts";
import { crewOf, type Crew } from "./crew.ts";
import { happeningsOf } from "./happenings.ts";
import { peopleOf, type Way } from "./people.ts";
import { faultyWires, short, type Call, type Fault, type Points } from "./points.ts";
import { callsPerStep, type Event, type Leg, type Schedule } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { up, type Run, type Stack } from "./up.ts";
import { Watch, type Breach } from "./watch.ts";
import { wiresTo } from "./wires.ts";

/** How a move has ended. */
export type Ended = "completed" | "abandoned" | "stands still";

/** How a schedule has ended. */
export interface Played {
  /** How its last move has. */
  readonly ended: Ended;
  /** How each of its moves has that was begun. */
  readonly moves: readonly Ended[];
  readonly breach?: Breach;
  /** What happened, in order, for people. */
  readonly told: readonly string[];
  /** How often `up` of an activation stack was run. */
  readonly rounds: number;
  /** How often something was refused, by what: a step, a run of `up`, a command. */
  readonly refused: ReadonlyMap<string, number>;
}

const isAt = ({ step, host, changes }: Call, at: NonNullable<Event["step"]>): boolean =>
  step?.id === at.id && ("line" in at ? host === undefined : host !== undefined && (changes || !at.changes));

/** How often people try before a move counts as one that nothing can end. */
const mostRounds = 24;

/** Plays a schedule: each move is declared, run, and gone on with after everything that goes wrong, until it has ended. */
export async function play(stage: Stage, schedule: Schedule): Promise<Played> {
  const { lab, estate, journal } = stage;
  const recovery = describe(estate, realParts);
  const told: string[] = [];
  const refused = new Map<string, number>();
  const refuse = (by: string): void => void refused.set(by, (refused.get(by) ?? 0) + 1);
  let way: Way = { from: "primary", to: "dr", isFirst: true };
  const watch = new Watch(stage, recovery, realParts);
  const people = peopleOf(stage, watch, told, refuse, () => way);
  journal.onEntry = (entry, before) => {
    watch.wrote(entry, before);
    people.heard(entry);
    if (entry.kind === "step" && entry.verdict === "refused") refuse("steps by the journal");
  };
  let stack: Stack = new Map();
  const beside: Promise<unknown>[] = [];
  let count = 0;
  let calls = 1;
  let due: Event[] = [];

  const points: Points = {
    reached: async (call) => {
      await watch.called(call);
      count++;
      let fault: Fault | undefined;
      for (const event of [...due]) {
        const { step } = event;
        const isNow = step ? isAt(call, step) : (event.at / 1000) * calls <= count;
        if (!isNow) continue;
        due.splice(due.indexOf(event), 1);
        told.push(`${event.what}, at ${call.step?.id ?? call.runner.name} (${short(call.what)})`);
        fault = (await happens(event.what, call)) ?? fault;
      }
      return fault;
    },
    asks: (at) => {
      watch.asked(at);
    },
    killed: (runner) => {
      crew.kill(runner);
      watch.died(runner.name);
    },
  };
  const crew: Crew = crewOf(stage, () => points);
  const run = (own: Stack, name: string): Promise<Run | "killed"> =>
    crew.work(name, (world, runner) => up(estate, way.to, world, own, runner));
  const happens = happeningsOf({
    stage,
    recovery,
    watch,
    people,
    crew,
    way: () => way,
    beside,
    second: () => run(new Map(stack), `second-${String(count)}`),
  });
  const arm = ({ events }: Leg, times: number): void => {
    count = 0;
    calls = times * callsPerStep * plan(recovery, { ...way, mode: "planned" }, realParts).steps.length;
    due = [...events].sort((a, b) => a.at - b.at);
  };
  let rounds = 0;
  const moves: Ended[] = [];

  /** One move, until it has ended or people give up trying. */
  async function move({ begins }: Leg): Promise<Ended> {
    stack = new Map();
    if (begins === "lost") await lab.network.siteDown(way.from);
    // Another operator's `up` can begin the move, and end it, while who declares still looks.
    const before = situation(journal.all).epoch;
    await people.declare(begins === "planned" ? "planned" : "unplanned", begins === "lost");
    for (let round = 1; round <= mostRounds; round++) {
      rounds++;
      const outcome = await run(stack, `runner-${String(rounds)}`);
      if (outcome === "killed") told.push("somebody runs it again");
      await Promise.all(beside.splice(0));
      if (outcome !== "killed" && outcome.refused !== undefined) refuse("runs");
      const s = situation(journal.all);
      const ended = s.last && s.epoch > before ? s.ended.get(s.epoch) : undefined;
      if (ended || watch.breach) return ended ?? "stands still";
      await people.next(s, round, outcome);
      // Who is told that something failed looks at it for some minutes.
      await wait(300_000);
    }
    return "stands still";
  }

  return wires.run(faultyWires(wiresTo(lab), points), async () => {
    arm(schedule, 1);
    moves.push(await move(schedule));
    for (const leg of schedule.then ?? []) {
      if (watch.breach || moves.at(-1) === "stands still") break;
      const { active } = situation(journal.all);
      way = { from: active, to: otherSite(active), isFirst: false };
      people.begin();
      await watch.atRest();
      arm(leg, 2);
      const breach = await betweenMoves({ stage, crew, watch, way, told, refuse, beside }, leg);
      if (breach) watch.breach ??= breach;
      await watch.atRest();
      if (!watch.breach) moves.push(await move(leg));
    }
    await people.wake();
    if (schedule.then) await watch.atRest();
    const ended = moves.at(-1) ?? "stands still";
    const still: Breach | undefined =
      ended === "stands still" ? { rule: "a way out", says: "no up brings the move to an end" } : undefined;
    const breach = watch.breach ?? still;
    return { ended, moves, told, rounds, refused, ...(breach ? { breach } : {}) };
  });
}
