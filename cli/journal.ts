import type { Command } from "commander";
import { examples } from "./help.ts";
import type { BreakGlassOptions } from "./journal/break-glass.ts";
import type { SaidOptions } from "./journal/consent.ts";
import type { RestoreOptions } from "./journal/restore.ts";
import type { Terminal } from "./terminal.ts";

/** `journal`: begins, shows, proves and follows the journal of an estate. */
export function addJournal(program: Command, terminal: Terminal): void {
  const journal = program
    .command("journal")
    .summary("begin, show, verify, follow or correct the journal")
    .description("The journal says what happened, which site is active, and who said so.")
    .addHelpText(
      "after",
      examples([
        "parallel-standby journal init --active primary --as R.Okafor",
        "parallel-standby journal show --since 40 --steps",
        "parallel-standby journal verify",
        "parallel-standby journal follow",
      ]),
    );
  journal
    .command("init")
    .summary("begin the journal of a new estate")
    .description("Begins the journal. Refused where one has begun: it would forget what happened.")
    .requiredOption("--active <site>", "the site that is active now: primary or dr")
    .requiredOption("--as <name>", "who says so")
    .addHelpText("after", examples(["parallel-standby journal init --active primary --as R.Okafor"]))
    .action(async (options: { readonly active: string; readonly as: string }) => {
      const { init } = await import("./journal/init.ts");
      await init(options, await project(), terminal);
    });
  journal
    .command("show")
    .summary("what the journal holds, an entry a line")
    .description("Shows the entries; those of single steps only with --steps.")
    .option("--json", "every entry whole, one JSON object a line")
    .option("--since <seq>", "only entries from that number on")
    .option("--steps", "with the entries of single steps")
    .addHelpText(
      "after",
      examples(["parallel-standby journal show", "parallel-standby journal show --json | jq ."]),
    )
    .action(async (options: { readonly json?: true; readonly since?: string; readonly steps?: true }) => {
      const { show } = await import("./journal/show.ts");
      await show(options, await project(), terminal);
    });
  journal
    .command("verify")
    .summary("prove that the journal and its mirror are whole, and the same")
    .description("Proves the chain of hashes of journal and mirror, and that both hold the same history.")
    .addHelpText("after", examples(["parallel-standby journal verify"]))
    .action(async () => {
      const { verify } = await import("./journal/verify.ts");
      await verify(await project(), terminal);
    });
  journal
    .command("adopt")
    .summary("record a cutover that was made outside of this tool")
    .description(
      "Says that a site is active that the journal does not call so: somebody has cut over by hand. First it looks at both sites and shows what it sees; what contradicts it is refused, unless you answer for it with --although. Refused while a move is under way. Whatever was planned before never acts any more; the next `pulumi up` of both sites plans for the site that is active now.",
    )
    .requiredOption("--active <site>", "the site that is active now: primary or dr")
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "what was done outside, and why, for the journal")
    .option("--although <text>", "how you know, where what is seen speaks against it")
    .option("--preview", "look and show, and write nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby journal adopt --active dr --as R.Okafor --reason x --preview",
        'parallel-standby journal adopt --active dr --as R.Okafor --reason "opened by hand in the night of 12 May, INC-81"',
      ]),
    )
    .action(async (options: SaidOptions & { readonly preview: boolean }) => {
      const { adopt } = await import("./journal/adopt.ts");
      const { registries } = await import("./project.ts");
      await adopt(options, await project(), await registries(), terminal);
    });
  journal
    .command("break-glass")
    .summary("go on where the journal cannot be read, and no copy of it can")
    .description(
      "Goes on after the last entry that can be read, with your word for the site that is active. What cannot be read is given up, named, and kept beside the journal as it was. Looks at both sites first, as adopt does. Refused where the journal or its mirror can be read: then nothing has to be given up, unless --knows or --last-activation tell of what it has lost.",
    )
    .requiredOption("--active <site>", "the site that is active now: primary or dr")
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "what happened to the journal, for the journal")
    .option("--although <text>", "how you know, where what is seen speaks against it")
    .option("--knows <hash...>", "what a stack has seen that the journal has lost, as pulumi up prints it")
    .option("--last-activation <n>", "the number of the last activation, where nothing that is left tells it")
    .option("--preview", "look and show, and write nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby journal break-glass --active primary --as R.Okafor --reason x --preview",
        'parallel-standby journal break-glass --active dr --as R.Okafor --reason "the disk of the runner is damaged"',
      ]),
    )
    .action(async (options: BreakGlassOptions) => {
      const { breakGlass } = await import("./journal/break-glass.ts");
      const { registries } = await import("./project.ts");
      await breakGlass(options, await project(), await registries(), terminal);
    });
  journal
    .command("restore")
    .summary("put a copy of the journal in its place")
    .description(
      "Puts the journal.jsonl of a folder, the mirror's or a backup's, in the place of the journal, wherever that is kept, and brings the mirror to the same. Refused where the copy does not hold, or lacks entries that journal or mirror have, unless you answer for it with --although. What is replaced is kept. Also the way to another place: name the new one in estate.ts, then restore from the old one's folder.",
    )
    .requiredOption("--from <folder>", "the folder with the copy; relative to the folder of Pulumi.yaml")
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "what happened to the journal, for the journal")
    .option("--although <text>", "how you know that the copy is right, where it lacks entries")
    .option("--preview", "look and show, and write nothing", false)
    .addHelpText(
      "after",
      examples([
        "parallel-standby journal restore --from journal-mirror --as R.Okafor --reason x --preview",
        'parallel-standby journal restore --from journal-mirror --as R.Okafor --reason "the SQL Server was rebuilt"',
      ]),
    )
    .action(async (options: RestoreOptions) => {
      const { restore } = await import("./journal/restore.ts");
      await restore(options, await project(), terminal);
    });
  journal
    .command("follow")
    .summary("print new entries as they are written, until Ctrl+C")
    .description(
      "Prints what is written from now on, steps included: for whoever watches a cutover that runs elsewhere.",
    )
    .addHelpText("after", examples(["parallel-standby journal follow"]))
    .action(async () => {
      const { follow, untilInterrupted } = await import("./journal/follow.ts");
      await follow(await project(), terminal, untilInterrupted());
    });

  async function project(): Promise<import("./project.ts").Project> {
    const { openProject } = await import("./project.ts");
    return openProject(terminal);
  }
}
