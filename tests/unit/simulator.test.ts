import { expect } from "chai";
import fc from "fast-check";
import type { Schedule } from "../../lab/simulator/lab/schedule.ts";
import { schedules } from "../../lab/simulator/lab/schedule.ts";
import { play } from "../../lab/simulator/lab/play.ts";
import { onStage } from "../../lab/simulator/lab/stage.ts";
import { prepareStage, tried, type Played } from "../../lab/simulator/lab/try.ts";
import type * as trying from "../../lab/simulator/lab/try.ts";
import { withMistake, type Planted } from "../../lab/simulator/planted/load.ts";

/** The second database was never fenced, and the first is open already when the old site is there again. */
const returnsBetween: Schedule["events"] = [
  { at: 0, step: { id: "k2-data/tail/Claims", changes: true }, what: "the old site dies" },
  { at: 0, step: { id: "k2-data/open/K2", changes: true }, what: "killed after" },
  { at: 0, step: { id: "k2-data/open/Claims", changes: false }, what: "the old site returns" },
];

const fine = ({ breach, told }: Played): void => {
  expect(breach, told.join("\n")).to.equal(undefined);
};

describe("The simulator plays whole moves of a K2 in memory:", function () {
  this.timeout(300_000);
  before(prepareStage);

  const plain: Readonly<Record<string, Schedule>> = {
    "a planned one": { begins: "planned", events: [] },
    "one whose site is lost": { begins: "lost", events: [] },
    "one whose site returns between its two databases, of which the second was never fenced": {
      begins: "unplanned",
      events: returnsBetween,
    },
    "one whose runner is killed after a database was opened": {
      begins: "planned",
      events: [{ at: 0, step: { id: "k2-data/open/K2", changes: true }, what: "killed after" }],
    },
    "one that two operators run": {
      begins: "planned",
      events: [
        { at: 0, step: { id: "k2-data/hold/K2", changes: false }, what: "a second operator runs it too" },
      ],
    },
  };
  for (const [what, schedule] of Object.entries(plain))
    it(what, async () => {
      const played = await tried(schedule);
      fine(played);
      expect(played.ended).to.equal("completed");
    });

  it("one and the same in the same way, whatever was played in between", async () => {
    const written = (schedule: Schedule): Promise<readonly string[]> =>
      onStage(async (stage) => {
        await play(stage, schedule);
        return stage.journal.all.map((entry) => JSON.stringify({ ...entry, hash: "", prev: "" }));
      });
    const first = await written({ begins: "unplanned", events: returnsBetween });
    await written({ begins: "lost", events: [] });
    expect(await written({ begins: "unplanned", events: returnsBetween })).to.deep.equal(first);
  });

  it("any few of thousands: npm run simulate plays more", async () => {
    await fc.assert(
      fc.asyncProperty(schedules(4), async (schedule) => {
        fine(await tried(schedule));
      }),
      // The same every time: who changes something else must not be stopped by a new find of another place.
      { numRuns: 6, seed: 4, endOnFailure: true },
    );
  });
});

/** A mistake in the code that runs steps, the schedule that shows it, and the rule that must be named. */
const mistakes: Readonly<Record<string, Planted & { readonly rule: string; readonly schedule: Schedule }>> = {
  "a tool is believed": {
    file: "steps/check-act-check.ts",
    find: "if (after.there) return",
    put: "if (after !== undefined) return",
    rule: "seen, not told",
    schedule: {
      begins: "planned",
      events: [{ at: 0, step: { id: "k2-data/open/K2", changes: true }, what: "lies: done" }],
    },
  },
  "a lock is not waited for": {
    file: "steps/lock.ts",
    find: "if (isLease(given)) return given;",
    put: "return isLease(given) ? given : { release: () => Promise.resolve() };",
    rule: "one runner",
    schedule: {
      begins: "planned",
      events: [
        {
          at: 0,
          step: { id: "k2-data/roll-forward/K2", changes: false },
          what: "a second operator runs it too",
        },
      ],
    },
  },
  "the old site is not looked at before a database opens": {
    file: "steps/runner.ts",
    find: "if (step.probes) await refuseWhileAlive(",
    put: "if (step.probes && epoch < 0) await refuseWhileAlive(",
    rule: "one writer",
    schedule: {
      begins: "lost",
      events: [
        { at: 0, step: { id: "k2-data/roll-forward/K2", changes: false }, what: "the old site returns" },
      ],
    },
  },
  "what is open at a site that returns is not closed before the next database opens": {
    file: "steps/runner.ts",
    find: "await closeBehind(step, recovery, world, io);",
    put: "",
    rule: "a way out",
    schedule: { begins: "unplanned", events: returnsBetween },
  },
  "no return is not written before a database opens": {
    file: "steps/runner.ts",
    find: "    if (opens) await noReturn(epoch, step.id, world);\n  });",
    put: "  });",
    rule: "no return first",
    schedule: { begins: "planned", events: [] },
  },
};

describe("The simulator finds a planted mistake and names the rule:", function () {
  this.timeout(300_000);
  for (const [what, { rule, schedule, ...planted }] of Object.entries(mistakes))
    it(what, async () => {
      const { triedOnce } = await withMistake<typeof trying>("lab/simulator/lab/try.ts", planted);
      const { breach, told } = await triedOnce(schedule);
      expect(breach?.rule, told.join("\n")).to.equal(rule);
    });
});
