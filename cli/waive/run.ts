import type { Fact } from "../../journal/entries.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import { activeStack } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Surroundings } from "../../stacks/look.ts";
import { lifeText } from "../../stacks/site-life.ts";
import type { World } from "../../steps/find.ts";
import type { Consent } from "../declare/consent.ts";
import { siteText } from "../../model/site-text.ts";
import { waivedText } from "../declare/text.ts";
import { refuseWaiverWhileAlive } from "../declare/waiver.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { upCommand } from "../up-command.ts";
import { waivable } from "./may.ts";

/** Gives a waiver to the activation that is under way; refused while what it waives shows life. */
export async function waive(
  { as, reason, second }: Consent & { readonly reason: string },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const { last, terms, parts } = waivable(entries);
  const recovery = upgraded(factsOf(entries, situation(entries))?.recovery, registries.parts);
  const at: Surroundings = {
    world,
    recovery: parts ? { ...recovery, parts: recovery.parts.filter((p) => parts.includes(p.id)) } : recovery,
    request: { from: last.from, to: last.to, mode: "unplanned" },
    journalRef: estate.journal,
    epoch: last.epoch,
    disasterSec: terms.disasterAt === undefined ? undefined : Date.parse(terms.disasterAt) / 1000,
  };
  const { accepted, life } = await refuseWaiverWhileAlive(
    at,
    { ...terms, second: second?.trim() },
    {
      undone: "Nothing was waived",
      without: 'go on without a waiver, by "pulumi up"',
      otherTime: "Declare the move anew with another --disaster-at while nothing is open yet",
    },
  );
  await journal.append((now): Fact => {
    if (waivable(now).last.epoch !== last.epoch)
      throw new CliError('at this moment another activation began. Look with "parallel-standby status"');
    return {
      kind: "waiver",
      epoch: last.epoch,
      as: as.trim(),
      reason: reason.trim(),
      ...(second === undefined ? {} : { second: second.trim() }),
      ...(accepted.length === 0 ? {} : { accepted: [...accepted] }),
    };
  });
  terminal.out(
    [
      plain(lifeText(life, recovery, last.from, last.to)),
      `THE FENCE IS WAIVED for activation ${String(last.epoch)}: ${plain(reason)}. The waiver is void as soon as ${siteText(last.from, recovery)} answers`,
      ...waivedText(recovery, last.from, terms.disasterAt ?? last.at),
      ...accepted.map((sign) => `  although: ${plain(sign)}`),
      "next:",
      `  ${upCommand(activeStack(last.to), terminal.platform)}`,
    ].join("\n"),
  );
}
