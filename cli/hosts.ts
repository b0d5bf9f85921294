import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `hosts check`: tries every server of the estate and prints what estate.ts needs of it. */
export function addHosts(program: Command, terminal: Terminal): void {
  const hosts = program
    .command("hosts")
    .summary("try every server of the estate")
    .description("What has to do with the servers of the estate.")
    .addHelpText("after", examples(["parallel-standby hosts check"]));
  hosts
    .command("check")
    .argument("[host...]", "only these; without any, all")
    .summary("host keys, logins, rights, tools and clocks of the servers")
    .description(
      "Says what is wrong with estate.ts itself, connects to every server over SSH and to SQL Server, and reads: host key, login, rights, tools, clock and time zone. It changes nothing. A host key that is not pinned yet is printed as the line to put into estate.ts; nothing is sent to such a server.",
    )
    .addHelpText(
      "after",
      examples(["parallel-standby hosts check", "parallel-standby hosts check K2DR01 SQLDR01"]),
    )
    .action(async (names: readonly string[]) => {
      const { check } = await import("./hosts/run.ts");
      const { openProject, registries } = await import("./project.ts");
      await check(names, await openProject(terminal), await registries(), terminal);
    });
}
