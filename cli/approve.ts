import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly as?: string;
  readonly reason?: string;
}

/** `approve` and `decline`: the answer to a step that waits for people. */
export function addApprove(program: Command, terminal: Terminal): void {
  program
    .command("approve")
    .argument("[step]", "the step that waits, as it names itself; without it, what waits is listed")
    .summary("approve a step that waits, or say that a manual step is done")
    .description(
      "Approves a step of the move that is under way: one that asks before databases are opened or people are let in, or a manual step that is done. It is heard within seconds, and stands for this move alone. Without a step it lists what waits, and changes nothing.",
    )
    .option("--as <name>", "who answers for this")
    .option("--reason <text>", "what was seen, for the journal")
    .addHelpText(
      "after",
      examples(["parallel-standby approve", "parallel-standby approve k2/approve-open --as R.Okafor"]),
    )
    .action((step: string | undefined, options: Options) => reply("approved", step, options, terminal));
  program
    .command("decline")
    .argument("[step]", "the step that waits, as it names itself; without it, what waits is listed")
    .summary("decline a step that waits: what depends on it does not act")
    .description(
      "Declines a step that waits: it fails with this name and reason, and what depends on it does not act. It does not stand for ever: the next run of the same move asks anew. Without a step it lists what waits, and changes nothing.",
    )
    .option("--as <name>", "who answers for this")
    .option("--reason <text>", "why, for the journal and for those who run the move")
    .addHelpText(
      "after",
      examples([
        "parallel-standby decline",
        'parallel-standby decline k2/approve-clients --as M.Lindqvist --reason "the claims of today are missing"',
      ]),
    )
    .action((step: string | undefined, options: Options) => reply("declined", step, options, terminal));
}

async function reply(
  verdict: "approved" | "declined",
  step: string | undefined,
  { as, reason }: Options,
  terminal: Terminal,
): Promise<void> {
  const { answer, listWaiting } = await import("./approve/run.ts");
  const { openProject } = await import("./project.ts");
  if (step === undefined) {
    await listWaiting(await openProject(terminal), terminal);
    return;
  }
  const { typed } = await import("./consent.ts");
  const words = typed({ as, reason, needsReason: verdict === "declined" });
  await answer({ step, verdict, ...words }, await openProject(terminal), terminal);
}
