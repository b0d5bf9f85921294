import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Fact, Verdict } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { movingSystems } from "../../journal/mode-change.ts";
import { situation } from "../../journal/situation.ts";
import type { MovingSystem } from "../../journal/terms.ts";
import type { Mode, Parts } from "../../model/part.ts";
import type { Runs } from "../../steps/act.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import type { Step } from "../../model/verb.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import type { Progress } from "../../steps/progress.ts";
import { runActivationStep } from "../../steps/runner.ts";
import type { World } from "../../steps/find.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld, type ToyWorld } from "./toy.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const disasterAt = "2026-03-10T12:30:00.000Z";
const disaster = Date.parse(disasterAt) / 1000;

/** Progress that nobody hears. */
export const silent: Progress = {
  begin: () => undefined,
  say: () => undefined,
  tick: () => undefined,
  last: () => undefined,
  lines: [],
};

/** A journal in a folder of its own, with an activation begun, and the toy world behind its steps. */
export interface Rig {
  readonly journal: Journal;
  readonly world: ToyWorld;
  readonly made: Plan;
  readonly moving: readonly MovingSystem[];
  readonly folder: string;
  /** Runs a step by id; `world` takes the place of parts of the world that it sees. */
  run(
    id: string,
    more?: {
      attempt?: number;
      epoch?: number;
      /** In place of the one that the plan has. */
      step?: Step;
      world?: Partial<World>;
      progress?: Progress;
    },
  ): Promise<string>;
  /** Runs all steps, or all but some, in order; gives those that threw. */
  all(options?: { but: readonly string[] }): Promise<ReadonlyMap<string, string>>;
  verdict(id: string): Promise<Verdict | undefined>;
}

export async function rig(
  mode: Mode,
  options: {
    waiveFence?: string;
    databases?: number;
    systems?: number;
    /** Other parts than the toys. */
    parts?: Parts;
    /** What owners say of their systems. */
    say?: NonNullable<Recovery["systems"]>;
    /** Another estate than the one with one system. */
    estate?: (recovery: Recovery) => Recovery;
    /** Parts beside the toys, with their code. */
    more?: { parts: Parts; runs: Runs };
  } = {},
): Promise<Rig> {
  const folder = await temporaryFolder();
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
  const journal = journalOn(folderStore(path.join(folder, "journal"), undefined, () => undefined));
  const world = toyWorld();
  const plain: Recovery = {
    ...toyRecovery(options.systems ?? 1, options.databases ?? 2),
    ...(options.say ? { systems: options.say } : {}),
  };
  const recovery = options.estate?.(plain) ?? plain;
  for (const p of recovery.parts)
    if (p.kind === "toy-data")
      for (const d of (p.facts as { databases: string[] }).databases)
        world.reach[d] = {
          fromSec: disaster - 9000,
          toSec: disaster - 1800,
          complete: mode === "planned",
          evidence: "log",
        };
  const parts = { ...(options.parts ?? toyParts), ...options.more?.parts };
  const made = plan(recovery, { from: "primary", to: "dr", mode }, parts);
  const moving = movingSystems(made.systems, new Map());
  const facts: Fact[] = [
    { kind: "genesis", estate: "toys", active: "primary" },
    { kind: "declared", factsHash: hashOf(recovery), recovery },
    {
      kind: "move declared",
      to: "dr",
      mode,
      as: "ann",
      acceptLossSec: 7200,
      ...(mode === "unplanned" ? { disasterAt } : {}),
    },
    {
      kind: "activation started",
      epoch: 1,
      from: "primary",
      to: "dr",
      mode,
      as: "ann",
      factsHash: hashOf(recovery),
      planHash: made.hash,
      declaration: 2,
      acceptLossSec: 7200,
      ...(mode === "unplanned" ? { disasterAt } : {}),
      ...(options.waiveFence === undefined ? {} : { waiveFence: options.waiveFence }),
      systems: moving,
    },
  ];
  for (const f of facts) await journal.append(f);
  const machine: World = { journal, parts, runs: { ...toyRuns(world), ...options.more?.runs } };
  const run: Rig["run"] = (id, { world: other, progress = silent, ...more } = {}) => {
    const step = more.step ?? made.steps.find((s) => s.id === id);
    if (!step) throw new Error(`no step ${id}`);
    return inFolder(folder, () =>
      runActivationStep(
        { journal: { folder: "journal" }, epoch: 1, ...more, step },
        { ...machine, ...other },
        progress,
      ),
    );
  };
  return {
    journal,
    world,
    made,
    moving,
    folder,
    run,
    all: async ({ but } = { but: [] }) => {
      const threw = new Map<string, string>();
      for (const s of made.steps.filter(({ id }) => !but.includes(id)))
        await run(s.id).catch((e: unknown) => threw.set(s.id, String(e)));
      return threw;
    },
    verdict: async (id) => situation(await journal.entries()).verdicts.get(id)?.verdict,
  };
}

/** Paths of an estate are relative to the folder of Pulumi.yaml, found from the working folder upwards. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}
