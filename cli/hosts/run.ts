import type { Server } from "../../model/estate.ts";
import { Host, type SshAccess } from "../../model/host.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { Io, Runs } from "../../steps/act.ts";
import { findRunnable } from "../../steps/find.ts";
import { withIo } from "../../steps/io.ts";
import { CliError, UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import { serversOf } from "../servers.ts";
import type { Terminal } from "../terminal.ts";
import { allWell, hostsText, none, type Found, type HostFound } from "./finding.ts";
import { checkSsh, shapeOf, unpinned } from "./ssh-check.ts";

/** How long looking at one server may take, in seconds: 10 for each connection, the rest for its answers. */
const hostLimitSec = 90;
/** The verb by which every cutover looks at a SQL Server first: what it finds is what is shown here. */
const instanceVerb = "sql/instance/reachable";

/** Tries the servers of the estate side by side and prints what was found. Throws where something is to mend. */
export async function check(
  names: readonly string[],
  { estate, journal }: Project,
  { runs }: { readonly runs: Runs },
  terminal: Terminal,
): Promise<void> {
  const servers = chosen(names, serversOf(estate));
  if (servers.length === 0) throw new CliError("the estate names no server: declare systems in estate.ts");
  const found = await Promise.all(
    servers.map(async (server): Promise<HostFound> => {
      const [ssh, sql] = await Promise.all([safely(() => trySsh(server)), safely(() => trySql(server))]);
      const lacks = shapeOf(server);
      return {
        host: server.id,
        site: server.site,
        ssh: lacks.length === 0 ? ssh : { ...ssh, state: "mend", says: [...lacks, ...ssh.says] },
        sql,
      };
    }),
  );
  terminal.out(hostsText(found));
  if (!allWell(found)) {
    const bad = found.filter((f) => !allWell([f])).length;
    throw new CliError(`${count(bad, "server needs", "servers need")} mending; nothing was changed`);
  }

  async function trySsh(server: Server): Promise<Found> {
    const { ssh } = server.host;
    if (!ssh) return none;
    if (!isPinned(ssh)) return unpinned(server, AbortSignal.timeout(hostLimitSec * 1000));
    return look(server.host, (io) => checkSsh(server.id, io));
  }

  async function trySql(server: Server): Promise<Found> {
    const { ssh: _, ...host } = server.host;
    if (!host.sql) return none;
    const runnable = await findRunnable(instanceVerb, [], runs);
    return look(host, async (io) => {
      await runnable.bind({ host: server.id, agent: true }).check(io);
      return { state: "ok", says: [] };
    });
  }

  function look(host: Server["host"], work: (io: Io) => Promise<Found>): Promise<Found> {
    const parsed = Host.safeParse(host);
    // What is wrong with the shape is told once, by `shapeOf`.
    if (!parsed.success) return Promise.resolve({ state: "mend", says: [] });
    return withIo(
      {
        known: { hosts: [parsed.data], parts: [] },
        journal,
        journalRef: estate.journal,
        to: host.site,
        say: () => undefined,
        limitSec: hostLimitSec,
      },
      work,
    );
  }
}

/** What an owner wrote may lack what its type promises, until this verb has told it. */
const isPinned = ({ hostKey }: Partial<SshAccess>): boolean => hostKey !== undefined && hostKey !== "";

/** Only the servers that were named. */
function chosen(names: readonly string[], all: readonly Server[]): readonly Server[] {
  const ids = all.map((s) => s.id);
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
  return names.length === 0 ? all : all.filter((s) => names.includes(s.id));
}

/** What cannot be reached is a finding, not the end. */
async function safely(work: () => Promise<Found>): Promise<Found> {
  try {
    return await work();
  } catch (error) {
    return { state: "mend", says: [error instanceof Error ? error.message : String(error)] };
  }
}
