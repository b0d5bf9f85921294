import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `withdraw`: takes a declaration back before an activation uses it, and releases what it held. */
export function addWithdraw(program: Command, terminal: Terminal): void {
  program
    .command("withdraw")
    .summary("take back a declaration before it is used, and release what it held")
    .description(
      "Takes back the declaration that stands, and lets restore jobs run again that it stopped. An activation of which no step has begun is abandoned with it; one that has done something can't be withdrawn.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .option("--reason <text>", "why, for the journal")
    .addHelpText(
      "after",
      examples(['parallel-standby withdraw --as R.Okafor --reason "the line to London is back"']),
    )
    .action(async (options: { readonly as: string; readonly reason?: string }) => {
      const { trouble } = await import("./declare/words.ts");
      const { UsageError } = await import("./failure.ts");
      for (const [flag, text] of Object.entries(options)) {
        const why = trouble(text);
        if (why !== undefined) throw new UsageError(`--${flag}: ${why}`);
      }
      const { withdraw } = await import("./withdraw/run.ts");
      const { openProject, registries } = await import("./project.ts");
      const { withReport } = await import("./report/beside.ts");
      const project = await openProject(terminal);
      const known = await registries();
      await withReport(project, terminal, () => withdraw(options, project, known, terminal));
    });
}
