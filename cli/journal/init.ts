import { siteIds } from "../../model/site.ts";
import { didYouMean } from "../../model/nearest.ts";
import { CliError, UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { wrongIn } from "./consent.ts";

/** Begins the journal of the project's estate. */
export async function init(
  { active, as }: { readonly active: string; readonly as: string },
  { estate, journal }: Project,
  terminal: Terminal,
): Promise<void> {
  const site = siteIds.find((id) => id === active);
  if (!site)
    throw new UsageError(
      `--active ${JSON.stringify(active)} is not a site. Write primary or dr.${didYouMean(active, siteIds)}`,
    );
  const wrong = wrongIn({ as });
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
  await journal.append((entries) => {
    if (entries.length > 0)
      throw new CliError(
        `the journal in ${journal.store.place} has begun already: it holds ${count(entries.length, "entry", "entries")}. Look with "parallel-standby journal show"`,
      );
    return {
      kind: "genesis",
      estate: estate.name,
      active: site,
      as: as.trim(),
    };
  });
  terminal.out(`the journal of ${estate.name} begins in ${journal.store.place}: ${site} is active`);
  const next = [
    "pulumi stack init primary",
    "pulumi stack init standby",
    "pulumi up -s primary",
    "pulumi up -s standby",
  ];
  terminal.note(["next:", ...next].join("\n  "));
}
