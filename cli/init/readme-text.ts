import { upCommand } from "../up-command.ts";
import type { Answers } from "./keys.ts";

/** README.md of an owner's project: the rungs from an empty machine to a rehearsed cutover, and the bad night. */
export function readmeText(a: Answers): string {
  const shell = (...lines: readonly string[]): readonly string[] => ["```sh", ...lines, "```", ""];
  return [
    `# ${a.name}: ${plainText(a.primaryPlace)} and its standby ${plainText(a.drPlace)}`,
    "",
    "Both sites are declared once, in `estate.ts`. This folder lives on the runner: a machine at the standby site, or at a third place, that still works when production is gone.",
    "",
    "## Climb these rungs, one after the other",
    "",
    "Each can be repeated. None of the first five changes a server.",
    "",
    "Before: Node 22.18 or newer and Pulumi on the runner, and servers that let it in. `node_modules/parallel-standby/docs/prepare-a-server.md` has every command for that; the other pages lie beside it.",
    "",
    "**1. Install.**",
    "",
    ...shell("npm install", "npm run check"),
    "**2. Secrets.** Copy `secrets.env.example` to `secrets.env` (Windows: `secrets.ps1.example` to `secrets.ps1`), fill it in, and load it in every shell. On Windows: `. .\\secrets.ps1`",
    "",
    ...shell("set -a; . ./secrets.env; set +a"),
    "**3. Servers.** Prints the host key of each: compare it at the server, then put the printed line in place of the server's `ssh: { … }` in `estate.ts`. Prints everything else that is missing, too. Repeat until all is well.",
    "",
    ...shell("npx parallel-standby hosts check"),
    "**4. Journal.** Once: says which site is active today.",
    "",
    ...shell(
      "npx parallel-standby journal init --active primary --as YOUR-NAME",
      "pulumi stack init primary",
      "pulumi stack init standby",
    ),
    "**5. Preview.** Shows what would be done.",
    "",
    ...shell("pulumi preview -s standby"),
    "**6. Standby.** Sets up the standby site beside running production, and its replication. A database of the standby's own that `replaces` in `estate.ts` names, such as the one K2's installer made, is overwritten; where another open one is in the way it stops and says what to do.",
    "",
    ...shell("pulumi up -s primary", "pulumi up -s standby"),
    "**7. Ready?** Whether this runner could cut over now. Worth a scheduled task each morning.",
    "",
    ...shell("npx parallel-standby doctor", "npx parallel-standby status"),
    "**8. Rehearse.** On a quiet evening: move over with nothing lost, look, and move back. After each move both stacks, the active site's first: only then does the other site follow. Before you declare the way back, look that it does (`node_modules/parallel-standby/docs/log-shipping.md`).",
    "",
    ...shell(
      "npx parallel-standby declare --to dr --mode planned --as YOUR-NAME",
      upCommand("dr-active", "linux"),
      "npx parallel-standby report",
      "pulumi up -s standby",
      "pulumi up -s primary",
      "npx parallel-standby declare --to primary --mode planned --as YOUR-NAME",
      upCommand("primary-active", "linux"),
      "pulumi up -s primary",
      "pulumi up -s standby",
    ),
    "## The bad night",
    "",
    "Production is lost. Note when, with the offset from UTC. The declaration stops restoring at the standby at once, and prints what would be lost and what to type next.",
    "",
    ...shell(
      "npx parallel-standby status",
      "npx parallel-standby declare --to dr --mode unplanned --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as YOUR-NAME",
      upCommand("dr-active", "linux"),
    ),
    'If a step fails: read its sentence, mend it, run the same command again. It goes on where it stopped. If nothing can prove that production cannot write any more, the cutover says so: make sure yourself, then declare again with `--waive-fence "how you know"`. On Windows PowerShell the command is:',
    "",
    "```powershell",
    upCommand("dr-active", "win32"),
    "```",
    "",
  ].join("\n");
}

/** An answer in running text of a page, where it must not become a heading or a link. */
const plainText = (answer: string): string => answer.replaceAll(/([\\`*_[\]<>#|])/g, "\\$1");
