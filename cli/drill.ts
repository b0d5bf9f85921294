import type { Command } from "commander";
import type { DrillOptions } from "./drill/declare.ts";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `drill`: declares that the standby is tried beside production, removes what a drill has made, tells what came of it. */
export function addDrill(program: Command, terminal: Terminal): void {
  const drill = program
    .command("drill")
    .summary("try the standby beside production: declare a drill, sweep it, read what came of it")
    .description(
      'A drill copies the databases at the standby from their backups, under other names, at one point, and verifies the copies. Production and replication are not touched. "drill declare", then "pulumi up -s dr-drill", then "pulumi destroy -s dr-drill".',
    )
    .addHelpText(
      "after",
      examples([
        "parallel-standby drill declare --as R.Okafor",
        "parallel-standby drill sweep --as R.Okafor",
        "parallel-standby drill report",
      ]),
    );
  drill
    .command("declare")
    .summary("declare a drill: the consent that the next pulumi up -s dr-drill needs")
    .description(
      "Declares a drill. It is good for one drill and 24 hours. Refused while a drill is open, while the estate moves, and while a move is declared.",
    )
    .option("--as <name>", "who answers for this")
    .option(
      "--point <point>",
      "latest, a time with its offset, or -120m (so long before it is chosen). Default: the rule of the data, as in a disaster now",
    )
    .option("--systems <id...>", "only these systems. Default: all")
    .option(
      "--check <how>",
      "full: DBCC CHECKDB of all contents; physical: pages only, much quicker on large databases",
      "full",
    )
    .option(
      "--limit-hours <n>",
      "how long the copies may stay; after that, status calls the drill overdue",
      "24",
    )
    .addHelpText(
      "after",
      examples([
        "parallel-standby drill declare --as R.Okafor",
        "parallel-standby drill declare --as R.Okafor --point 2026-11-22T01:10+00:00 --systems k2 --limit-hours 4",
      ]),
    )
    .action(async (options: DrillOptions) => {
      const { declareDrill } = await import("./drill/declare.ts");
      const { openProject, registries } = await import("./project.ts");
      await declareDrill(options, await openProject(terminal), await registries(), terminal);
    });
  drill
    .command("sweep")
    .summary("remove all that the drill has made, without the engine")
    .description(
      'Ends the drill and removes what it has made, also what half failed. "pulumi destroy -s dr-drill" does the same. Works at any time, while the estate moves too: it touches nothing but copies.',
    )
    .requiredOption("--as <name>", "who answers for this")
    .option(
      "--drill <n>",
      "number of the drill: what bears it is looked for whatever the journal knows of it. Without it, the newest",
    )
    .addHelpText(
      "after",
      examples([
        "parallel-standby drill sweep --as R.Okafor",
        "parallel-standby drill sweep --drill 3 --as R.Okafor",
      ]),
    )
    .action(async (options: { readonly as: string; readonly drill?: string }) => {
      const { sweep } = await import("./drill/sweep.ts");
      const { openProject, registries } = await import("./project.ts");
      await sweep(options, await openProject(terminal), await registries(), terminal);
    });
  drill
    .command("report")
    .summary("what a drill tried, what was seen, and whether anything of it is left")
    .description("Tells a drill from the journal alone.")
    .option("--drill <n>", "number of the drill; without it, the newest")
    .option("--out <file>", "writes it as one HTML page, too; with --json as JSON")
    .option("--json", "for machines")
    .addHelpText(
      "after",
      examples([
        "parallel-standby drill report",
        "parallel-standby drill report --out drill.html",
        "parallel-standby drill report --drill 2 --json",
      ]),
    )
    .action(async (options: { readonly drill?: string; readonly json?: true; readonly out?: string }) => {
      const { drillReport } = await import("./drill/report.ts");
      const { openProject } = await import("./project.ts");
      await drillReport(options, await openProject(terminal), terminal);
    });
}
