import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `report`: what an activation did, as one HTML page or as JSON. */
export function addReport(program: Command, terminal: Terminal): void {
  program
    .command("report")
    .summary("the report of an activation: one HTML page, or JSON")
    .description(
      "Draws the report of an activation from the journal alone. The page needs nothing else: it can be sent by mail, printed, kept.",
    )
    .option("--epoch <n>", "number of the activation; without it, the newest")
    .option("--out <file>", "where to write it; without it, in the folder reports beside the journal")
    .option("--json", "print it as JSON instead of writing a page")
    .addHelpText(
      "after",
      examples([
        "parallel-standby report",
        "parallel-standby report --epoch 3 --out cutover.html",
        "parallel-standby report --json",
      ]),
    )
    .action(async (options: { readonly epoch?: string; readonly out?: string; readonly json?: true }) => {
      const { UsageError } = await import("./failure.ts");
      if (options.epoch !== undefined && !/^[1-9]\d{0,8}$/.test(options.epoch))
        throw new UsageError(
          `--epoch ${JSON.stringify(options.epoch)} is not the number of an activation. Write 1, 2, 3 …`,
        );
      const { report } = await import("./report/run.ts");
      const { openProject } = await import("./project.ts");
      const { epoch, ...rest } = options;
      await report(
        { ...rest, ...(epoch === undefined ? {} : { epoch: Number(epoch) }) },
        await openProject(terminal),
        terminal,
      );
    });
}
