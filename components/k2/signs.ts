import { siteIds, type SiteId } from "../../model/site.ts";
import type { Io, Sign } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { serviceSays, serviceState } from "../windows/services.ts";
import { K2Facts } from "./facts.ts";

/** Seconds for all servers together. */
const limitSec = 8;

/**
 * Where services of K2 run: it works at one site at a time. Stopped services show nothing: they may be looked after, or
 * parked with their server.
 */
export async function signs(facts: unknown, _active: SiteId, io: Io): Promise<readonly Sign[]> {
  const f = K2Facts.parse(facts);
  const bounded: Io = { ...io, signal: AbortSignal.any([io.signal, AbortSignal.timeout(limitSec * 1000)]) };
  const found = await Promise.all(
    siteIds.flatMap((site) =>
      f.servers[site].map(async (host): Promise<readonly Sign[]> => {
        try {
          const ssh = await sshTo(host, bounded);
          const made: Sign[] = [];
          for (const name of f.services) {
            const service = await serviceState(ssh, name);
            const runs = service !== undefined && service.state !== "stopped";
            made.push({
              site,
              host,
              shows: runs ? "active" : "neither",
              says: serviceSays(host, name, service),
            });
          }
          return made;
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          return [{ site, host, shows: "neither", says: `services of ${host} cannot be looked at: ${why}` }];
        }
      }),
    ),
  );
  return found.flat();
}
