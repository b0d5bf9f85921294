import { expect } from "chai";
import fc from "fast-check";
import type { Schedule } from "../../lab/simulator/lab/schedule.ts";
import { schedules } from "../../lab/simulator/lab/schedule.ts";
import { play } from "../../lab/simulator/lab/play.ts";
import { shapes, shapeText, smallShape, type Shape } from "../../lab/simulator/lab/shape.ts";
import { onStage } from "../../lab/simulator/lab/stage.ts";
import { prepareStage, tried, type Played } from "../../lab/simulator/lab/try.ts";
import type * as finding from "../../lab/simulator/lab/shortest.ts";
import type * as trying from "../../lab/simulator/lab/try.ts";
import { withMistake, type Planted } from "../../lab/simulator/planted/load.ts";

/** The second database was never fenced, and the first is open already when the old site is there again. */
const returnsBetween: Schedule["events"] = [
  { at: 0, step: { id: "k2-data/tail/Claims", changes: true }, what: "the old site dies" },
  { at: 0, step: { id: "k2-data/open/K2", changes: true }, what: "killed after" },
  { at: 0, step: { id: "k2-data/open/Claims", changes: false }, what: "the old site returns" },
];

const oneOf = {
  alone: false,
  after: false,
  names: [],
  optional: [],
  approve: [],
  manual: false,
} as const;
/** A K2, and a service on servers of its own that starts after it. */
const manySystems: Shape = {
  guard: true,
  systems: [
    { ...oneOf, kind: "k2", databases: 2, names: ["dependency", "client"], approve: ["open"] },
    { ...oneOf, kind: "service", databases: 1, alone: true, after: true, manual: true },
  ],
};

const fine = ({ breach, told }: Played): void => {
  expect(breach, told.join("\n")).to.equal(undefined);
};

