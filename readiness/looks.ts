import type { Finding } from "../model/finding.ts";
import { inTwo } from "../model/finding.ts";
import { isParked } from "../model/host.ts";
import type { Request } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Draft } from "../model/verb.ts";
import type { Look, RunModule } from "../steps/act.ts";
import { findRunnable, type World } from "../steps/find.ts";
import { contradictionLooks } from "./contradiction-looks.ts";
import { guardLooks } from "./guard-looks.ts";
import { leaseLooks } from "./lease-looks.ts";
import { observerLooks } from "./observer-looks.ts";
import { machinery } from "../steps/machinery.ts";

/**
 * All that readiness for a move looks at: what the preflight of a planned move looks at, what each part looks at on the
 * servers of the site to be that run, what it adds, and what is looked at on every server. The preflight's steps are the code that a move begins with, so that both find the same. Of
 * the site that an unplanned move leaves nothing is asked.
 */
export async function looksFor(recovery: Recovery, request: Request, world: World): Promise<readonly Look[]> {
  const lookup = lookupOf(recovery);
  const ofParts = await Promise.all(
    recovery.parts.map(
      async (part) => (await world.runs[part.kind]?.())?.looks?.(part, request, lookup) ?? [],
    ),
  );
  const modules: readonly RunModule[] = await Promise.all(Object.values(world.runs).map((load) => load()));
  const ofHosts = recovery.hosts.flatMap((host) =>
    modules.flatMap((m) => m.hostLooks?.(host, request, lookup) ?? []),
  );
  const left = new Set(recovery.hosts.filter((h) => h.site === request.from).map((h) => h.id));
  const all = [
    ...preflightLooks(recovery, request, world),
    ...probeLooks(recovery, request.to, world).filter(({ host }) => {
      const found = host === undefined ? undefined : lookup.host(host);
      return found === undefined || !isParked(found);
    }),
    ...ofParts.flat(),
    ...ofHosts,
    ...observerLooks(recovery, request.from),
    ...leaseLooks(recovery, request, world.parts),
    ...guardLooks(recovery, request, world),
    ...(await contradictionLooks(recovery, request, world)),
  ];
  // Parts that stand on the same servers ask the same of them.
  return [...new Map(all.map((look) => [look.id, look])).values()].filter(
    ({ host }) => request.mode === "planned" || host === undefined || !left.has(host),
  );
}

/** What each part's preflight looks at. Nothing waits for anything else here: a look that cannot be had is a finding. */
const preflightLooks = (recovery: Recovery, request: Request, world: World): readonly Look[] =>
  recovery.parts
    .flatMap((p) => world.parts[p.kind]?.plan(p.id, p.facts, request, lookupOf(recovery)).preflight ?? [])
    .map((draft) => tried(draft, world));

/** What each part looks at on its servers of a site, also on those that are off. */
export const probeLooks = (recovery: Pick<Recovery, "parts">, site: SiteId, world: World): readonly Look[] =>
  recovery.parts
    .flatMap((p) => world.parts[p.kind]?.probes?.(p.id, p.facts, site) ?? [])
    .map((draft) => tried(draft, world));

/** The look of a step that only looks. */
function tried({ id, verb, args }: Draft, world: World): Look {
  const at = id.split("/")[0] ?? id;
  const host = hostIn(args);
  return {
    id: `preflight:${id}`,
    at,
    ...(host === undefined ? {} : { host }),
    run: async (io) => {
      const runnable = await findRunnable(verb, machinery(world), world.runs);
      const { there, says, expected } = await runnable.bind(args).check(io);
      return there ? [] : [notThere(`preflight:${id}`, at, says, expected)];
    },
  };
}

const notThere = (id: string, at: string, says: string, expected: string): Finding => ({
  id,
  severity: "stops",
  at,
  ...inTwo(says, `wanted is ${expected}`),
});

/** The server that a step asks, where its arguments name one. */
function hostIn(args: unknown): string | undefined {
  if (args === null || typeof args !== "object" || !("host" in args)) return undefined;
  return typeof args.host === "string" ? args.host : undefined;
}
