import type { SiteId } from "../../model/site.ts";
import type { Io } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { serviceState } from "../windows/services.ts";
import { K2Facts } from "./facts.ts";

/**
 * Evidence that K2 still works at a site: its port answers, or a service of it runs. A server that cannot be reached is
 * no evidence; that it cannot write is proven by the fence.
 */
export const alive = (facts: unknown, site: SiteId, io: Io): Promise<string | undefined> =>
  aliveWithin(10, facts, site, io);

/** The same within so many seconds, for all servers together. */
export async function aliveWithin(
  limitSec: number,
  facts: unknown,
  site: SiteId,
  io: Io,
): Promise<string | undefined> {
  const f = K2Facts.parse(facts);
  const looks = f.servers[site].flatMap((host) => [portOf(host, f, io, limitSec), serviceOn(host, f, io)]);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const limit = setTimeout(() => {
    resolve(undefined);
  }, limitSec * 1000);
  try {
    return await Promise.race([firstFound(looks), late]);
  } finally {
    clearTimeout(limit);
  }
}

async function portOf(
  host: string,
  { port }: K2Facts,
  io: Io,
  limitSec: number,
): Promise<string | undefined> {
  const answers = await portAnswers(io.host(host).address, port, {
    signal: io.signal,
    limitSec,
  });
  return answers ? `port ${String(port)} of ${host} answers` : undefined;
}

async function serviceOn(host: string, { services }: K2Facts, io: Io): Promise<string | undefined> {
  const ssh = await sshTo(host, io);
  for (const name of services) {
    const service = await serviceState(ssh, name);
    if (service && service.state !== "stopped") return `"${name}" on ${host} is ${service.state}`;
  }
  return undefined;
}

/** The first that finds something; nothing when all have ended without. */
async function firstFound(looks: readonly Promise<string | undefined>[]): Promise<string | undefined> {
  const found = looks.map(async (look) => (await look) ?? Promise.reject(new Error("nothing found")));
  return Promise.any(found).catch(() => undefined);
}
