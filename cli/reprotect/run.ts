import { situation } from "../../journal/situation.ts";
import { isMoving } from "../../journal/state.ts";
import type { Request } from "../../model/part.ts";
import { stackOf } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Draft } from "../../model/verb.ts";
import { reprotections } from "../../planning/reprotection.ts";
import type { World } from "../../steps/find.ts";
import type { Progress } from "../../steps/progress.ts";
import { runProvisioningStep } from "../../steps/provisioning-runner.ts";
import { inNeed } from "../drafts.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { whileNothingRuns } from "../nothing-runs.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { reprotectable } from "./may.ts";
import { allStands, followsBy } from "./stands.ts";
import { siteText } from "../../model/site-text.ts";

/** What to do about a run, or about steps that still run: of a killed engine, they would meet the same databases. */
const todo = {
  run: 'Follow it with "parallel-standby journal follow"; type this again when it has ended',
  steps: "Wait for it or end that process, then type this again",
};

/**
 * Has the site that was left follow the active one. The journal first: who lets what is there be overwritten, and why.
 * Then each part's own steps, each under the journal's guard as a step of provisioning: what would be overwritten is
 * saved before. What was saved, and where, is in the journal and in the report.
 */
export async function reprotect(
  { as, reason, preview }: { readonly as: string; readonly reason: string; readonly preview: boolean },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  const { s, site } = reprotectable(entries);
  const recovery = upgraded(s.declared?.recovery, registries.parts);
  const request: Request = { from: s.active, to: site, mode: "planned" };
  const errands = reprotections(recovery, request, registries.parts);
  const named = siteText(site, recovery);
  if (errands.length === 0)
    throw new CliError(
      `nothing of this estate carries data that ${named} could follow with. "pulumi up -s ${stackOf[site]}" provisions it`,
    );
  terminal.out(`re-protects ${s.active}: ${named} is to follow it, what it holds alone is saved first`);
  const drafts = errands.flatMap((e) => [...e.save, ...e.follow]);
  for (const { id } of drafts) terminal.out(`  ${id}`);
  if (preview) return;

  const world: World = { ...registries, journal };
  const work = async (): Promise<void> => {
    const before = followsBy(await journal.entries(), s.epoch, site);
    if (before && (await allStands(drafts, { world, recovery, journalRef: estate.journal, site }))) {
      terminal.out(
        `already: ${named} follows ${s.active} as ${plain(before.as)} has left it at ${before.at}. Nothing was done, and nothing written`,
      );
      return;
    }
    await journal.append((now) => {
      const may = reprotectable(now);
      if (may.s.epoch !== s.epoch || may.site !== site)
        throw new CliError("at this moment another move was made: look again");
      return { kind: "re-protect", epoch: s.epoch, site, as: as.trim(), reason: reason.trim() };
    });
    const perform = (draft: Draft): Promise<string> =>
      runProvisioningStep(
        {
          journal: estate.journal,
          provision: {
            id: draft.id,
            verb: draft.verb,
            args: draft.args,
            timeoutSec: draft.timeoutSec,
            site,
            epoch: s.epoch,
          },
          hosts: recovery.hosts,
        },
        world,
        progressOf(draft, terminal),
      ).then((says) => {
        terminal.out(`✔ ${plain(draft.id)}: ${plain(says)}`);
        return says;
      });
    const saved = await Promise.all(errands.map((e) => inNeed(e.save, perform)));
    // What was not saved is not overwritten, nor is anything that must be of the same moment with it.
    const safe = errands.filter((_, i) => saved[i]?.every((end) => "ended" in end));
    const followed = await Promise.all(safe.map((e) => inNeed(e.follow, perform)));
    const ends = [...saved, ...followed].flat();
    const failed = ends.flatMap((e) => ("failed" in e ? [`${e.draft.id}: ${e.failed}`] : []));
    if (failed.length > 0)
      throw new CliError(
        `${named} does not follow ${s.active} yet: ${plain(failed.join("; "))}. Nothing that was not saved was overwritten. Mend it and type the same again`,
      );
    await journal.append((now) => {
      const then = situation(now);
      if (then.epoch !== s.epoch || isMoving(then))
        throw new CliError(
          `a move was made while this went on (activation ${String(then.epoch)}): what follows what is open. Look with "parallel-standby status"`,
        );
      return {
        kind: "re-protected",
        epoch: s.epoch,
        site,
        as: as.trim(),
        saved: saved
          .flat()
          .flatMap((e) => ("ended" in e ? [{ step: e.draft.id, says: e.ended.replace(/^\w+: /, "") }] : [])),
      };
    });
    terminal.out(`re-protected: ${named} follows ${s.active}`);
  };
  await whileNothingRuns(journal.store, terminal, work, todo);
  terminal.out(
    `next: "pulumi up -s ${stackOf[s.active]}", then "pulumi up -s ${stackOf[site]}": services, names and facts of both sites`,
  );
}

const progressOf = ({ id }: Draft, terminal: Terminal): Progress => {
  const lines: string[] = [];
  return {
    begin: () => undefined,
    tick: () => undefined,
    last: () => undefined,
    say: (line) => {
      lines.push(line);
      terminal.note(plain(`${id}: ${line}`));
    },
    lines,
  };
};
