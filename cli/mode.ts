import type { Command } from "commander";
import { examples } from "./help.ts";
import type { ModeOptions } from "./mode/request.ts";
import type { Terminal } from "./terminal.ts";

/** `mode`: lets a move that has begun, or one system of it, go on unplanned. */
export function addMode(program: Command, terminal: Terminal): void {
  program
    .command("mode")
    .argument(
      "<mode>",
      "unplanned: the old site, or what one system has there, was lost in the middle of the move",
    )
    .summary("let a move that is under way, or one system of it, go on unplanned")
    .description(
      "Changes the mode of a move that has begun, for the systems that have opened no database yet. Holds at once, and says what would be lost. The next `pulumi up` goes on with it: what stands is not done again, and the other systems go on as they were.",
    )
    .option("--system <id>", "only this system; default: all that have opened no database yet")
    .option("--as <name>", "who answers for this")
    .option("--reason <text>", "what has happened")
    .option("--disaster-at <time>", "when it was lost, with its offset from UTC")
    .option("--accept-loss <duration>", "how much data may be lost at most, such as 4h or 90m")
    .option("--incident <reference>", "ticket or call under which colleagues find this")
    .option("--point <point>", "latest, a time with its offset, or -120m (so long before the disaster)")
    .option(
      "--waive-fence <reason>",
      "how you know that the old site cannot write, where nothing can prove it",
    )
    .option(
      "--second <name>",
      "a second person who answers for --waive-fence, where a log that was taken after the disaster speaks against it",
    )
    .addHelpText(
      "after",
      examples(
        [
          'parallel-standby mode unplanned --system claims --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as R.Okafor --reason "SQLPRD02 died while its logs were copied"',
          'parallel-standby mode unplanned --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as R.Okafor --reason "London is dark" --waive-fence "power to the room is cut, seen by the caretaker"',
        ],
        {
          3: "the mode is changed, but not everything could be held",
          4: "the mode is changed, but as things stand there is no point within the loss that was accepted",
        },
      ),
    )
    .action(async (mode: string, options: ModeOptions) => {
      const { changeMode } = await import("./mode/run.ts");
      const { changeFrom } = await import("./mode/request.ts");
      const { openProject, registries } = await import("./project.ts");
      const change = changeFrom(mode, options, terminal.now());
      await changeMode(change, await openProject(terminal), await registries(), terminal);
    });
}
