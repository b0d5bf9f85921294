import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as z from "zod";
import type { Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import type { Parts } from "../../model/part.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { inOrder, verb } from "../../model/verb.ts";
import { planDrill, type DrillPlan } from "../../planning/drill.ts";
import { runs, type Runs } from "../../steps/act.ts";
import { sweepDrill, type SweepArgs } from "../../steps/drill/sweep.ts";
import { runDrillStep } from "../../steps/drill/runner.ts";
import type { World } from "../../steps/find.ts";
import { data, system, toyRecovery } from "./toy.ts";
import { inFolder, silent } from "./runner-rig.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The toys' data, that can be tried: copies in memory, named after database and drill. */
const copy = verb("toy-drill/copy", z.strictObject({ part: z.string(), database: z.string() }), 5);
const verify = verb("toy-drill/verify", z.strictObject({ database: z.string() }), 5);
const remove = verb("toy-drill/sweep", z.strictObject({ host: z.string() }), 5);

const tried: typeof data = {
  ...data,
  drill: (id, f) => {
    const copies = inOrder(f.databases, (database, needs) =>
      copy.step(`${id}/drill-copy/${database}`, { part: id, database }, { needs }),
    );
    return {
      restore: copies,
      verify: f.databases.map((database) => verify.step(`${id}/drill-verify/${database}`, { database })),
      sweep: [remove.step(`${id}/drill-sweep`, { host: f.to })],
    };
  },
  archived: (seen) => seen,
};

export const drillParts: Parts = { "toy-data": tried, toy: system };

/** What the copies of the toys are. */
export interface DrillWorld {
  /** Name of a copy to the point that it was made at. */
  readonly copies: Map<string, number>;
  /** Verbs that fail, with what they say; an act that fails leaves half of its work. */
  readonly fails: Map<string, string>;
  /** Called in the middle of each copy. */
  during: () => Promise<void>;
}
export const drillWorld = (): DrillWorld => ({
  copies: new Map(),
  fails: new Map(),
  during: () => Promise.resolve(),
});

export function drillRuns(world: DrillWorld): Runs {
  const stands = (there: boolean, says: string) => Promise.resolve({ there, says, expected: "it is so" });
  const mayFail = (what: string): void => {
    const says = world.fails.get(what);
    if (says !== undefined) throw new Error(says);
  };
  const name = (database: string, number: number | undefined): string => `${database}#${String(number)}`;
  return {
    "toy-data": () =>
      Promise.resolve({
        runnables: [],
        drillsAt: async () => {
          mayFail("look");
          return Promise.resolve([...world.copies.keys()].map((k) => Number(k.split("#")[1])));
        },
        observe: (facts) =>
          Promise.resolve(
            Object.fromEntries(
              (facts as { databases: string[] }).databases.map((d) => [
                d,
                { fromSec: 0, toSec: 4_000_000_000, complete: false, evidence: "a log" },
              ]),
            ),
          ),
      }),
    "toy-drill": () =>
      Promise.resolve({
        runnables: [
          runs(copy, {
            check: async ({ part, database }, io) => {
              const own = name(database, io.drill?.number);
              return stands(world.copies.get(own) === (await io.point(part)).atSec, `${own} stands`);
            },
            act: async ({ part, database }, io) => {
              world.copies.set(name(database, io.drill?.number), 0);
              await world.during();
              await io.mayStillAct();
              mayFail("copy");
              world.copies.set(name(database, io.drill?.number), (await io.point(part)).atSec);
            },
          }),
          runs(verify, {
            check: ({ database }, io) => {
              mayFail("verify");
              return stands(true, `${name(database, io.drill?.number)} is sound`);
            },
          }),
          runs(remove, {
            check: (_args, io) => {
              const left = [...world.copies.keys()].filter((k) => k.endsWith(`#${String(io.drill?.number)}`));
              return stands(left.length === 0, left.length === 0 ? "nothing is there" : left.join(", "));
            },
            act: (_args, io) => {
              mayFail("sweep");
              for (const k of world.copies.keys())
                if (k.endsWith(`#${String(io.drill?.number)}`)) world.copies.delete(k);
              return Promise.resolve();
            },
          }),
        ],
      }),
  };
}

export const drillRecovery: Recovery = toyRecovery(1, 2);

/** A drill that was declared, as the journal has it. */
export const drillDeclared = (
  drill = 1,
  more: Partial<Extract<Fact, { kind: "drill declared" }>> = {},
): Fact => ({
  kind: "drill declared",
  drill,
  site: "dr",
  epoch: 0,
  as: "ann",
  check: "full",
  limitHours: 24,
  ...more,
});
export const drillStarted = (drill = 1, recovery = drillRecovery): Fact => ({
  kind: "drill started",
  drill,
  factsHash: hashOf(recovery),
  planHash: "p",
  scope: "data only",
  groups: ["web0"],
});
export const drillBegun: readonly Fact[] = [
  { kind: "genesis", estate: "toys", active: "primary" },
  { kind: "declared", factsHash: hashOf(drillRecovery), recovery: drillRecovery },
];

/** A journal in a folder of its own, and the toys behind the steps of a drill. */
export interface DrillRig {
  readonly journal: Journal;
  readonly world: World;
  readonly toys: DrillWorld;
  readonly folder: string;
  readonly plan: DrillPlan;
  /** Runs a step by id. */
  step(id: string, drill?: number): Promise<string>;
  /** Runs all steps, in order. */
  all(): Promise<void>;
  sweep(more?: Partial<SweepArgs>): Promise<string>;
}

export async function drillRig(facts: readonly Fact[]): Promise<DrillRig> {
  const folder = await temporaryFolder();
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
  const journal = journalOn(folderStore(path.join(folder, "journal"), undefined, () => undefined));
  for (const f of facts) await journal.append(f);
  const toys = drillWorld();
  const world: World = { journal, parts: drillParts, runs: drillRuns(toys) };
  const plan = planDrill(drillRecovery, { from: "primary", to: "dr" }, drillParts);
  const step: DrillRig["step"] = (id, drill = 1) => {
    const found = plan.steps.find((s) => s.id === id);
    if (!found) throw new Error(`no step ${id}`);
    return inFolder(folder, () =>
      runDrillStep({ journal: { folder: "journal" }, drill, step: found }, world, silent),
    );
  };
  return {
    journal,
    world,
    toys,
    folder,
    plan,
    step,
    all: async () => {
      for (const s of plan.steps) await step(s.id);
    },
    sweep: (more = {}) =>
      inFolder(folder, () =>
        sweepDrill({
          world,
          journalRef: { folder: "journal" },
          number: 1,
          why: "a test",
          limitSec: 5,
          say: () => undefined,
          ...more,
        }),
      ),
  };
}
