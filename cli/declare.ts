import type { Command } from "commander";
import { examples } from "./help.ts";
import type { DeclareOptions } from "./declare/request.ts";
import type { Terminal } from "./terminal.ts";

/** `declare`: says that a move is wanted, by whom and at what price; the next `pulumi up` of that site uses it up. */
export function addDeclare(program: Command, terminal: Terminal): void {
  program
    .command("declare")
    .summary("declare a move to the other site: the consent that the next activation needs")
    .description(
      "Declares a move. It is good for one activation and 24 hours. An unplanned one holds at once: restore jobs at the target stop, so that the point you want is not passed by while you decide. It says whether the old site is dead, alive or out of reach, and what would be lost.",
    )
    .option("--to <site>", "the site that is to become active: dr or primary")
    .option(
      "--mode <mode>",
      "planned: nothing may be lost; unplanned: the old site is lost, or as good as lost",
    )
    .option("--as <name>", "who answers for this")
    .option("--disaster-at <time>", "unplanned: when the old site was lost, with its offset from UTC")
    .option("--accept-loss <duration>", "unplanned: how much data may be lost at most, such as 4h or 90m")
    .option("--incident <reference>", "unplanned: ticket or call under which colleagues find this")
    .option(
      "--point <point>",
      "unplanned: latest, a time with its offset, or -120m (so long before the disaster)",
    )
    .option(
      "--waive-fence <reason>",
      "unplanned: how you know that the old site cannot write, where nothing can prove it",
    )
    .option(
      "--second <name>",
      "a second person who answers for --waive-fence, where a log that was taken after the disaster speaks against it",
    )
    .option("--override-cool-down <reason>", "why another move has to begin so soon after the last one")
    .addHelpText(
      "after",
      examples(
        [
          "parallel-standby declare --to dr --mode planned --as R.Okafor",
          "parallel-standby declare --to dr --mode unplanned --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as R.Okafor",
          'parallel-standby declare --to dr --mode unplanned --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as R.Okafor --point -120m --waive-fence "power to the room is cut, seen by the caretaker"',
        ],
        {
          3: "the move is declared, but not everything could be held",
          4: "the move is declared, but as things stand there is no point within the loss that was accepted",
        },
      ),
    )
    .action(async (options: DeclareOptions) => {
      const { declare } = await import("./declare/run.ts");
      const { openProject, registries } = await import("./project.ts");
      const { declarationFrom } = await import("./declare/request.ts");
      const fact = declarationFrom(options, terminal.now());
      await declare(fact, await openProject(terminal), await registries(), terminal);
    });
}
