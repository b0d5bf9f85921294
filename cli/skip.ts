import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `skip`: leaves a step of the move that is under way out. */
export function addSkip(program: Command, terminal: Terminal): void {
  program
    .command("skip")
    .argument(
      "[step]",
      "the step to leave out, as it names itself; without it, those that stop or wait are listed",
    )
    .summary("leave a step of the move out; never one that keeps it safe")
    .description(
      "Leaves a step of the move that is under way out: what depends on it goes on, and the move completes with exceptions. A step that works or waits ends within seconds. Refused for every step that something unsafe would follow: fences and their proof, the point, restores, openings, repairs before services start, checks before people are let in, approvals. Without a step it lists what stops or waits and whether it can be skipped.",
    )
    .option("--as <name>", "who answers for this")
    .option("--reason <text>", "why, for the journal")
    .addHelpText(
      "after",
      examples([
        "parallel-standby skip",
        'parallel-standby skip lb/confirm --as R.Okafor --reason "the pool is switched tomorrow, people use the direct name"',
      ]),
    )
    .action(
      async (
        step: string | undefined,
        { as, reason }: { readonly as?: string; readonly reason?: string },
      ) => {
        const { listSkippable, skip } = await import("./skip/run.ts");
        const { openProject, registries } = await import("./project.ts");
        if (step === undefined) {
          await listSkippable(await openProject(terminal), await registries(), terminal);
          return;
        }
        const { typed } = await import("./consent.ts");
        const words = typed({ as, reason, needsReason: true });
        await skip(
          { step, as: words.as, reason: words.reason ?? "" },
          await openProject(terminal),
          await registries(),
          terminal,
        );
      },
    );
}
