import { EventEmitter } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { onStop } from "../../cli/run/stop.ts";
import { run, type Machine } from "../../cli/run/run.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { hashOf } from "../../model/recovery.ts";
import type { SiteId } from "../../model/site.ts";
import { plan } from "../../planning/plan.ts";
import type { ActivationEnvelope } from "../../steps/envelope.ts";
import { runActivationStep } from "../../steps/runner.ts";
import { writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, silent } from "./runner-rig.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld, type ToyWorld } from "./toy.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What the runs of the tests move. */
export const recovery = toyRecovery();
export const made = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, toyParts);
/** The facts of the toys are known. */
export const begun: readonly Fact[] = [
  { kind: "genesis", estate: "toys", active: "primary" },
  { kind: "declared", factsHash: hashOf(recovery), recovery },
];
export const move = {
  kind: "move declared",
  to: "dr",
  mode: "planned",
  as: "ann",
  acceptLossSec: 0,
} as const satisfies Fact;

/** A project with these entries in its journal, and the toys behind its steps. */
export interface RunBench {
  readonly journal: Journal;
  readonly toys: ToyWorld;
  readonly terminal: Written;
  /** Ids of the steps whose process was started, with the attempt where there was one, in order. */
  readonly started: string[];
  /** Where Ctrl+C comes from; the exit codes that a second one asked for. */
  readonly signals: EventEmitter;
  readonly exits: number[];
  run(options?: { to?: SiteId; preview?: boolean; outputs?: Machine["outputsOf"] }): Promise<void>;
  entries(): Promise<readonly Entry[]>;
  kinds(): Promise<readonly string[]>;
}

/** Called before a step runs. */
type Before = (envelope: ActivationEnvelope, r: RunBench) => Promise<void> | void;

/** Such a project; `before` is called before a step runs. */
export async function runBench(facts: readonly Fact[], before: Before = () => undefined): Promise<RunBench> {
  const folder = await temporaryFolder();
  await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
  const journal = journalOn(folderStore(path.join(folder, "journal"), undefined, () => undefined));
  for (const f of facts) await journal.append(f);
  const toys = toyWorld();
  for (const database of ["db0-0", "db0-1"])
    toys.reach[database] = { fromSec: 0, toSec: 100, complete: true, evidence: "log" };
  const world = { journal, parts: toyParts, runs: toyRuns(toys) };
  const signals = new EventEmitter();
  const r: RunBench = {
    journal,
    toys,
    terminal: writtenTerminal(),
    started: [],
    signals,
    exits: [],
    run: ({ to, preview = false, outputs = () => Promise.resolve({}) } = {}) =>
      inFolder(folder, () =>
        run(
          { ...(to === undefined ? {} : { to }), preview },
          {
            root: folder,
            estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
            journal,
            folder: path.join(folder, "journal"),
          },
          world,
          r.terminal,
          {
            outputsOf: outputs,
            onStop: (leave) =>
              onStop(leave, Object.assign(signals, { exit: (code: number) => r.exits.push(code) }) as never),
            runStep: async (envelope, say) => {
              await before(envelope, r);
              const { id } = envelope.step;
              r.started.push(envelope.attempt === undefined ? id : `${id} ${String(envelope.attempt)}`);
              try {
                const says = await runActivationStep(envelope, world, { ...silent, say });
                return { isWell: true, says };
              } catch (error) {
                return { isWell: false, says: error instanceof Error ? error.message : String(error) };
              }
            },
          },
        ),
      ),
    entries: () => journal.entries(),
    kinds: async () => (await journal.entries()).map((e) => e.kind),
  };
  return r;
}
