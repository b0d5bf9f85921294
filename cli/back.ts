import type { Command } from "commander";
import { examples } from "./help.ts";
import type { BackOptions } from "./back/run.ts";
import type { Terminal } from "./terminal.ts";

/** `back`: goes back to the old site from a move that is past no return and cannot be finished. */
export function addBack(program: Command, terminal: Terminal): void {
  program
    .command("back")
    .summary(
      "go back to the old site past the point of no return, losing what was written at the target since",
    )
    .description(
      "For a move that is past no return and cannot be finished, while the old site still has all that it had: K2 does not come up at the target, nobody was let in, production's databases are closed by their own tails. It looks first whether the old site can be opened without a loss that nobody knows, and changes nothing where it cannot. Then it closes the target as a cutover closes an old site: services stopped and disabled, databases offline, proven. Only then the old site's databases open, names lead back, services run. What was written at the target since its databases opened is not at the old site: --accept-loss says how much of it may be lost. It stays in the target's databases until somebody overwrites them.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--accept-loss <duration>", "how long the target may have been written to at most, such as 30m")
    .option("--preview", "print what it would do and what would be lost, and change nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby back --as R.Okafor --reason x --preview",
        'parallel-standby back --as R.Okafor --reason "K2 does not start at Leeds" --accept-loss 30m',
      ]),
    )
    .action(async (options: BackOptions) => {
      const { trouble } = await import("./declare/words.ts");
      const { UsageError } = await import("./failure.ts");
      for (const flag of ["as", "reason"] as const) {
        const why = trouble(options[flag]);
        if (why !== undefined) throw new UsageError(`--${flag}: ${why}`);
      }
      const { goBack } = await import("./back/run.ts");
      const { openProject, registries } = await import("./project.ts");
      const { withReport } = await import("./report/beside.ts");
      const project = await openProject(terminal);
      const known = await registries();
      await withReport(project, terminal, () => goBack(options, project, known, terminal));
    });
}
