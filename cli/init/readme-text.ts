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
    "They have the numbers of the README of parallel-standby, `node_modules/parallel-standby/README.md`, which says what each changes; 1 to 3 lie behind you: the lab, this folder, the prepared servers. Each can be repeated.",
    "",
    "Before: Node 22.18 or newer and Pulumi on the runner, and servers that let it in. `node_modules/parallel-standby/docs/prepare-a-server.md` has every command for that; the other pages lie beside it.",
    "",
    "**4. Install, and secrets.** Copy `secrets.env.example` to `secrets.env` (Windows: `secrets.ps1.example` to `secrets.ps1`), fill it in, and load it in every shell. On Windows: `. .\\secrets.ps1`",
    "",
    ...shell("npm install", "npm run check", "set -a; . ./secrets.env; set +a"),
    "**5. Servers.** Prints the host key of each: compare it at the server, then put the printed line in place of the server's `ssh: { … }` in `estate.ts`. Prints everything else that is missing, too. Repeat until all is well. `doctor` looks at the runner; it still misses journal and stacks.",
    "",
    ...shell("npx --no parallel-standby hosts check", "npx --no parallel-standby doctor"),
    "**6. Journal.** Once: says which site is active today.",
    "",
    ...shell(
      "npx --no parallel-standby journal init --active primary --as YOUR-NAME",
      "pulumi stack init primary",
      "pulumi stack init standby",
    ),
    "**7. Preview.** Shows what would be done, and what would be overwritten. None of the rungs before the next one changes a server.",
    "",
    ...shell("pulumi preview -s primary", "pulumi preview -s standby"),
    "**8. Production's side.** Log shipping's jobs at production's SQL Server, the names. Nothing is stopped. From here on nothing else may take log backups of these databases.",
    "",
    ...shell("pulumi up -s primary"),
    "**9. Standby.** Sets up the standby site beside running production, and its replication. A database of the standby's own that `replaces` in `estate.ts` names, such as the one K2's installer made, is overwritten; where another open one is in the way it stops and says what to do.",
    "",
    ...shell("pulumi up -s standby"),
    "**10. Ready?** Whether a move would work now, what it would lose, and what to mend: by hand until it is green, then every half hour by itself (`docs/readiness.md`). `status` says what is active and what is owed.",
    "",
    ...shell("npx --no parallel-standby readiness", "npx --no parallel-standby status"),
    "**11. Drill.** Copies of the databases at the standby, beside production; nothing of production is touched. Then they are removed.",
    "",
    ...shell(
      "npx --no parallel-standby drill declare --as YOUR-NAME",
      "pulumi up -s dr-drill",
      "npx --no parallel-standby drill report",
      "pulumi destroy -s dr-drill",
    ),
    "**12. The real thing, planned.** On a quiet evening: production stops, the standby becomes active, nothing of the databases is lost. Read rung 13 first.",
    "",
    ...shell(
      "npx --no parallel-standby declare --to dr --mode planned --as YOUR-NAME",
      upCommand("dr-active", "linux"),
      "npx --no parallel-standby report",
    ),
    "**13. The way back.** First the old site follows the new one: what it alone holds is saved, and only then overwritten. Both stacks after each move, the active site's first. An hour after a move at the earliest another one is declared (`coolDownMin`). Go on only when readiness is green (`node_modules/parallel-standby/docs/log-shipping.md`, The way back).",
    "",
    ...shell(
      "npx --no parallel-standby reprotect --as YOUR-NAME --reason WHY",
      "pulumi up -s standby",
      "pulumi up -s primary",
      "npx --no parallel-standby readiness",
      "npx --no parallel-standby declare --to primary --mode planned --as YOUR-NAME",
      upCommand("primary-active", "linux"),
      "pulumi up -s primary",
      "pulumi up -s standby",
    ),
    "## The bad night",
    "",
    "Production is lost. Note when, with the offset from UTC. The declaration stops restoring at the standby at once, and prints what would be lost and what to type next.",
    "",
    ...shell(
      "npx --no parallel-standby status",
      "npx --no parallel-standby declare --to dr --mode unplanned --disaster-at 2026-11-22T03:10+00:00 --accept-loss 4h --incident INC-77 --as YOUR-NAME",
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
