import { setTimeout as wait } from "node:timers/promises";
import { parts } from "../../../components/registry/parts.ts";
import { situation } from "../../../journal/situation.ts";
import type { Recovery } from "../../../model/recovery.ts";
import { hashOf } from "../../../model/recovery.ts";
import { plan } from "../../../planning/plan.ts";
import { runActivationStep } from "../../../steps/runner.ts";
import type { Crew } from "./crew.ts";
import type { People, Way } from "./people.ts";
import { type Call, type Fault } from "./points.ts";
import type { Event } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import { silent } from "./up.ts";
import type { Watch } from "./watch.ts";

/** Who and what events are about. */
export interface Around {
  readonly stage: Stage;
  readonly recovery: Recovery;
  readonly watch: Watch;
  readonly people: People;
  readonly crew: Crew;
  /** Which way the move goes that is made now. */
  readonly way: () => Way;
  /** What goes on beside the runner; waited for when its run has ended. */
  readonly beside: Promise<unknown>[];
  /** Another operator types the same `up`. */
  readonly second: () => Promise<unknown>;
}

/** Lets an event happen at a call. Gives what happens to the call itself; nothing where it goes on. */
export function happeningsOf({ stage, recovery, watch, people, crew, way, beside, second }: Around) {
  const { estate, journal } = stage;
  const { network } = stage.lab;
  let count = 0;

  return async (what: Event["what"], call: Call): Promise<Fault | undefined> => {
    const { from } = way();
    switch (what) {
      case "the old site dies":
        await network.siteDown(from);
        return undefined;
      case "the old site returns":
        watch.returned();
        await network.siteUp(from);
        // What starts with Windows needs its time; the call that is made meanwhile takes as long.
        await wait(60_000);
        return undefined;
      case "the link is cut":
        await network.siteCut(from);
        return undefined;
      case "the link holds again":
        watch.returned();
        await network.siteJoined(from);
        return undefined;
      case "a second operator runs it too":
        beside.push(second());
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
      case "somebody goes back":
        beside.push(people.goBack());
        await wait(1000);
        return undefined;
      case "who gives it up falls asleep":
        await people.fallAsleep();
        return undefined;
      case "who slept goes on":
        beside.push(people.wake());
        await wait(1000);
        return undefined;
      case "a system goes on unplanned":
        beside.push(people.goOnUnplanned(call.step, situation(journal.all)));
        return undefined;
      default:
        return what;
    }
  };

  /** As after `--target`: one step alone, whatever has run before it. */
  async function outOfOrder({ step: at }: Call): Promise<void> {
    const { last } = situation(journal.all);
    if (!last) return;
    const { steps } = plan(recovery, { from: last.from, to: last.to, mode: last.mode }, parts);
    const step = steps[(steps.findIndex((s) => s.id === at?.id) + 7) % steps.length];
    if (!step) return;
    await crew
      .work(
        `target-${String(++count)}`,
        (world) => runActivationStep({ journal: estate.journal, epoch: last.epoch, step }, world, silent),
        step,
      )
      .catch(() => undefined);
  }
}
