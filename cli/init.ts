import { Option, type Command } from "commander";
import { examples } from "./help.ts";
import { questions } from "./init/questions.ts";
import type { Terminal } from "./terminal.ts";

/** `init`: asks what the two sites are and writes an owner's project. */
export function addInit(program: Command, terminal: Terminal): void {
  const init = program
    .command("init")
    .argument("<dir>", "the folder of the new project")
    .summary("write a project: both sites in one declaration, ready for pulumi up")
    .description(
      "Asks what the two sites are and writes a project into a new or an empty folder: estate.ts with both sites, what Pulumi needs, where secrets go, and a README with what comes next. Every question can be answered by its option or in a JSON file. Secrets are never asked for: the project says where they go.",
    )
    .option(
      "--yes",
      "ask nothing: what is not answered takes its default, or an example to be edited in estate.ts (default: ask)",
    )
    .option(
      "--answers <file>",
      'answers as JSON, such as {"name": "contoso", "databases": ["K2", "Claims"]} (default: none)',
    )
    .option(
      "--package <spec>",
      "where package.json takes parallel-standby from: a version, a file, a folder (default: this version)",
    );
  for (const { key, flag, asks, example, otherwise } of questions) {
    const without = otherwise ? `default: ${otherwise.says}` : `no default; such as ${example}`;
    init.addOption(
      Object.assign(new Option(`--${flag} <text>`, `${asks} (${without})`), { attributeName: () => key }),
    );
  }
  init
    .addHelpText(
      "after",
      examples([
        "parallel-standby init contoso-dr",
        "parallel-standby init contoso-dr --yes --answers answers.json",
        "parallel-standby init contoso-dr --yes --name contoso --k2-primary K2PRD01=10.10.1.4 --k2-dr K2DR01=10.20.1.4",
      ]),
    )
    .action(async (folder: string, options: Readonly<Record<string, string | true>>) => {
      const { init: run } = await import("./init/run.ts");
      await run(folder, options, terminal);
    });
}
