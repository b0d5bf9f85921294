import * as pulumi from "@pulumi/pulumi";
import { Failover } from "../components/failover.ts";
import { situation } from "../journal/situation.ts";
import type { Estate } from "../model/estate.ts";
import type { SiteId } from "../model/site.ts";
import { chainsOf } from "../planning/chains.ts";
import type { World } from "../steps/find.ts";
import { begin } from "./begin.ts";
import { attemptsOf, outlookText, prepare, preparedText } from "./prepare.ts";
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
  const prepared = await prepare(estate, target, world, passing);
  if (prepared.kind === "nothing") {
    await pulumi.log.info(prepared.says);
    return {};
  }
  const { now, plan, recovery } = prepared;
  if (chainsOf(recovery, parts).length > 1 && process.env["PULUMI_CONTINUE_ON_ERROR"] !== "true")
    await pulumi.log.warn(
      "PULUMI_CONTINUE_ON_ERROR is not true: one system that fails would stop the others. Set it, or add --continue-on-error",
    );
  await pulumi.log.info(preparedText(prepared));
  if (pulumi.runtime.isDryRun()) {
    const outlook = await outlookText(prepared, estate, world);
    if (outlook !== undefined) await pulumi.log.info(outlook);
  } else await begin(prepared, journal, passing, await repositoryOf(process.cwd()));
  const { head } = situation(await journal.entries());
  new Failover("move", {
    plan,
    journal: estate.journal,
    epoch: now.epoch,
    attempts: await attemptsOf(prepared),
  });
  return { epoch: now.epoch, head };
}
