import { parts } from "../../../components/registry/parts.ts";
import { runs } from "../../../components/registry/runs.ts";
import type { Project } from "../../../cli/project.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import type { Journal } from "../../../journal/journal.ts";
import type { World } from "../../../steps/find.ts";
import type { Step } from "../../../model/verb.ts";
import { faultyJournal, Runner, running, type Points } from "./points.ts";
import type { Stage } from "./stage.ts";

/** What a process of the product works with. */
export type ItsWorld = Omit<World, "journal"> & { readonly journal: Journal };

/** Whose processes run the product: each of their calls is a point at which something can happen to it. */
export interface Crew {
  /** Work of a process of its own; `killed` where it was before it had ended. Throws what the work throws. */
  work<T>(
    name: string,
    work: (world: ItsWorld, runner: Runner) => Promise<T>,
    step?: Step,
  ): Promise<T | "killed">;
  /** The process of that runner is killed. */
  kill(runner: Runner): void;
}

/** `points` is asked for late: what happens to a call may itself need the crew. */
export function crewOf({ journal }: Stage, points: () => Points): Crew {
  return {
    work: (name, work, step) => {
      const runner = new Runner(name);
      const world: ItsWorld = { journal: faultyJournal(journal.as(name), runner, points()), parts, runs };
      return running.run({ runner, ...(step ? { step } : {}) }, () =>
        Promise.race([work(world, runner), runner.death]),
      );
    },
    kill: (runner) => {
      journal.ended(runner.name);
      runner.kill();
    },
  };
}

/** A terminal whose output nobody reads. */
export const quietTerminal: Terminal = {
  out: () => undefined,
  note: () => undefined,
  now: () => new Date(),
  env: {},
  platform: "linux",
};

/** The owner's project, as a command opens it. */
export function projectOf({ estate }: Stage, journal: Journal): Project {
  const root = process.cwd();
  return { root, folder: `${root}/journal`, estate, journal };
}
