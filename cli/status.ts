import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `status`: which site is active, what stands, what runs, what is owed, and what to do next. */
export function addStatus(program: Command, terminal: Terminal): void {
  program
    .command("status")
    .summary("which site is active, what is declared, held, running and owed")
    .description(
      "Reads the journal and says how the estate stands. It contacts no server and changes nothing.",
    )
    .option("--json", "for machines")
    .addHelpText("after", examples(["parallel-standby status", "parallel-standby status --json"]))
    .action(async (options: { readonly json?: true }) => {
      const { status } = await import("./status/run.ts");
      const { openProject, registries } = await import("./project.ts");
      await status(options, await openProject(terminal), await registries(), terminal);
    });
}
