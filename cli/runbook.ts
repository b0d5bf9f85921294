import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `runbook`: the plan of a move for people, or the card for the colleague on call. */
export function addRunbook(program: Command, terminal: Terminal): void {
  program
    .command("runbook")
    .summary(
      "the plan of a move for people: every step with what to type by hand; or one page for the colleague on call",
    )
    .description(
      "Writes the very plan that the tool runs as a paper for the day on which no tool runs: the order as a drawing, every step with the server, the exact commands, what is seen afterwards, and what is dangerous about it. No secret is on it: it says where each is. `pulumi up -s standby` writes all of them anew beside the journal, in the folder runbooks.",
    )
    .option("--to <site>", "the site that becomes active; without it, the one that is passive now")
    .option("--mode <mode>", "planned or unplanned", "unplanned")
    .option("--format <format>", "html or md", "html")
    .option("--card", "the card instead: one page for the colleague on call", false)
    .option(
      "--out <file>",
      "where to write it; without it, in the folder runbooks beside the journal; - prints it",
    )
    .addHelpText(
      "after",
      examples([
        "parallel-standby runbook",
        "parallel-standby runbook --mode planned --format md --out -",
        "parallel-standby runbook --card --out card.html",
      ]),
    )
    .action(
      async (options: {
        readonly to?: string;
        readonly mode: string;
        readonly format: string;
        readonly card: boolean;
        readonly out?: string;
      }) => {
        const { runbook, wishFrom } = await import("./runbook/run.ts");
        const wish = wishFrom(options);
        const { openProject, registries } = await import("./project.ts");
        const { hands } = await import("../components/registry/hands.ts");
        await runbook(wish, await openProject(terminal), { ...(await registries()), hands }, terminal);
      },
    );
}
