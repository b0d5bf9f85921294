import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** Options of `guard allow`, as they were typed. */
export interface AllowOptions {
  readonly as: string;
  readonly reason: string;
  readonly second?: string;
}

/** Options of `guard remove`, as they were typed. */
export interface RemoveOptions {
  readonly as: string;
  readonly reason: string;
  readonly preview: boolean;
}

/** `guard`: looks at what keeps servers from starting by themselves, renews it, overrides it, and removes it. */
export function addGuard(program: Command, terminal: Terminal): void {
  const guard = program
    .command("guard")
    .summary("what servers may start by themselves: look, renew, override, remove")
    .description(
      "The guard on each server starts its services only where a witness outside of its own site says that it may, or within its lease.",
    )
    .addHelpText(
      "after",
      examples([
        "parallel-standby guard status",
        "parallel-standby guard publish",
        'parallel-standby guard allow K2PRD01 --as R.Okafor --reason "both witnesses are down, London is active"',
        'parallel-standby guard remove --as R.Okafor --reason "we live without, CAB-12"',
      ]),
    );
  guard
    .command("status")
    .summary("each guarded server: its word, until when it is good, and what was changed by hand")
    .description(
      "Looks at every guarded server and every witness, changing nothing. A server that does not answer is shown as such and is no mistake.",
    )
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      examples(["parallel-standby guard status"], {
        1: "something is not as it should be, or could not be seen; it is listed",
      }),
    )
    .action(async (options: { readonly json?: true }) => {
      const { guardStatus } = await import("./guard/status.ts");
      const { openProject, registries } = await import("./project.ts");
      await guardStatus(options, await openProject(terminal), await registries(), terminal);
    });
  guard
    .command("publish")
    .summary("bring the words to all witnesses and servers that are reached, and renew the leases")
    .description('What "probe" and each run do by the way, now.')
    .addHelpText("after", examples(["parallel-standby guard publish"], { 1: "a witness was not reached" }))
    .action(async () => {
      const { guardPublish } = await import("./guard/publish.ts");
      const { openProject, registries } = await import("./project.ts");
      await guardPublish(await openProject(terminal), await registries(), terminal);
    });
  guard
    .command("allow")
    .argument("<host>", "the server")
    .summary("let a server start its services now, whatever its guard goes by")
    .description(
      "For the day on which no word reaches a server. It counts for as long as a lease, and only until another site takes over or an activation begins. Where the journal says that the other site is active it needs a second person.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--second <name>", "a second person who answers for it, where the journal speaks against it")
    .addHelpText(
      "after",
      examples([
        'parallel-standby guard allow K2PRD01 --as R.Okafor --reason "both witnesses are down, London is active"',
      ]),
    )
    .action(async (host: string, options: AllowOptions) => {
      const { consent } = await import("./declare/consent.ts");
      consent(options);
      const { guardAllow } = await import("./guard/allow.ts");
      const { openProject, registries } = await import("./project.ts");
      await guardAllow(host, options, await openProject(terminal), await registries(), terminal);
    });
  guard
    .command("remove")
    .argument("[host...]", "the servers; without any, all of the estate that have ssh")
    .summary("after guard was taken out of estate.ts: remove the guards that were left on servers")
    .description(
      "On each server start types first: what the guard held back starts with Windows again, and at the passive site what runs at one site at a time is disabled. Then its tasks, then its files. What runs goes on, what stands still is not started. Type the same again after an interruption: it goes on. Refused while estate.ts or the journal's facts have a guard, while the estate moves, and where a guard keeps old databases closed.",
    )
    .requiredOption("--as <name>", "who answers for this")
    .requiredOption("--reason <text>", "why, for the journal")
    .option("--preview", "print what it would do on each server, and change nothing", false)
    .addHelpText(
      "after",
      examples(
        [
          "parallel-standby guard remove --as R.Okafor --reason x --preview",
          'parallel-standby guard remove --as R.Okafor --reason "we live without, CAB-12"',
          'parallel-standby guard remove K2PRD01 SQLPRD01 --as R.Okafor --reason "we live without, CAB-12"',
        ],
        { 1: "refused, or a server was not reached or not done; it is named, the others are done" },
      ),
    )
    .action(async (hosts: readonly string[], options: RemoveOptions) => {
      const { consent } = await import("./declare/consent.ts");
      consent(options);
      const { guardRemove } = await import("./guard/remove.ts");
      const { openProject, registries } = await import("./project.ts");
      await guardRemove(hosts, options, await openProject(terminal), await registries(), terminal);
    });
}
