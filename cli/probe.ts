import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** Options of `probe`, as they were typed. */
export interface ProbeOptions {
  readonly notify?: readonly [string, ...string[]];
}

/** `probe`: what the runner does every few minutes by itself, so that nobody has to be there when a site comes back. */
export function addProbe(program: Command, terminal: Terminal): void {
  program
    .command("probe")
    .summary("for a scheduler: fence the old site at first contact, renew the guard's leases")
    .description(
      "Looks whether the site that was left answers again, while something of its fence is owed, and then does what is owed there at once: services stopped and disabled, databases closed. Where the estate has a guard its words are published and its leases renewed. At rest it takes a second. Meant to run every five minutes by itself: docs/guard.md has the lines for it.",
    )
    .argument("[args...]", "after --: arguments of --notify that begin with a dash")
    .option(
      "--notify <command...>",
      "starts this program, without a shell and without secrets, with what there is to tell on standard input: when it is another thing than last time, also that it could not probe",
    )
    .addHelpText(
      "after",
      examples(
        ["parallel-standby probe", "parallel-standby probe --notify mail -- -s probe ops@corp.example"],
        {
          0: "done: nothing is owed, or all of it was done now",
          1: "could not probe, or a place did not get the guard's words",
          5: "a fence is owed, and nothing of that site answers: it looked, and will look again",
          6: "ALARM: the site that was left answers, and is not fenced",
        },
      ),
    )
    .action(async (more: readonly string[], options: ProbeOptions) => {
      const { probeAndTell } = await import("./probe/tell.ts");
      const { openProject, registries } = await import("./project.ts");
      const open = async () => ({ project: await openProject(terminal), registries: await registries() });
      await probeAndTell(more, options, open, terminal);
    });
}
