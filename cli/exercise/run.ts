import { notParked } from "../../journal/not-parked.ts";
import { situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import { isLease } from "../../journal/store.ts";
import type { Host } from "../../model/host.ts";
import { didYouMean } from "../../model/nearest.ts";
import { plain } from "../../model/plain.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, stackOf, type SiteId } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import { findingsText } from "../../readiness/text.ts";
import { countsText, inOrder } from "../../readiness/verdict.ts";
import type { Exercise } from "../../steps/exercise.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { lockOfProvisioning, lockStep, lockTtlMs } from "../../steps/lock.ts";
import { trouble } from "../declare/words.ts";
import { CliError, UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { ofParts } from "./of-parts.ts";
import { exerciseOne, MoveBegan } from "./one.ts";

/** How the command was typed. */
export interface ExerciseOptions {
  readonly host?: readonly string[];
  readonly as: string;
}

/** A server that is off while its site is passive, and how its technology exercises it. */
interface Parked {
  readonly host: Host;
  readonly how: Exercise;
}

/** Exercises the parked servers of the passive site, one after the other. A move that begins meanwhile waits for none of them. */
export async function exercise(
  { host: names = [], as }: ExerciseOptions,
  project: Project,
  known: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const why = trouble(as);
  if (why !== undefined) throw new UsageError(`--as: ${why}`);
  const { recovery, passive } = await atRest(project, known);
  const services = await servicesAt(recovery, passive, known.runs);
  const chosenOnes = chosen(names, await parkedAt(recovery, passive, known.runs), recovery, passive);
  let bad = 0;
  for (const one of chosenOnes)
    if (
      !(await exerciseAlone(one, services.get(one.host.id) ?? [], { as, project, known, recovery }, terminal))
    )
      bad++;
  if (bad > 0)
    throw new CliError(
      `${count(bad, "server")} of ${passive} could not be used in a move as ${bad === 1 ? "it is" : "they are"}`,
    );
}

/** Exercises one server while nobody else does, and writes what was found; false where something stops a move. */
async function exerciseAlone(
  { host, how }: Parked,
  services: readonly string[],
  of: {
    readonly as: string;
    readonly project: Project;
    readonly known: Pick<World, "parts" | "runs">;
    readonly recovery: Recovery;
  },
  terminal: Terminal,
): Promise<boolean> {
  const { as, known, project } = of;
  const { journal, estate } = project;
  const { id, site } = host;
  const mayStillAct = async (): Promise<void> => {
    const s = situation(await journal.entries());
    if (movementOf(s) !== undefined || s.active === site) throw new MoveBegan(id);
  };
  const alone = await journal.store.lease(`exercise ${id}`, lockTtlMs);
  if (!isLease(alone))
    throw new CliError(
      `${id} is being exercised by ${alone.who} since ${alone.since}. Wait until that has ended, then run this again`,
    );
  try {
    // A move may have begun while another server was looked at.
    await atRest(project, known);
    const findings = inOrder(
      await exerciseOne(id, services, how, {
        wasLeftRunning: notParked(await journal.entries()).has(id),
        begin: () => journal.append({ kind: "exercise begun", host: id, as }),
        ...ofParts(host, of.recovery, { ...known, journal }),
        within: (limitSec, work) =>
          withIo(
            {
              known: of.recovery,
              journal,
              journalRef: estate.journal,
              to: site,
              say: (line) => terminal.note(`${id}: ${line}`),
              limitSec,
              mayStillAct,
            },
            work,
          ),
        atRest: async (work) => {
          // A move that has begun is seen here; one that begins from here on waits until this has ended.
          const lock = await lockStep(journal.store, lockOfProvisioning(`exercise ${id}`), 5, (line) =>
            terminal.note(line),
          );
          try {
            await mayStillAct();
            return await work();
          } finally {
            await lock.release();
          }
        },
      }),
    ).map((f) => ({ ...f, says: plain(f.says), todo: plain(f.todo) }));
    const ok = !findings.some((f) => f.severity === "stops");
    await journal.append({ kind: "exercised", host: id, as, ok, findings: [...findings] });
    terminal.out(`${id}: ${ok ? "it could be used" : "NOT WELL"}: ${countsText(findings)}`);
    if (findings.length > 0) terminal.out(findingsText(findings));
    return ok;
  } catch (error) {
    if (error instanceof MoveBegan) throw new CliError(error.message);
    throw error;
  } finally {
    await alone.release();
  }
}

/** Facts and passive site of an estate at rest. Throws where it moves, or has no facts. */
async function atRest(
  { journal, estate }: Project,
  { parts }: Pick<World, "parts">,
): Promise<{ readonly recovery: Recovery; readonly passive: SiteId }> {
  const s = situation(await ownJournal(journal, estate.name));
  const moves = movementOf(s);
  if (moves)
    throw new CliError(`${moves.says}, and no server is exercised while the estate moves. ${moves.ways}`);
  const passive = otherSite(s.active);
  if (!s.declared)
    throw new CliError(`the journal holds no facts yet. Run "pulumi up -s ${stackOf[passive]}" first`);
  return { recovery: upgraded(s.declared.recovery, parts), passive };
}

/** By server, the services that must not run there while its site is passive. */
async function servicesAt(
  recovery: Recovery,
  site: SiteId,
  runs: World["runs"],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { kind, facts } of recovery.parts)
    for (const { host, service } of (await runs[kind]?.())?.exclusiveServices?.(facts, site) ?? [])
      found.set(host, [...(found.get(host) ?? []), service]);
  return found;
}

/** The parked servers of a site, in the order of the estate. */
async function parkedAt(
  { hosts }: Recovery,
  passive: SiteId,
  runs: World["runs"],
): Promise<readonly Parked[]> {
  const hows = (await Promise.all(Object.values(runs).map((load) => load()))).flatMap((m) =>
    m.exercise ? [m.exercise] : [],
  );
  return hosts.flatMap((host) => {
    const how = host.site === passive ? hows.find((h) => h.isParked(host)) : undefined;
    return how ? [{ host, how }] : [];
  });
}

/** Those that were named, or all. */
function chosen(
  names: readonly string[],
  parked: readonly Parked[],
  { hosts }: Recovery,
  passive: SiteId,
): readonly Parked[] {
  const ids = parked.map(({ host }) => host.id);
  if (names.length === 0 && parked.length === 0)
    throw new CliError(
      `${passive} has no server that is parked: servers that run are looked at by "parallel-standby readiness"`,
    );
  for (const name of names)
    if (!ids.includes(name))
      throw new UsageError(
        `--host ${JSON.stringify(name)}: ${hosts.some((h) => h.id === name) ? `${name} is not a parked server of ${passive}` : "the estate has no such server"}. Parked there ${ids.length === 1 ? "is" : "are"} ${ids.join(", ") || "none"}.${didYouMean(name, ids)}`,
      );
  return names.length === 0 ? parked : parked.filter(({ host }) => names.includes(host.id));
}
