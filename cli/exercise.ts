import type { Command } from "commander";
import { examples } from "./help.ts";
import type { ExerciseOptions } from "./exercise/run.ts";
import type { Terminal } from "./terminal.ts";

/** `exercise`: starts the parked servers of the passive site, looks at what cannot be seen while they are off, and parks them again. */
export function addExercise(program: Command, terminal: Terminal): void {
  program
    .command("exercise")
    .summary("start parked servers, look at them, park them again")
    .description(
      "For each server of the passive site that is parked: starts it with its services disabled, looks at domain trust, the logon of its services, certificates, a pending restart, disk, tools and clock, and parks it again whatever happened. A server that runs is looked at and left as it is. Meant for once a week. Refused while the estate moves.",
    )
    .option("--host <host...>", "only these servers")
    .requiredOption("--as <name>", "who does this")
    .addHelpText(
      "after",
      examples(
        ["parallel-standby exercise --as R.Okafor", "parallel-standby exercise --host K2DR01 --as R.Okafor"],
        { 1: "something was found that stops a move, or nothing could be done; the last sentence says what" },
      ),
    )
    .action(async (options: ExerciseOptions) => {
      const { exercise } = await import("./exercise/run.ts");
      const { openProject, registries } = await import("./project.ts");
      await exercise(options, await openProject(terminal), await registries(), terminal);
    });
}
