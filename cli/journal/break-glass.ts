import * as path from "node:path";
import { salvageOf, restarted, type Copies, type Known, type Salvage } from "../../journal/break-glass.ts";
import { readableOf } from "../../journal/chain.ts";
import type { Fact } from "../../journal/entries.ts";
import { whoAmI } from "../../journal/process-life.ts";
import { situation } from "../../journal/situation.ts";
import { describe } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Parts } from "../../model/part.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { epochAtWitnesses } from "../../steps/words.ts";
import { siteText } from "../../model/site-text.ts";
import { CliError, UsageError } from "../failure.ts";
import { count, plain } from "../layout.ts";
import { whileNothingRuns } from "../nothing-runs.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { saidFrom, type SaidOptions } from "./consent.ts";
import { tellGuards, unfencedAt } from "./unfenced.ts";
import { lookAtWorld, refuseUnlikely, seenText } from "./world.ts";

/** How long asking the guard's witnesses for the last activation may take. */
const witnessesSec = 15;

/** The options of `journal break-glass`, as they were typed. */
export interface BreakGlassOptions extends SaidOptions {
  readonly knows?: readonly string[];
  readonly lastActivation?: string;
  readonly preview: boolean;
}

/**
 * Goes on where the journal cannot be read, or has lost what a stack or a witness has seen: on the last entry that can be
 * read, with the word of a person for the site that is active. What is given up is named, so that stacks and a mirror that
 * have seen it take this journal and no other. The files are kept as they were.
 */
export async function breakGlass(
  { preview, knows = [], lastActivation, ...options }: BreakGlassOptions,
  { root, estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const said = saidFrom(options);
  const strange = knows.find((h) => !/^[0-9a-f]{12,64}$/.test(h));
  if (strange !== undefined)
    throw new UsageError(
      `--knows ${JSON.stringify(strange.slice(0, 80))} is no hash of an entry. Write its first 12 digits or more, as "pulumi up" prints them`,
    );
  if (lastActivation !== undefined && !/^\d{1,9}$/.test(lastActivation))
    throw new UsageError(
      `--last-activation ${JSON.stringify(lastActivation.slice(0, 80))} is not the number of an activation. "pulumi stack output epoch -s dr-active" shows it`,
    );
  const known: Known = {
    hashes: knows,
    ...(lastActivation === undefined ? {} : { lastActivation: Number(lastActivation) }),
  };
  const mirror = path.resolve(root, estate.journal.mirror ?? "");
  const { raw, restart } = journal.store;
  const plan = (copies: Copies): Salvage =>
    salvage(copies, known, { place: journal.store.place, mirror, estate: estate.name });
  const before = await raw();
  const found = plan(before);
  terminal.out(salvageText(found, before));
  const recovery = factsFor(found, estate, registries.parts);
  const claim = {
    active: said.active,
    recovery,
    journal: { ...journal, entries: () => Promise.resolve(found.entries) },
    journalRef: estate.journal,
  };
  const signs = await lookAtWorld(claim, registries.runs, terminal);
  refuseUnlikely(signs, claim, said.although);
  const told = await withIo(
    { known: recovery, ...claim, to: said.active, say: () => undefined, limitSec: witnessesSec },
    (io) => epochAtWitnesses(recovery, io),
  );
  const unfenced = unfencedAt(recovery, said.active, registries.parts);
  if (preview) return;

  await whileNothingRuns(journal.store, terminal, async () => {
    const kept = await restart((now) => {
      if (now.own !== before.own || now.mirror !== before.mirror)
        throw new CliError("at this moment journal or mirror changed: look again, and type this again");
      const fact: Fact = {
        kind: "break-glass",
        estate: estate.name,
        ...said,
        epoch: Math.max(found.epoch, told + 1),
        seen: seenText(signs),
        lastHash: found.entries.at(-1)?.hash ?? "",
        lines: found.givenUp,
        gaveUp: [...found.gaveUp],
        ...(unfenced.length === 0 ? {} : { unfenced }),
      };
      return restarted(found, fact, terminal.now(), whoAmI());
    });
    for (const file of kept) terminal.out(`kept as it was: ${file}`);
  });
  const s = situation(await journal.entries());
  terminal.out(
    `the glass is broken: the journal of ${estate.name} goes on in ${journal.store.place}; ${siteText(s.active, recovery)} is active, says ${plain(said.as)}`,
  );
  await tellGuards({ ...claim, journal }, unfenced, registries.parts, terminal);
  terminal.out(
    s.declared
      ? 'next: "parallel-standby status"; what was declared is void. Provision both sites as soon as both can be reached'
      : 'next: the journal holds no facts: "pulumi up" of both sites, the active one first, declares them again',
  );
}

function salvage(
  copies: Copies,
  knows: Known,
  of: { readonly place: string; readonly mirror: string; readonly estate: string },
): Salvage {
  const { place, estate } = of;
  const [first] = readableOf(copies.own).entries;
  const owner = first && "estate" in first ? first.estate : estate;
  if (owner !== estate)
    throw new CliError(
      `the journal in ${place} belongs to the estate "${owner}", not to "${estate}": it is left as it is. Check journal in estate.ts`,
    );
  const found = salvageOf(copies, knows, of.mirror);
  if ("instead" in found) throw new CliError(`the journal in ${place} is left as it is: ${found.instead}`);
  return found;
}

const salvageText = ({ entries, givenUp, carried }: Salvage, { mirror }: Copies): string =>
  [
    `${count(entries.length, "entry", "entries")} can be read and stay; ${count(givenUp, "line is", "lines are")} given up`,
    ...(mirror === undefined
      ? ["no mirror could be read: one that comes back and holds more is refused until somebody decides"]
      : []),
    ...(carried ? [`facts ${carried.factsHash} are carried over from what is given up`] : []),
  ].join("\n");

function factsFor({ entries, carried }: Salvage, estate: Estate, parts: Parts): Recovery {
  const declared = entries.length > 0 ? situation(entries).declared : undefined;
  const facts = declared ?? carried;
  return facts ? upgraded(facts.recovery, parts) : describe(estate, parts);
}
