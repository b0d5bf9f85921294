import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `report`: what an activation did, as one HTML page or as JSON. */
export function addReport(program: Command, terminal: Terminal): void {
  program
    .command("report")
    .summary("the report of a move, ended or not: one HTML page, or JSON")
    .description(
      "Draws the report of an activation from the journal alone: completed, failed, abandoned, gone back from, or still under way. What stops it and what to do comes first. The page needs nothing else: it can be sent by mail, printed, kept.",
    )
    .option("--epoch <n>", "number of the activation; without it, the newest")
    .option(
      "--declaration [n]",
      "a declaration that no activation used, such as one that was withdrawn: the number of its entry; without a number, the newest",
    )
    .option("--out <file>", "where to write it; without it, in the folder reports beside the journal")
    .option("--verify <file>", "prove that a page is what the journal tells, byte by byte; draws nothing")
    .option("--json", "print it as JSON instead of writing a page")
    .addHelpText(
      "after",
      examples([
        "parallel-standby report",
        "parallel-standby report --epoch 3 --out cutover.html",
        "parallel-standby report --declaration",
        "parallel-standby report --json",
        "parallel-standby report --verify cutover.html",
      ]),
    )
    .action(
      async (options: {
        readonly epoch?: string;
        readonly declaration?: string | true;
        readonly out?: string;
        readonly json?: true;
        readonly verify?: string;
      }) => {
        const { UsageError } = await import("./failure.ts");
        const { epoch, declaration, verify, ...rest } = options;
        if (epoch !== undefined && !/^[1-9]\d{0,8}$/.test(epoch))
          throw new UsageError(
            `--epoch ${JSON.stringify(epoch)} is not the number of an activation. Write 1, 2, 3 …`,
          );
        if (typeof declaration === "string" && !/^\d{1,9}$/.test(declaration))
          throw new UsageError(
            `--declaration ${JSON.stringify(declaration)} is not the number of an entry. "parallel-standby journal show" has them`,
          );
        if (epoch !== undefined && declaration !== undefined)
          throw new UsageError("--epoch and --declaration are two reports. Give one of them");
        const { openProject } = await import("./project.ts");
        if (verify !== undefined) {
          if (Object.keys(options).length > 1)
            throw new UsageError("--verify looks at one page: give no other option with it");
          const { verifyReport } = await import("./report/verify.ts");
          await verifyReport(verify, await openProject(terminal), terminal);
          return;
        }
        const { report } = await import("./report/run.ts");
        await report(
          {
            ...rest,
            ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
            ...(declaration === undefined
              ? {}
              : { declaration: declaration === true ? ("newest" as const) : Number(declaration) }),
          },
          await openProject(terminal),
          terminal,
        );
      },
    );
}
