import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `abandon`: ends a move before no return, and gives the old site back what the move took from it. */
export function addAbandon(program: Command, terminal: Terminal): void {
  program
    .command("abandon")
    .summary("give up a move before its point of no return: production goes on where it was")
    .description(
      "Gives up the activation that has begun, as long as no database is open at its target: from then on none of its steps acts. Then it runs the inverse plan: the old site's servers and databases open again, its services and jobs run, and it lets restore jobs at the target go on. Until all of that has succeeded the estate is in doubt; type the same again after mending what failed.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--preview", "print what it would do, and change nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby abandon --as R.Okafor --reason x --preview",
        'parallel-standby abandon --as R.Okafor --reason "SQLDR01 has lost a disk"',
      ]),
    )
    .action(async (options: { readonly as: string; readonly reason: string; readonly preview: boolean }) => {
      const { trouble } = await import("./declare/words.ts");
      const { UsageError } = await import("./failure.ts");
      for (const flag of ["as", "reason"] as const) {
        const why = trouble(options[flag]);
        if (why !== undefined) throw new UsageError(`--${flag}: ${why}`);
      }
      const { abandon } = await import("./abandon/run.ts");
      const { openProject, registries } = await import("./project.ts");
      const { withReport } = await import("./report/beside.ts");
      const project = await openProject(terminal);
      const known = await registries();
      await withReport(project, terminal, () => abandon(options, project, known, terminal));
    });
}
