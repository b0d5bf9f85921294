import type { Project } from "../../../cli/project.ts";
import { projectOf } from "./crew.ts";
import { mortalJournal, Runner, running } from "./points.ts";
import type { Stage } from "./stage.ts";

/** Types a command at somebody's own terminal. `over` ends what its process holds, as if it stood still. */
export type Command = (
  what: string,
  work: (project: Project, over: () => void) => Promise<void>,
) => Promise<string | undefined>;

/**
 * The commands that people type. Each gives what it was refused with; nothing where its process was killed: who typed it
 * sees that it is gone, and looks where the move stands.
 */
export function commandsOf(stage: Stage, refused: (what: string, refusal: string) => void): Command {
  const { journal } = stage;
  let count = 0;
  return async (what, work) => {
    const name = `command-${String(++count)}`;
    const runner = new Runner(name);
    const project = projectOf(stage, mortalJournal(journal.as(name), runner));
    const over = (): void => {
      journal.ended(name);
    };
    const ended = await running.run({ runner }, () =>
      Promise.race([
        work(project, over).then(
          () => undefined,
          (error: unknown) => ({ refusal: error instanceof Error ? error.message : String(error) }),
        ),
        runner.death,
      ]),
    );
    if (ended === "killed") return undefined;
    if (ended) refused(what, ended.refusal);
    over();
    return ended?.refusal;
  };
}