describe("The simulator plays whole moves in memory:", function () {
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

  it("one that is gone back from after K2 of the old site has started by itself, led to the new database", async () => {
    const step = { id: "k2/master-key", changes: false };
    const played = await tried({
      begins: "lost",
      events: [
        { at: 0, step, what: "the old site returns" },
        { at: 0, step, what: "somebody goes back" },
      ],
    });
    fine(played);
    expect(played.ended).to.equal("abandoned");
  });

  it("one whose guarded service people start by hand, since its step was skipped: the guard lets it run", async () => {
    const [service] = smallShape.systems;
    const played = await tried({
      estate: { guard: true, systems: [{ ...service, manual: true }] },
      begins: "planned",
      events: [
        { at: 0, step: { id: "sys1/start/K2DR01/Service 1", line: true }, what: "somebody skips a step" },
      ],
    });
    fine(played);
    expect(played.told).to.include("somebody starts Service 1 on K2DR01");
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

  it("any few on an estate of several systems, with approvals, steps by hand and a guard", async () => {
    await fc.assert(
      fc.asyncProperty(schedules(3, fc.constant(manySystems)), async (schedule) => {
        fine(await tried(schedule));
      }),
      { numRuns: 3, seed: 2, endOnFailure: true },
    );
  });

  it("each on the estate that it is meant for, and on the plain one where none is named", () => {
    const estatesOf = (all: fc.Arbitrary<Schedule>): readonly (Shape | undefined)[] =>
      fc.sample(all, { numRuns: 200, seed: 1 }).map((schedule) => schedule.estate);
    expect(new Set(estatesOf(schedules(1, fc.constant(manySystems))))).to.deep.equal(new Set([manySystems]));
    expect(new Set(estatesOf(schedules(1)))).to.deep.equal(new Set([undefined]));
  });

  it("any estate, undisturbed", async () => {
    for (const estate of fc.sample(shapes, { numRuns: 3, seed: 5 }))
      for (const begins of ["planned", "lost"] as const) {
        const played = await tried({ estate, begins, events: [] });
        fine(played);
        expect(played.ended, shapeText(estate)).to.equal("completed");
      }
  });
});

/** The step that opens a database looks once more where it stands: without that it opens it anywhere. */
const openedAnywhere = {
  file: "components/sql/log-shipping/run/roll-forward.ts",
  find: "if (route.restores.length > 0)",
  put: "if (route.restores.length > 1000)",
};

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
    find: "    if (opens) await noReturn(epoch, step.id, world);\n    // A guard",
    put: "    // A guard",
    rule: "no return first",
    schedule: { begins: "planned", events: [] },
  },
  "a step begins by the journal as it was read before": {
    file: "steps/runner.ts",
    find: "may = mayActivate(situation(entries), epoch, attempt, step);",
    put: 'may = entries.length > 0 ? { kind: "act" } : may;',
    rule: "the past rests",
    schedule: {
      begins: "planned",
      events: [{ at: 0, step: { id: "k2-data/hold/K2", line: true }, what: "somebody abandons it" }],
    },
  },
  "one database has a point of its own": {
    file: "steps/runner.ts",
    find: "point: (part) => pointOf(part, recovery, world),",
    put: 'point: async (part) => { const p = await pointOf(part, recovery, world); return step.id.endsWith("/Claims") ? { ...p, atSec: p.atSec - 1800 } : p; },',
    rule: "one point",
    schedule: { begins: "lost", events: [] },
  },
  "a database counts as rolled forward wherever it stands": {
    file: "components/sql/log-shipping/run/roll-forward.ts",
    find: "there: route.restores.length === 0,",
    put: "there: true,",
    also: [openedAnywhere],
    rule: "one point",
    schedule: { begins: "lost", events: [] },
  },
  "a restore forgets its STOPAT, and is believed": {
    file: "components/sql/log-shipping/tsql/changes.ts",
    find: 'stopAt === undefined ? "" : `, STOPAT = ${text(stopAt)}`',
    put: 'stopAt === undefined ? "" : ""',
    also: [
      {
        file: "steps/check-act-check.ts",
        find: "if (after.there) return",
        put: "if (after !== undefined) return",
      },
      openedAnywhere,
    ],
    rule: "one point",
    schedule: { begins: "lost", events: [] },
  },
  "a restore forgets its STOPAT, and is not believed": {
    file: "components/sql/log-shipping/tsql/changes.ts",
    find: 'stopAt === undefined ? "" : `, STOPAT = ${text(stopAt)}`',
    put: 'stopAt === undefined ? "" : ""',
    rule: "a way out",
    schedule: { begins: "lost", events: [] },
  },
  "a fence says that it stands, and has stopped nothing": {
    file: "components/windows/service-acts.ts",
    find: 'there: service?.state === "stopped" && (!disable || service.startType === "disabled"),',
    put: "there: service !== undefined || disable,",
    rule: "seen, not told",
    schedule: { begins: "planned", events: [] },
  },
  "licences of the other site are taken for those of this one": {
    file: "components/k2/reapply.ts",
    find: "if (wrong.length > 0)",
    put: "if (wrong.length > 100)",
    also: [
      {
        file: "components/k2/reapply.ts",
        find: "if (removes && others > 0)",
        put: "if (removes && others > 100)",
      },
    ],
    rule: "seen, not told",
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

  it("in the shortest schedule, on the smallest estate that shows it", async () => {
    const planted = mistakes["no return is not written before a database opens"];
    if (!planted) throw new Error("the mistake is gone");
    const { shortestBroken } = await withMistake<typeof finding>("lab/simulator/lab/shortest.ts", planted);
    const found = await shortestBroken({ estate: manySystems, numRuns: 5, events: 3, seed: 1 });
    expect(found?.played.breach?.rule).to.equal("no return first");
    expect(found?.schedule.events).to.deep.equal([]);
    expect(found?.schedule.estate).to.deep.equal(smallShape);
  });
});
