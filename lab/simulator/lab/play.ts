import { setTimeout as wait } from "node:timers/promises";
import { abandon } from "../../../cli/abandon/run.ts";
import { parts as realParts } from "../../../components/registry/parts.ts";
import { runs as realRuns } from "../../../components/registry/runs.ts";
import type { Fact } from "../../../journal/entries.ts";
import { situation, type Situation } from "../../../journal/situation.ts";
import { stateOf } from "../../../journal/state.ts";
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
import type { Event, Schedule } from "./schedule.ts";
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
}

/** How often people try before a move counts as one that nothing can end. */
const mostRounds = 24;

/** Plays a schedule: the move is declared, run, and gone on with after everything that goes wrong, until it has ended. */
export async function play(stage: Stage, schedule: Schedule): Promise<Played> {
  const { lab, estate, journal } = stage;
  const recovery = describe(estate, realParts);
  const told: string[] = [];
  const watch = new Watch(stage, recovery, realParts);
  journal.onEntry = (entry, before) => {
    watch.wrote(entry, before);
  };
  const stack: Stack = new Map();
  const beside: Promise<unknown>[] = [];
  const deaths = new Map<Runner, () => void>();
  let count = 0;
  const due = [...schedule.events].sort((a, b) => a.at - b.at);

  const points: Points = {
    reached: async (call) => {
      watch.called(call);
      count++;
      let fault: Fault | undefined;
      for (const event of [...due]) {
        const { step } = event;
        const isNow = step
          ? call.step?.id === step.id && (call.changes || !step.changes) && call.host !== undefined
          : event.at <= count;
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

  const declare = (mode: "planned" | "unplanned", waived: boolean): Promise<void> => {
    told.push(`${mode} move declared${waived ? ", the fence waived" : ""}`);
    const fact: Fact = {
      kind: "move declared",
      to: "dr",
      mode,
      as: "ann",
      acceptLossSec: mode === "planned" ? 0 : 48 * 3600,
      ...(mode === "planned" ? {} : { disasterAt: new Date().toISOString() }),
      ...(waived ? { waiveFence: "the site has no power" } : {}),
    };
    return journal.append(fact);
  };

  const giveUp = async (): Promise<void> => {
    told.push("somebody abandons it");
    const terminal = {
      out: () => undefined,
      note: () => undefined,
      now: () => new Date(),
      env: {},
      platform: "linux" as const,
    };
    const project = {
      root: process.cwd(),
      folder: `${process.cwd()}/journal`,
      estate,
      journal: journal.as("abandon"),
    };
    await abandon(
      { as: "ann", reason: "simulated", preview: false },
      project,
      { parts: realParts, runs: realRuns },
      terminal,
    ).catch((error: unknown) =>
      told.push(`abandon: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`),
    );
    journal.ended("abandon");
  };

  /** What somebody who knows the product does next; nothing where another `up` is all that is needed. */
  async function people(s: Situation, round: number, outcome: Run | "killed"): Promise<void> {
    const isUp = lab.network.isUp("SQLPRD01");
    if (outcome !== "killed" && round > 3)
      told.push(...[...outcome.failed].slice(0, 1).map(([id, says]) => `${id}: ${says.slice(0, 300)}`));
    if (outcome !== "killed" && outcome.refused !== undefined)
      told.push(`refused: ${outcome.refused.slice(0, 300)}`);
    const state = stateOf(s);
    if (state === "active") return declare(isUp ? "planned" : "unplanned", !isUp);
    if (round < 2) return;
    // Nobody can abandon without the site, and a link is mended in the end.
    if (lab.network.isCut("primary") && round > 4) {
      told.push("the link is mended");
      watch.returned();
      await lab.network.siteJoined("primary");
    }
    if (state === "in doubt") {
      if (!isUp && round > 6) {
        told.push("the old site has power again");
        watch.returned();
        await lab.network.siteUp("primary");
        await wait(600_000);
      }
      return giveUp();
    }
    if (state === "moving past no return") return;
    if (!isUp) return s.last?.waiveFence === undefined ? declare("unplanned", true) : undefined;
    if (round % 4 === 2) return declare("unplanned", false);
    if (round % 4 === 0 && round > 8) return giveUp();
  }

  if (schedule.begins === "lost") await lab.network.siteDown("primary");
  await declare(schedule.begins === "planned" ? "planned" : "unplanned", schedule.begins === "lost");
  return wires.run(faultyWires(wiresTo(lab), points), async () => {
    for (let round = 1; round <= mostRounds; round++) {
      const outcome = await run(stack, new Runner(`runner-${String(round)}`));
      if (outcome === "killed") told.push("somebody runs it again");
      await Promise.all(beside.splice(0));
      const s = situation(journal.all);
      const ended = s.last && s.ended.get(s.last.epoch);
      if (ended || watch.breach) return result(ended ?? "stands still", round);
      await people(s, round, outcome);
      // Who is told that something failed looks at it for some minutes.
      await wait(300_000);
    }
    return result("stands still", mostRounds);
  });

  function result(ended: Played["ended"], rounds: number): Played {
    const still: Breach | undefined =
      ended === "stands still" ? { rule: "a way out", says: "no up brings the move to an end" } : undefined;
    const breach = watch.breach ?? still;
    return { ended, told, rounds, ...(breach ? { breach } : {}) };
  }
}
