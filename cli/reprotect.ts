import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `reprotect`: saves what a site holds that was active, and has it follow the active one. */
export function addReprotect(program: Command, terminal: Terminal): void {
  program
    .command("reprotect")
    .summary("after a cutover: save what the old site still holds, then have it follow the new one")
    .description(
      'Makes the site that was left the standby of the active one. For each database that was left open or went beyond the recovery point, a full backup and the tail of its log are written to salvageTo and read to their end, which also closes it; only then is anything restored over it. A database that can simply follow is not copied anew. "pulumi up" never overwrites a database of a site that was active: this command does, and the journal keeps who let it. Type the same again after mending what failed.',
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--preview", "print what it would do, and change nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby reprotect --as R.Okafor --reason x --preview",
        'parallel-standby reprotect --as R.Okafor --reason "London has power again, INC-77"',
      ]),
    )
    .action(async (options: { readonly as: string; readonly reason: string; readonly preview: boolean }) => {
      const { trouble } = await import("./declare/words.ts");
      const { UsageError } = await import("./failure.ts");
      for (const flag of ["as", "reason"] as const) {
        const why = trouble(options[flag]);
        if (why !== undefined) throw new UsageError(`--${flag}: ${why}`);
      }
      const { reprotect } = await import("./reprotect/run.ts");
      const { openProject, registries } = await import("./project.ts");
      const { withReport } = await import("./report/beside.ts");
      const project = await openProject(terminal);
      const known = await registries();
      await withReport(project, terminal, () => reprotect(options, project, known, terminal));
    });
}
