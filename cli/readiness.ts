import type { Command } from "commander";
import { examples } from "./help.ts";
import type { ReadinessOptions } from "./readiness/run.ts";
import type { Terminal } from "./terminal.ts";

/** `readiness`: whether a move would work now, and what it would cost; made for a scheduler. */
export function addReadiness(program: Command, terminal: Terminal): void {
  program
    .command("readiness")
    .summary("whether a move would work now, how long it would take and what would be lost")
    .description(
      "Looks at everything that a move needs, side by side and for a minute at most: servers, rights, log chains, jobs, logins, disks, names, licences, keys, versions, and what differs between the sites. It changes nothing but the journal, which keeps the result. Meant to run every half hour by itself: docs/readiness.md has the lines for it.",
    )
    .argument("[args...]", "after --: arguments of --notify that begin with a dash")
    .option("--to <site>", "the site that would become active: dr or primary. Default: the passive one")
    .option("--json", "for machines")
    .option("--junit <file>", "writes what was looked at and found as a JUnit report, too")
    .option(
      "--notify <command...>",
      "starts this program, without a shell, with the result on standard input: when the verdict is another one than last time, when it is not ready, and when it could not look",
    )
    .addHelpText(
      "after",
      examples(
        [
          "parallel-standby readiness",
          "parallel-standby readiness --json --junit readiness.xml",
          "parallel-standby readiness --notify mail -- -s readiness ops@corp.example",
        ],
        {
          0: "done: ready",
          1: "it would work; there are warnings",
          2: "not ready, or wrong usage; the last sentence says which",
          3: "could not look: no journal, no facts, or a move is under way",
        },
      ),
    )
    .action(async (more: readonly string[], options: ReadinessOptions) => {
      const { readiness } = await import("./readiness/run.ts");
      await readiness(more, options, terminal);
    });
}
