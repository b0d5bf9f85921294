import type { SiteId } from "../../model/site.ts";
import type { Io } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { serviceState } from "../windows/services.ts";
import { K2Facts } from "./facts.ts";

/**
 * Evidence that K2 still works at a site: its port answers, a service of it runs, or a server of it accepts connections
 * and its services cannot be looked at. A server of which nothing answers is no evidence; that it cannot write is proven
 * by the fence.
 */
export async function alive(
  facts: unknown,
  site: SiteId,
  io: Io,
  limitSec = 10,
): Promise<string | undefined> {
  const f = K2Facts.parse(facts);
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new Error(`no answer within ${String(limitSec)} s`));
  }, limitSec * 1000);
  try {
    return await firstFound(
      f.servers[site].flatMap((host) => [
        portOf(host, f.port, io, limitSec),
        serviceOn(host, f, io, limit.signal, limitSec),
      ]),
    );
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

async function portOf(host: string, port: number, io: Io, limitSec: number): Promise<string | undefined> {
  const answers = await portAnswers(io.host(host).address, port, { signal: io.signal, limitSec });
  return answers ? `port ${String(port)} of ${host} answers` : undefined;
}

async function serviceOn(
  host: string,
  { services }: K2Facts,
  io: Io,
  late: AbortSignal,
  limitSec: number,
): Promise<string | undefined> {
  const { address, ssh } = io.host(host);
  // Asked at the same time: a server that hangs leaves no time to ask afterwards.
  const accepts = ssh ? portAnswers(address, ssh.port, { signal: io.signal, limitSec }) : false;
  try {
    return await Promise.race([running(host, services, io), rejection(late)]);
  } catch (error) {
    return (await accepts)
      ? `${host} accepts connections, but its services cannot be looked at: ${error instanceof Error ? error.message : String(error)}`
      : undefined;
  }
}

async function running(host: string, services: readonly string[], io: Io): Promise<string | undefined> {
  const server = await sshTo(host, io);
  for (const name of services) {
    const service = await serviceState(server, name);
    if (service && service.state !== "stopped") return `"${name}" on ${host} is ${service.state}`;
  }
  return undefined;
}

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });

/** The first that finds something; nothing when all have ended without. */
async function firstFound(looks: readonly Promise<string | undefined>[]): Promise<string | undefined> {
  const found = looks.map(async (look) => (await look) ?? Promise.reject(new Error("nothing found")));
  return Promise.any(found).catch(() => undefined);
}
