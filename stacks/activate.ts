import * as pulumi from "@pulumi/pulumi";
import { Failover } from "../components/failover.ts";
import { projectRoot } from "../journal/project-root.ts";
import { situation } from "../journal/situation.ts";
import type { Estate } from "../model/estate.ts";
import type { SiteId } from "../model/site.ts";
import { chainsOf } from "../planning/chains.ts";
import { typedHere } from "../steps/own-command.ts";
import type { World } from "../steps/find.ts";
import { begin } from "./begin.ts";
import { verdictText } from "./completed-text.ts";
import { onlyThereNow } from "./only-there.ts";
import { attemptsOf, prepare, preparedText } from "./prepare.ts";
import { previewed } from "./preview.ts";
import { repositoryOf } from "./repository.ts";

/** A line for whoever watches, shown while it happens and not kept. */
const passing = (line: string): void => void pulumi.log.info(line, undefined, undefined, true);

/**
 * The cutover toward a site: begins what was declared, goes on with what is unfinished, changes nothing where that site
 * is active already.
 */
export async function activate(
  estate: Estate,
  target: SiteId,
  world: World,
): Promise<{ readonly epoch?: number; readonly head?: string }> {
  const { journal, parts } = world;
  const isPreview = pulumi.runtime.isDryRun();
  const found = await (isPreview ? previewed : prepare)(estate, target, world, passing);
  if (found.kind === "nothing") {
    await pulumi.log.info(found.says);
    return {};
  }
  const prepared = "prepared" in found ? found.prepared : found;
  const { now, plan, recovery } = prepared;
  if (chainsOf(recovery, parts).length > 1 && process.env["PULUMI_CONTINUE_ON_ERROR"] !== "true")
    await pulumi.log.warn(
      "PULUMI_CONTINUE_ON_ERROR is not true: one system that fails would stop the others. Set it, or add --continue-on-error",
    );
  if ("prepared" in found) {
    await pulumi.log.info(typedHere(found.text));
    if (found.outlook !== undefined) await pulumi.log.info(typedHere(found.outlook));
  } else {
    // Pulumi repeats at the end what is not passing: there the plan of the beginning would stand as if it were the outcome.
    passing(typedHere(preparedText(prepared)));
    if (prepared.lacks !== undefined) await pulumi.log.warn(prepared.lacks);
    await begin(prepared, journal, passing, () => repositoryOf(projectRoot()));
  }
  const { head } = situation(await journal.entries());
  const move = new Failover("move", {
    plan,
    journal: estate.journal,
    epoch: now.epoch,
    attempts: await attemptsOf(prepared),
  });
  if (!isPreview) void sayVerdict(move, world, now.epoch);
  return { epoch: now.epoch, head };
}

/** The last word of a run, where the move is completed by then. Where a step failed, the engine prints its sentence. */
async function sayVerdict({ ended }: Failover, { journal, parts }: World, epoch: number): Promise<void> {
  // Without it the program would end before the journal is read.
  const said = pulumi.runtime.rpcKeepAlive();
  try {
    await ended;
    const entries = await journal.entries();
    const s = situation(entries);
    const verdict = verdictText(s, epoch, entries, onlyThereNow(s, parts));
    if (verdict !== undefined) await pulumi.log.info(typedHere(verdict));
  } catch {
    // That all went well is in the journal whoever says it.
  } finally {
    said();
  }
}
