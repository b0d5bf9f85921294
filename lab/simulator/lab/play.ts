import { setTimeout as wait } from "node:timers/promises";
import { parts as realParts } from "../../../components/registry/parts.ts";
import { runs as realRuns } from "../../../components/registry/runs.ts";
import { situation } from "../../../journal/situation.ts";
import { describe } from "../../../model/describe.ts";
import { hashOf } from "../../../model/recovery.ts";
import { plan } from "../../../planning/plan.ts";
import { runActivationStep } from "../../../steps/runner.ts";
import { wires } from "../../../steps/transports/wires.ts";
import {
  faultyJournal,
  faultyWires,
  Runner,
  running,
  short,
  type Call,
  type Fault,
  type Points,
} from "./points.ts";
import { peopleOf } from "./people.ts";
import { callsPerStep, type Event, type Schedule } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { silent, up, type Run, type Stack } from "./up.ts";
import { Watch, type Breach } from "./watch.ts";
import { wiresTo } from "./wires.ts";

/** How a schedule has ended. */
export interface Played {
  readonly ended: "completed" | "abandoned" | "stands still";
  readonly breach?: Breach;
  /** What happened, in order, for people. */
  readonly told: readonly string[];
  /** How often `up` was run. */
  readonly rounds: number;
  /** How often something was refused, by what: a step, a run of `up`, a command. */
  readonly refused: ReadonlyMap<string, number>;
}

const isAt = ({ step, host, changes }: Call, at: NonNullable<Event["step"]>): boolean =>
  step?.id === at.id && ("line" in at ? host === undefined : host !== undefined && (changes || !at.changes));

/** How often people try before a move counts as one that nothing can end. */
const mostRounds = 24;

/** Plays a schedule: the move is declared, run, and gone on with after everything that goes wrong, until it has ended. */
export async function play(stage: Stage, schedule: Schedule): Promise<Played> {
  const { lab, estate, journal } = stage;
  const recovery = describe(estate, realParts);
  const told: string[] = [];
  const refused = new Map<string, number>();
  const refuse = (by: string): void => void refused.set(by, (refused.get(by) ?? 0) + 1);
  const watch = new Watch(stage, recovery, realParts);
  const people = peopleOf(stage, watch, told, refuse);
  journal.onEntry = (entry, before) => {
    watch.wrote(entry, before);
    people.heard(entry);
    if (entry.kind === "step" && entry.verdict === "refused") refuse("steps by the journal");
  };
  const stack: Stack = new Map();
  const beside: Promise<unknown>[] = [];
  const deaths = new Map<Runner, () => void>();
  let count = 0;
  const undisturbed = { from: "primary", to: "dr", mode: "planned" } as const;
  const calls = callsPerStep * plan(recovery, undisturbed, realParts).steps.length;
  const due = [...schedule.events].sort((a, b) => a.at - b.at);

  const points: Points = {
    reached: async (call) => {
      watch.called(call);
      count++;
      let fault: Fault | undefined;
      for (const event of [...due]) {
        const { step } = event;
        const isNow = step ? isAt(call, step) : (event.at / 1000) * calls <= count;
        if (!isNow) continue;
        due.splice(due.indexOf(event), 1);
        told.push(`${event.what}, at ${call.step?.id ?? "the beginning"} (${short(call.what)})`);
        fault = (await happens(event.what, call)) ?? fault;
      }
      return fault;
    },
    killed: (runner) => {
      runner.isDead = true;
      journal.ended(runner.name);
      watch.died(runner.name);
      deaths.get(runner)?.();
    },
  };

  async function happens(what: Event["what"], call: Call): Promise<Fault | undefined> {
    switch (what) {
      case "the old site dies":
        await lab.network.siteDown("primary");
        return undefined;
      case "the old site returns":
        watch.returned();
        await lab.network.siteUp("primary");
        // What starts with Windows needs its time; the call that is made meanwhile takes as long.
        await wait(60_000);
        return undefined;
      case "the link is cut":
        await lab.network.siteCut("primary");
        return undefined;
      case "the link holds again":
        watch.returned();
        await lab.network.siteJoined("primary");
        return undefined;
      case "a second operator runs it too":
        beside.push(run(new Map(stack), new Runner(`second-${String(count)}`)));
        return undefined;
      case "a step is run out of order":
        beside.push(outOfOrder(call));
        return undefined;
      case "the facts change": {
        const other = { ...recovery, targets: { rtoMin: 61, rpoMin: 240 } };
        await journal.append({ kind: "declared", factsHash: hashOf(other), recovery: other });
        return undefined;
      }
      case "somebody skips a step":
        beside.push(people.skip(call.step?.id));
        return undefined;
      case "somebody declines":
        people.decline();
        return undefined;
      case "somebody abandons it":
        beside.push(people.giveUp());
        // Typing takes longer than a line of the journal.
        await wait(1000);
        return undefined;
      case "a system goes on unplanned":
        beside.push(people.goOnUnplanned(call.step, situation(journal.all)));
        return undefined;
      default:
        return what;
    }
  }

  /** As after `--target`: one step alone, whatever has run before it. */
  async function outOfOrder({ step: at }: Call): Promise<void> {
    const { last } = situation(journal.all);
    if (!last) return;
    const { steps } = plan(recovery, { from: last.from, to: last.to, mode: last.mode }, realParts);
    const step = steps[(steps.findIndex((s) => s.id === at?.id) + 7) % steps.length];
    if (!step) return;
    const runner = new Runner(`target-${String(count)}`);
    const world = {
      journal: faultyJournal(journal.as(runner.name), runner, points),
      parts: realParts,
      runs: realRuns,
    };
    await running.run({ runner, step }, () =>
      Promise.race([
        runActivationStep({ journal: estate.journal, epoch: last.epoch, step }, world, silent).catch(
          () => undefined,
        ),
        death(runner),
      ]),
    );
  }

  const death = (runner: Runner): Promise<"killed"> =>
    new Promise((resolve) => {
      deaths.set(runner, () => {
        resolve("killed");
      });
    });

  /** One `up`, until it ends or is killed. */
  async function run(own: Stack, runner: Runner): Promise<Run | "killed"> {
    const world = {
      journal: faultyJournal(journal.as(runner.name), runner, points),
      parts: realParts,
      runs: realRuns,
    };
    return running.run({ runner }, () => Promise.race([up(estate, "dr", world, own, runner), death(runner)]));
  }

  if (schedule.begins === "lost") await lab.network.siteDown("primary");
  await people.declare(schedule.begins === "planned" ? "planned" : "unplanned", schedule.begins === "lost");
  return wires.run(faultyWires(wiresTo(lab), points), async () => {
    for (let round = 1; round <= mostRounds; round++) {
      const outcome = await run(stack, new Runner(`runner-${String(round)}`));
      if (outcome === "killed") told.push("somebody runs it again");
      await Promise.all(beside.splice(0));
      if (outcome !== "killed" && outcome.refused !== undefined) refuse("runs");
      const s = situation(journal.all);
      const ended = s.last && s.ended.get(s.last.epoch);
      if (ended || watch.breach) return result(ended ?? "stands still", round);
      await people.next(s, round, outcome);
      // Who is told that something failed looks at it for some minutes.
      await wait(300_000);
    }
    return result("stands still", mostRounds);
  });

  function result(ended: Played["ended"], rounds: number): Played {
    const still: Breach | undefined =
      ended === "stands still" ? { rule: "a way out", says: "no up brings the move to an end" } : undefined;
    const breach = watch.breach ?? still;
    return { ended, told, rounds, refused, ...(breach ? { breach } : {}) };
  }
}
