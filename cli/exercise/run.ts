import { isParked } from "../../components/windows/drafts.ts";
import { exerciseServer } from "../../components/windows/exercise.ts";
import { hostRunnables } from "../../components/windows/host-acts.ts";
import { parkHost, startHost } from "../../components/windows/verbs.ts";
import { situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import { inTwo, stops, type Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { didYouMean } from "../../model/nearest.ts";
import { plain } from "../../model/plain.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, stackOf, type SiteId } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import { findingsText } from "../../readiness/text.ts";
import { countsText, inOrder } from "../../readiness/verdict.ts";
import type { Io } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { lockOfProvisioning, lockStep } from "../../steps/lock.ts";
import { vmPower } from "../../steps/transports/arm.ts";
import { trouble } from "../declare/words.ts";
import { CliError, UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** How the command was typed. */
export interface ExerciseOptions {
  readonly host?: readonly string[];
  readonly as: string;
}

/** How long starting, looking and parking may take, each. Seconds. */
const limits = { start: 900, look: 300, park: 900 };

/** Exercises the parked servers of the passive site, one after the other: a move that begins meanwhile waits for one of them, not for all. */
export async function exercise(
  { host: names = [], as }: ExerciseOptions,
  project: Project,
  known: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const why = trouble(as);
  if (why !== undefined) throw new UsageError(`--as: ${why}`);
  const { journal, estate } = project;
  const { recovery, passive } = await atRest(project, known);
  const services = await servicesAt(recovery, passive, known.runs);
  const hosts = chosen(names, recovery, passive);
  let bad = 0;
  for (const host of hosts) {
    const lock = await lockStep(journal.store, lockOfProvisioning(`exercise ${host.id}`), 5, (line) =>
      terminal.note(line),
    );
    try {
      // A move may have begun while another server was looked at.
      await atRest(project, known);
      const findings = inOrder(
        await exerciseOne(host, services.get(host.id) ?? [], {
          within: (limitSec, work) =>
            withIo(
              {
                known: recovery,
                journal,
                journalRef: estate.journal,
                to: passive,
                say: (line) => terminal.note(`${host.id}: ${line}`),
                limitSec,
              },
              work,
            ),
          mayPark: async () => {
            const s = situation(await journal.entries());
            return movementOf(s) === undefined && s.active !== host.site;
          },
        }),
      ).map((f) => ({ ...f, says: plain(f.says), todo: plain(f.todo) }));
      const ok = !findings.some((f) => f.severity === "stops");
      if (!ok) bad++;
      await journal.append({ kind: "exercised", host: host.id, as, ok, findings: [...findings] });
      terminal.out(`${host.id}: ${ok ? "it could be used" : "NOT WELL"}: ${countsText(findings)}`);
      if (findings.length > 0) terminal.out(findingsText(findings));
    } finally {
      await lock.release();
    }
  }
  if (bad > 0)
    throw new CliError(
      `${count(bad, "server")} of ${passive} could not be used in a move as ${bad === 1 ? "it is" : "they are"}`,
    );
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

/** The parked servers of a site, or those of them that were named. */
function chosen(names: readonly string[], { hosts }: Recovery, passive: SiteId): readonly Host[] {
  const parked = hosts.filter((h) => h.site === passive && isParked(h) && h.ssh !== undefined);
  const ids = parked.map((h) => h.id);
  if (names.length === 0 && parked.length === 0)
    throw new CliError(
      `${passive} has no server that is parked: servers that run are looked at by "parallel-standby readiness"`,
    );
  for (const name of names)
    if (!ids.includes(name))
      throw new UsageError(
        `--host ${JSON.stringify(name)}: ${hosts.some((h) => h.id === name) ? `${name} is not a parked server of ${passive}` : "the estate has no such server"}. Parked there ${ids.length === 1 ? "is" : "are"} ${ids.join(", ") || "none"}.${didYouMean(name, ids)}`,
      );
  return names.length === 0 ? parked : parked.filter((h) => names.includes(h.id));
}

/** What exercising one server may use. */
interface Tools {
  readonly within: <T>(limitSec: number, work: (io: Io) => Promise<T>) => Promise<T>;
  /** Whether its site is still passive, and no move wants it. */
  readonly mayPark: () => Promise<boolean>;
}

/** Starts, looks, parks; whatever fails is a finding, and what was parked is parked again. */
async function exerciseOne(
  { id }: Host,
  services: readonly string[],
  { within, mayPark }: Tools,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const tried = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      found.push({
        ...stops(id, "", "", `exercise-${what}:${id}`),
        ...inTwo(message, "mend that, then exercise it again"),
      });
      return false;
    }
  };
  const act = (verb: string, limitSec: number) =>
    within(limitSec, async (io) => {
      const bound = hostRunnables.find((r) => r.name === verb)?.bind({ host: id });
      await bound?.act?.(io);
    });
  let power = "";
  const seen = await tried("power", async () => {
    power = await within(60, (io) => vmPower(id, io));
    if (power === "missing") throw new Error(`Azure knows no VM of ${id}. Look at azure.vm in the estate`);
  });
  if (!seen) return found;
  const wasParked = power === "deallocated" || power === "stopped" || power === "deallocating";
  try {
    const up = !wasParked || (await tried("start", () => act(startHost.name, limits.start)));
    if (up)
      await tried("look", async () => {
        found.push(...(await within(limits.look, (io) => exerciseServer(id, services, io))));
      });
  } finally {
    if (wasParked)
      await tried("park", async () => {
        // What a move has begun to use must not be taken from it; it would not be parked by a step either.
        if (!(await mayPark()))
          throw new Error(
            `a move began meanwhile, and ${id} was left running. Park it later: "pulumi up" of its site`,
          );
        await act(parkHost.name, limits.park);
      });
  }
  return found;
}
