import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parts } from "../components/registry/parts.ts";
import { runs } from "../components/registry/runs.ts";
import { provisions as lazy } from "../components/registry/provisions.ts";
import { servers } from "../components/registry/servers.ts";
import type { Provisioning } from "../components/provisioning.ts";
import { Site } from "../components/site.ts";
import type { Entry } from "../journal/entries.ts";
import type { Journal } from "../journal/journal.ts";
import { refuseContradiction } from "./contradictions.ts";
import { projectRoot } from "../journal/project-root.ts";
import { situation, type Situation } from "../journal/situation.ts";
import { movementOf } from "../journal/state.ts";
import { describe } from "../model/describe.ts";
import type { Estate } from "../model/estate.ts";
import { keptIn, type JournalRef } from "../model/journal-ref.ts";
import { hashOf, type Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { guardedHosts } from "../planning/guarded.ts";
import { provisioningText } from "./provision-text.ts";
import { withIo } from "../steps/io.ts";
import { writeRunbooks } from "../runbook/verbs.ts";
import { factsSeenAt } from "../journal/readiness.ts";
import { wasEverActive } from "../steps/only-copy.ts";
import { resolveSecret } from "../steps/secrets.ts";
import { notBrought, publishWords } from "../steps/words.ts";

/** Stacks that are made in advance, so that they exist on the night they are needed. */
const activationStacks = ["dr-active", "primary-active", "dr-drill"];

/** Where a program says what it has to say. */
type Log = Pick<typeof pulumi.log, "info" | "warn">;

/** Provisions one site. Refused while the estate moves. */
export async function provision(
  estate: Estate,
  site: SiteId,
  journal: Journal,
  s: Situation,
  log: Log = pulumi.log,
): Promise<void> {
  const recovery = describe(estate, parts);
  const moving = movementOf(s);
  if (moving)
    throw new pulumi.RunError(
      `${moving.says}, and nothing is provisioned while the estate moves. ${moving.ways}`,
    );
  if (s.held.size > 0)
    throw new pulumi.RunError(
      `restores of ${[...s.held].join(", ")} are held for a declared move. Cut over, or take the declaration back with "parallel-standby withdraw", before anything is provisioned`,
    );
  await refuseContradiction(s, site, recovery, estate.journal, { journal, runs });
  if (!pulumi.runtime.isDryRun() && site !== s.active) await confirm(journal, hashOf(recovery));
  const kinds = [...new Set(recovery.parts.map((p) => p.kind))];
  const provisions = Object.fromEntries(
    await Promise.all(kinds.map(async (k) => [k, await load(k)] as const)),
  );
  const { place } = recovery.sites[site];
  await log.info(
    provisioningText(estate.name, site, place, s, overwritten(recovery, site, await journal.entries())),
  );
  const at = { journal: estate.journal, recovery, site, active: s.active, epoch: s.epoch };
  if (!pulumi.runtime.isDryRun()) {
    await renewWords(at, journal, log);
    if (site !== s.active && s.declared?.factsHash === hashOf(recovery))
      await papersBeside(site, journal, estate.journal, log);
  }
  const { machinesOf, Guard } = await servers();
  const machines = await machinesOf(at, (ref) => resolveSecret(ref, projectRoot()));
  new Site(estate.name, {
    at,
    machines,
    provisions,
    uses: new Map(recovery.parts.map((p) => [p.id, parts[p.kind]?.uses(p.facts) ?? []])),
    ...(recovery.guard
      ? {
          guard: (parent, dependsOn) => [
            new Guard(
              "guard",
              { hosts: guardedHosts(recovery, parts), at },
              { parent, dependsOn: [...dependsOn] },
            ),
          ],
        }
      : {}),
    stacks: activationStacks,
    afterFacts: [writeRunbooks.step("runbooks", { to: site, facts: hashOf(recovery) })],
  });
}

/** What parts say that they overwrite at that site, while it is passive. */
const overwritten = (recovery: Recovery, site: SiteId, entries: readonly Entry[]): readonly string[] =>
  recovery.parts.flatMap(
    ({ kind, facts }) => parts[kind]?.overwrites?.(facts, site, wasEverActive(entries, site)) ?? [],
  );

/** Whoever provisions has the journal before him: the leases of the guarded servers are renewed by the way. */
async function renewWords(
  { journal: journalRef, recovery, site }: Omit<Provisioning, "onStep">,
  journal: Journal,
  log: Log,
): Promise<void> {
  const entries = await journal.entries();
  // Before the first facts are declared, each server gets its word with its guard.
  if (!recovery.guard || !situation(entries).declared) return;
  const missed = await withIo(
    { known: recovery, journal, journalRef, to: site, say: () => undefined, limitSec: 20 },
    async (io) => notBrought(await publishWords(entries, recovery, parts, io)),
  );
  if (missed !== undefined) await log.warn(missed);
}

/**
 * The papers of facts that have not changed: no input of a step tells that somebody deleted them, or that this version
 * writes them otherwise. Those of new facts are written by their step, once the journal holds these.
 */
async function papersBeside(site: SiteId, journal: Journal, ref: JournalRef, log: Log): Promise<void> {
  const keep = path.resolve(projectRoot(), keptIn(ref));
  try {
    const { renewPapers } = await import("../runbook/renew.ts");
    const renewed = await renewPapers(site, { journal, keep });
    if (renewed.length > 0)
      await log.info(
        `runbooks and card are written anew beside the journal, print them again; missing or out of date: ${renewed.join(", ")}`,
      );
  } catch (error) {
    await log.warn(
      `runbooks and card beside the journal could not be written anew: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** How often the same facts are confirmed. */
const confirmEveryMs = 3_600_000;

/** Notes that the facts which the journal holds are still the owner's: their age is told from here on. */
const confirm = (journal: Journal, factsHash: string): Promise<void> =>
  journal.append((entries) => {
    if (entries.findLast((e) => e.kind === "declared")?.factsHash !== factsHash) return undefined;
    const seen = factsSeenAt(entries);
    return seen === undefined || Date.now() - seen.getTime() < confirmEveryMs
      ? undefined
      : { kind: "facts confirmed", factsHash };
  });

async function load(kind: string): Promise<Awaited<ReturnType<NonNullable<(typeof lazy)[string]>>>> {
  const module = await lazy[kind]?.();
  if (!module) throw new pulumi.RunError(`no component provisions a ${kind}`);
  return module;
}
