import { siteIds, type SiteId } from "../../model/site.ts";
import type { Io, Sign } from "../../steps/act.ts";
import { lookUp } from "../../steps/transports/dns.ts";
import { AliasFacts } from "./facts.ts";
import { holds, placeOf, seenSays, witnessesOf } from "./judge.ts";

/** Seconds for all name servers together. */
const limitSec = 8;

/**
 * Where the name leads, as the name servers have it that count for the site that is held to be active: the other site's
 * own may have come back with what was true before it was left.
 */
export async function signs(facts: unknown, active: SiteId, io: Io): Promise<readonly Sign[]> {
  const f = AliasFacts.parse(facts);
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(limitSec * 1000)]);
  return Promise.all(
    witnessesOf(f, active).map(async (server): Promise<Sign> => {
      try {
        const seen = await lookUp(server, f.name, signal);
        const site = siteIds.find((id) => holds(seen, f.value[id]));
        const says = `${f.name} leads to ${seenSays(seen)}${site ? ` (${site})` : ""} on ${placeOf(server)}`;
        return { site: site ?? active, shows: site ? "active" : "neither", says };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return {
          site: active,
          shows: "neither",
          says: `${placeOf(server)} does not say where ${f.name} leads: ${why}`,
        };
      }
    }),
  );
}
