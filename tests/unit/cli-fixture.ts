import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as z from "zod";
import type { Project } from "../../cli/project.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Fact } from "../../journal/entries.ts";
import { openJournal } from "../../steps/open-journal.ts";
import type { DataPart, NoReach, Parts, Reach } from "../../model/part.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { verb } from "../../model/verb.ts";
import { runs, type LifeSign, type Runs } from "../../steps/act.ts";

/** A terminal that keeps what is written. */
export interface Written extends Terminal {
  readonly lines: string[];
  readonly notes: string[];
  clock: Date;
}
export function writtenTerminal(clock = new Date("2026-11-22T05:40:00Z")): Written {
  const lines: string[] = [];
  const notes: string[] = [];
  const terminal: Written = {
    lines,
    notes,
    clock,
    out: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    now: () => terminal.clock,
    env: {},
    platform: "linux",
  };
  return terminal;
}

/** A project in a folder of its own, which is the current folder until `leave`. */
export async function tempProject(
  more: { readonly mirror?: string } = {},
): Promise<Project & { leave(): Promise<void> }> {
  const before = process.cwd();
  const root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "standby-cli-")));
  await fs.writeFile(path.join(root, "Pulumi.yaml"), "name: toys\nruntime: nodejs\n");
  process.chdir(root);
  const journal = { folder: "journal", ...more };
  return {
    root,
    estate: { name: "toys", journal, systems: [] },
    journal: openJournal(journal, () => undefined),
    folder: path.join(root, "journal"),
    leave: async () => {
      process.chdir(before);
      await fs.rm(root, { recursive: true });
    },
  };
}

/** The world behind the parts below. */
export interface HoldWorld {
  /** Parts whose restore jobs run. */
  restoring: Set<string>;
  /** What holding or releasing a part fails with. */
  fails: Map<string, string>;
  reach: Record<string, Reach | NoReach>;
  /** What still answers at the old site. */
  life: string | LifeSign | undefined;
}
export const holdWorld = (): HoldWorld => ({
  restoring: new Set(["data", "stiff"]),
  fails: new Map(),
  reach: {},
  life: undefined,
});

const args = z.strictObject({ part: z.string() });
const hold = verb("holding/hold", args, 5);
const release = verb("holding/release", args, 5);
const Facts = z.strictObject({ databases: z.array(z.string()) });
type Facts = z.infer<typeof Facts>;

const holding: DataPart<"holding", Facts, Record<string, Reach | NoReach>> = {
  kind: "holding",
  version: 1,
  facts: Facts,
  opensOnlyLatest: false,
  seen: z.custom<Record<string, Reach | NoReach>>(),
  uses: () => [],
  problems: () => [],
  pointMinutesBefore: () => 0,
  reach: (_, seen) => new Map(Object.entries(seen)),
  plan: (id) => {
    const first = hold.step(`${id}/hold`, { part: id });
    return { hold: [first, hold.step(`${id}/hold-again`, { part: id }, { needs: [first] })] };
  },
  release: (id) => [release.step(`${id}/release`, { part: id })],
};
/** Data that can be held and knows no way to release it. */
const { release: _release, ...stiffly } = { ...holding, kind: "stiff" as const };

export const holdingParts: Parts = { holding, stiff: stiffly };

/** The code behind the parts, over that world. */
export function holdingRuns(world: HoldWorld): Runs {
  const stands = (there: boolean, says: string) => Promise.resolve({ there, says, expected: "it is so" });
  const act = (part: string, change: () => void): Promise<void> => {
    const fails = world.fails.get(part);
    if (fails !== undefined) return Promise.reject(new Error(fails));
    change();
    return Promise.resolve();
  };
  const module = {
    runnables: [
      runs(hold, {
        check: ({ part }) => stands(!world.restoring.has(part), `restore jobs of ${part} are stopped`),
        act: ({ part }) => act(part, () => world.restoring.delete(part)),
      }),
      runs(release, {
        check: ({ part }) => stands(world.restoring.has(part), `restore jobs of ${part} run`),
        act: ({ part }) => act(part, () => world.restoring.add(part)),
      }),
    ],
    observe: () => Promise.resolve(world.reach),
    alive: () => Promise.resolve(world.life),
  };
  return { holding: () => Promise.resolve(module), stiff: () => Promise.resolve(module) };
}

/** Facts with one data part of that kind. */
export const holdingRecovery = (kind: "holding" | "stiff" = "holding"): Recovery => ({
  format: 1,
  estate: "toys",
  sites: {
    primary: { place: "London", timeZone: "Europe/London" },
    dr: { place: "Leeds", timeZone: "Europe/London" },
  },
  hosts: [],
  targets: { rtoMin: 60, rpoMin: 240 },
  parts: [{ id: kind === "holding" ? "data" : "stiff", kind, version: 1, facts: { databases: ["db"] } }],
});

/** The first entries of a journal: it begins with primary active, and holds facts. */
export const begun = (recovery: Recovery): readonly Fact[] => [
  { kind: "genesis", estate: "toys", active: "primary" },
  { kind: "declared", factsHash: hashOf(recovery), recovery },
];

/** An activation that begins with the declaration of that number. */
export const started = (
  declaration: number,
  more: Partial<Extract<Fact, { kind: "activation started" }>> = {},
): Fact => ({
  kind: "activation started",
  epoch: 1,
  from: "primary",
  to: "dr",
  mode: "unplanned",
  as: "op",
  factsHash: hashOf(holdingRecovery()),
  planHash: "p",
  declaration,
  acceptLossSec: 14_400,
  disasterAt: "2026-11-22T03:10:00Z",
  ...more,
});

/** Writes facts, in order. */
export async function write(project: Pick<Project, "journal">, facts: readonly Fact[]): Promise<void> {
  for (const fact of facts) await project.journal.append(fact);
}

/** What a promise is rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<Error & { exitCode?: number }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}
