import type { Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite } from "../../model/site.ts";
import { gather } from "../../readiness/gather.ts";
import { probeLooks } from "../../readiness/looks.ts";
import type { Io } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";

/** How long the looks of parts at one server may take, side by side. Seconds. */
const looksSec = 120;

/** What parts know of a parked server: services of theirs that nobody has named, and what readiness would look at if it ran. */
export function ofParts(
  { id: host, site }: Host,
  recovery: Recovery,
  world: World,
): {
  readonly strays: (io: Io) => Promise<readonly string[]>;
  readonly lookBeside: (io: Io) => Promise<readonly Finding[]>;
} {
  const { runs } = world;
  return {
    strays: async (io) => {
      const found = new Set<string>();
      for (const { kind, facts } of recovery.parts)
        for (const name of (await (await runs[kind]?.())?.strayServices?.(facts, host, io)) ?? [])
          found.add(name);
      return [...found];
    },
    lookBeside: async (io) => {
      const looks = probeLooks(recovery, site, world).filter((look) => look.host === host);
      for (const part of recovery.parts)
        looks.push(
          ...((await runs[part.kind]?.())?.parkedLooks?.(
            part,
            { from: otherSite(site), to: site, mode: "planned" },
            host,
          ) ?? []),
        );
      const { findings } = await gather(looks, {
        io,
        to: site,
        hosts: recovery.hosts,
        limitSec: looksSec,
        before: () => [],
      });
      return findings;
    },
  };
}
