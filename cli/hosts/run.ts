import { describe, EstateError } from "../../model/describe.ts";
import type { Estate, Server } from "../../model/estate.ts";
import { Host, type SshAccess } from "../../model/host.ts";
import { inTwo, stops, type Finding } from "../../model/finding.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { ObserverInput } from "../../model/observer.ts";
import type { Parts } from "../../model/part.ts";
import type { SiteId } from "../../model/site.ts";
import type { Io } from "../../steps/act.ts";
import { findRunnable, type World } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { CliError, UsageError } from "../failure.ts";
import { lookAtServer } from "../../components/windows/server-look.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import { serversOf } from "../servers.ts";
import type { Terminal } from "../terminal.ts";
import { allWell, hostsText, none, type Found, type HostFound } from "./found.ts";
import { tryObserver } from "./observer-check.ts";
import { unpinned, unpinnedObserver } from "./ssh-check.ts";

/** How long looking at one server may take, in seconds: 10 for each connection, the rest for its answers. */
const hostLimitSec = 90;
/** The verb by which every cutover looks at a SQL Server first: what it finds is what is shown here. */
const instanceVerb = "sql/instance/reachable";

/**
 * Says what is wrong with the estate itself, tries its servers side by side and prints what was found. Throws where
 * something is to mend.
 */
export async function check(
  names: readonly string[],
  { estate, journal }: Project,
  { parts, runs }: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const all = serversOf(estate);
  const wanted = chosen(names, [...all.map((s) => s.id), ...observersOf(estate).map((o) => o.name)]);
  const servers = all.filter((s) => wanted.includes(s.id));
  const observers = observersOf(estate).filter((o) => wanted.includes(o.name));
  if (wanted.length === 0) throw new CliError("the estate names no server: declare systems in estate.ts");
  const wrong = mistakes(estate, parts);
  if (wrong.length > 0) terminal.out(["estate.ts:", ...wrong.map((says) => `  ${says}`), ""].join("\n"));
  const found = await Promise.all([
    ...servers.map(async (server): Promise<HostFound> => {
      const [ssh, sql] = await Promise.all([
        safely(server.id, () => trySsh(server)),
        safely(server.id, () => trySql(server)),
      ]);
      return { host: server.id, site: server.site, ssh, sql };
    }),
    ...observers.map(async (one): Promise<HostFound> => ({
      host: one.name,
      site: "third place",
      ssh: await safely(one.name, () => askObserver(one)),
      sql: none,
    })),
  ]);
  terminal.out(hostsText(found));
  const bad = found.filter((f) => !allWell([f])).length;
  if (wrong.length + bad > 0)
    throw new CliError(
      `${[
        ...(wrong.length > 0 ? [`${count(wrong.length, "thing")} in estate.ts`] : []),
        ...(bad > 0 || wrong.length === 0 ? [count(bad, "server")] : []),
      ].join(" and ")} ${wrong.length + bad === 1 ? "needs" : "need"} mending; nothing was changed`,
    );

  async function trySsh(server: Server): Promise<Found> {
    const { ssh } = server.host;
    if (!ssh) return none;
    if (!isPinned(ssh)) return unpinned(server.id, server.host, AbortSignal.timeout(hostLimitSec * 1000));
    return look(server.host, async (io) => ({ has: true, ...(await lookAtServer(server.id, io)) }));
  }

  async function askObserver(one: ObserverInput): Promise<Found> {
    return isPinned(one.ssh)
      ? within([], "dr", (io) => tryObserver(one, all, io))
      : unpinnedObserver(one, AbortSignal.timeout(hostLimitSec * 1000));
  }

  async function trySql(server: Server): Promise<Found> {
    const { ssh, ...host } = server.host;
    if (!host.sql) return none;
    const runnable = await findRunnable(instanceVerb, [], runs);
    return look(host, async (io) => {
      // Where there is SSH the clock of the server is read there, and told once.
      await runnable.bind({ host: server.id, agent: true, clock: !ssh }).check(io);
      return { has: true, findings: [] };
    });
  }

  function look(host: Server["host"], work: (io: Io) => Promise<Found>): Promise<Found> {
    const parsed = Host.safeParse(host);
    // What is wrong with it is among the mistakes of the estate.
    if (!parsed.success) return Promise.resolve({ has: true, findings: [unknown(host.id)] });
    return within([parsed.data], host.site, work);
  }

  function within(hosts: readonly Host[], to: SiteId, work: (io: Io) => Promise<Found>): Promise<Found> {
    return withIo(
      {
        known: { hosts: [...hosts], parts: [] },
        journal,
        journalRef: estate.journal,
        to,
        say: () => undefined,
        limitSec: hostLimitSec,
      },
      work,
    );
  }
}

/** What has to be mended in estate.ts, a sentence each; a key that is not pinned yet is told with the key that was found. */
function mistakes(estate: Estate, parts: Parts): readonly string[] {
  try {
    describe(estate, parts);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError))
      return [`${error instanceof Error ? error.message : String(error)}. "npm run check" shows the place`];
    return error.message
      .split("\n")
      .filter((_, i) => !/^(server|observer) .*\.ssh\.hostKey$/.test(error.problems[i]?.at ?? ""));
  }
}

/** What an owner wrote may lack what its type promises, until this verb has told it. */
const isPinned = ({ hostKey }: Partial<SshAccess>): boolean => hostKey !== undefined && hostKey !== "";

/** Observers as an estate is written with them, which may not be finished yet. */
const observersOf = ({ observers }: Estate): readonly ObserverInput[] =>
  (Array.isArray(observers) ? (observers as readonly ObserverInput[]) : []).filter(
    (o) => typeof (o as ObserverInput | null)?.name === "string" && typeof o.address === "string",
  );

/** Only those that were named. */
function chosen(names: readonly string[], ids: readonly string[]): readonly string[] {
  const unknown = names.filter((n) => !ids.includes(n));
  if (unknown.length > 0)
    throw new UsageError(
      unknown
        .map(
          (n) =>
            `the estate has no server ${JSON.stringify(n)}. It has ${ids.join(", ")}.${didYouMean(n, ids)}`,
        )
        .join("\n"),
    );
  return names.length === 0 ? ids : ids.filter((id) => names.includes(id));
}

/** What cannot be reached is a finding, not the end. */
async function safely(at: string, work: () => Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      has: true,
      findings: [{ ...stops(at, "", ""), ...inTwo(message, "mend that, then check again") }],
    };
  }
}

/** A server that is not described well enough to be looked at; what is wrong is among the mistakes of the estate. */
const unknown = (at: string): Finding =>
  stops(
    at,
    "it was not looked at, since estate.ts does not describe it as it should",
    "mend what stands above",
  );
