import type { Command } from "commander";
import type { Consent } from "./declare/consent.ts";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `waive`: somebody answers for the fence of a move that is under way and that nothing can prove. */
export function addWaive(program: Command, terminal: Terminal): void {
  program
    .command("waive")
    .summary("answer for the fence of the move that is under way, where nothing can prove it")
    .description(
      "Waives the proof that nothing at the old site can write, for the activation that has begun and only for it. Refused while anything there answers: the cutover then fences it itself. Where a log that was taken after the disaster speaks against it, a second person must answer too. It is void as soon as what it waives answers.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "how you know that the old site cannot write")
    .option("--second <name>", "a second person who answers for it, where a sign of life speaks against it")
    .addHelpText(
      "after",
      examples([
        'parallel-standby waive --as R.Okafor --reason "power to the room is cut, seen by the caretaker"',
        'parallel-standby waive --as R.Okafor --second S.Lee --reason "the last log came from the UPS minutes, the room is dark"',
      ]),
    )
    .action(async (options: Consent & { readonly reason: string }) => {
      const { consent } = await import("./declare/consent.ts");
      consent(options);
      const { waive } = await import("./waive/run.ts");
      const { openProject, registries } = await import("./project.ts");
      await waive(options, await openProject(terminal), await registries(), terminal);
    });
}
