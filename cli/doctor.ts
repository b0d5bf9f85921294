import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `doctor`: whether this machine could run a cutover now. */
export function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command("doctor")
    .summary("whether this machine could run a cutover now: engine, journal, secrets, settings")
    .description(
      'Looks at the runner: Node, engine and plugins without a network, journal and mirror, secrets (their names only), clock, settings, stacks. It contacts no server of the estate; "hosts check" does.',
    )
    .addHelpText("after", examples(["parallel-standby doctor"]))
    .action(async () => {
      const { doctor } = await import("./doctor/run.ts");
      const { openProject, registries } = await import("./project.ts");
      await doctor(await openProject(terminal), await registries(), terminal);
    });
}
