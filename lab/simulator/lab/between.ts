import { setTimeout as wait } from "node:timers/promises";
import { probe } from "../../../cli/probe/run.ts";
import { reprotect } from "../../../cli/reprotect/run.ts";
import { parts } from "../../../components/registry/parts.ts";
import { situation } from "../../../journal/situation.ts";
import { stackOf, type SiteId } from "../../../model/site.ts";
import { tookPart } from "../../../steps/only-copy.ts";
import { projectOf, quietTerminal, type Crew } from "./crew.ts";
import type { Way } from "./people.ts";
import { provisionUp } from "./provision.ts";
import type { NextLeg } from "./schedule.ts";
import type { Stage } from "./stage.ts";
import type { Breach, Watch } from "./watch.ts";

/** What people do between two moves, and with whom. */
export interface Between {
  readonly stage: Stage;
  readonly crew: Crew;
  readonly watch: Watch;
  /** Of the move that comes. */
  readonly way: Way;
  readonly told: string[];
  readonly refuse: (by: string) => void;
  readonly beside: Promise<unknown>[];
}

/** How often people try something before it counts as one that nothing can bring about. */
const mostTries = 16;
/** Tries after which what was cut off or without power has come back for good. */
const patience = 4;

/**
 * From the end of a move to the next: the site that was left returns and is fenced by the probe, what it alone holds is
 * saved, it follows, both sites are provisioned, and people work for some hours. Gives the rule that is broken where one
 * of these cannot be had any more.
 */
export async function betweenMoves(
  { stage, crew, watch, way, told, refuse, beside }: Between,
  { hours, upFirst }: NextLeg,
): Promise<Breach | undefined> {
  const { lab, journal } = stage;
  const { network } = lab;
  const passive = way.to;
  let count = 0;

  const returns = async (site: SiteId): Promise<void> => {
    const isDown = lab.systems.some((s) => !network.isUp(s.sql[site]));
    if (!isDown && !network.isCut(site)) return;
    told.push(`${site} has power and a link again`);
    watch.returned();
    await network.siteUp(site);
    await network.siteJoined(site);
    // What starts with Windows needs its time.
    await wait(600_000);
  };
  /** Tries a command until it has done its work. What went wrong with its process is heard of. */
  const until = async (
    what: string,
    isDone: () => boolean,
    work: Parameters<Crew["work"]>[1],
  ): Promise<Breach | undefined> => {
    let last = "";
    for (let tries = 1; tries <= mostTries; tries++) {
      if (watch.breach) return watch.breach;
      if (isDone()) return undefined;
      if (tries > patience) for (const site of [way.to, way.from]) await returns(site);
      last = "";
      const ended = await crew.work(`${what}-${String(++count)}`, work).catch((error: unknown) => {
        refuse(`commands (${what})`);
        last = error instanceof Error ? error.message : String(error);
        told.push(`${what}: ${last.slice(0, 300)}`);
      });
      if (ended === "killed") told.push(`somebody types ${what} again`);
      await Promise.all(beside.splice(0));
      if (!isDone()) await wait(300_000);
    }
    return isDone() ? undefined : { rule: "a way out", says: `${what} does not come to an end: ${last}` };
  };
  const isProvisioned = new Set<SiteId>();
  const provisioned = async (): Promise<Breach | undefined> => {
    for (const site of [way.from, passive]) {
      const breach = await until(
        `up of ${site}`,
        () => isProvisioned.has(site),
        async (world) => {
          await provisionUp(stage.estate, site, world);
          isProvisioned.add(site);
        },
      );
      if (breach) return breach;
    }
    return undefined;
  };

  told.push(`${passive} is to follow ${way.from}`);
  await returns(passive);
  let isFenced = false;
  const fenced = await until(
    "probe",
    () => isFenced,
    async (world) => {
      const { runs } = world;
      const found = await probe(projectOf(stage, world.journal), { parts, runs }, quietTerminal);
      if (found?.exitCode === 0) isFenced = true;
      else throw new Error(found?.text ?? "another probe is at work");
    },
  );
  if (fenced) return fenced;
  if (upFirst)
    for (const site of [way.from, passive])
      await crew
        .work(`up of ${site}-${String(++count)}`, (world) => provisionUp(stage.estate, site, world))
        .catch((error: unknown) => {
          refuse("up of a site");
          told.push(`up of ${site}: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
        });
  const left = situation(journal.all).last?.seq ?? 0;
  if (tookPart(journal.all, passive)) {
    const saved = await until(
      "reprotect",
      () => journal.all.some((e) => e.kind === "re-protected" && e.site === passive && e.seq > left),
      async (world) => {
        const { runs } = world;
        const project = projectOf(stage, world.journal);
        const why = { as: "ann", reason: "simulated", preview: false };
        await reprotect(why, project, { parts, runs }, quietTerminal).catch(async (error: unknown) => {
          // As it says.
          if (error instanceof Error && error.message.includes(`pulumi up -s ${stackOf[way.from]}`))
            await provisionUp(stage.estate, way.from, world);
          throw error;
        });
      },
    );
    if (saved) return saved;
  }
  const both = await provisioned();
  if (both) return both;
  await wait(hours * 3_600_000);
  for (const site of [passive, way.from]) await returns(site);
  return watch.breach;
}
