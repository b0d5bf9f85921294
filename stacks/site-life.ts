import type { Host } from "../model/host.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import { accepting, portsOf } from "../steps/accepting.ts";
import { signsOfLife } from "../steps/fence.ts";
import { sightings, signsOf, type Sighting } from "../steps/observers.ts";
import { hastyLimits } from "./haste.ts";
import { look, type Surroundings } from "./look.ts";
import { siteText } from "../model/site-text.ts";

/** How long looking for life at the old site may take: each part's probe is bounded to 10 s. */
const lifeLimitSec = 30;

/** What this runner can see of the old site: whether it is dead, alive, or out of this runner's reach. */
export interface Life {
  /** Evidence that something of it still works, part by part. */
  readonly works: readonly string[];
  /** Those of them that do not come from the site itself: a log that was taken after its end, what an observer sees. Default: none. */
  readonly indirect?: readonly string[];
  /** What observers in third places see of servers that this runner does not reach. Absent where nobody was asked. */
  readonly observed?: readonly Sighting[];
  /** Its servers that accept a connection, whatever works behind it. */
  readonly accepts: readonly string[];
  /** Whether a server of the site that is moved to accepts one; undefined where none of them has a port to try. */
  readonly targetAnswers?: boolean;
  /** Why its parts could not be looked at. */
  readonly trouble?: string;
}

/** Whether anything of the old site gave an answer. */
export const answers = ({ works, accepts }: Life): boolean => works.length > 0 || accepts.length > 0;

/** Looks at the old site, for so many seconds at most, and at the other one to know whether the runner itself is cut off. Never throws. */
export async function lifeAt(at: Surroundings, limitSec = lifeLimitSec): Promise<Life> {
  const { recovery, request, world } = at;
  const of = (site: SiteId): readonly Host[] => recovery.hosts.filter((h) => h.site === site);
  const parts = recovery.parts.map((p) => p.id);
  const { partSec, observerSec } = hastyLimits(limitSec);
  const [seen, accepts, target] = await Promise.all([
    look(
      at,
      limitSec,
      () => undefined,
      (io) =>
        Promise.all([
          signsOfLife(parts, recovery, request.from, world.runs, io, partSec),
          sightings(recovery, request.from, io, observerSec),
        ]),
    ).then(
      ([ofParts, observed]) => {
        const signs = [...ofParts, ...signsOf(observed)];
        const indirect = signs.filter((s) => s.indirect === true).map((s) => s.says);
        return {
          works: signs.map((s) => s.says),
          ...(indirect.length > 0 ? { indirect } : {}),
          ...(observed.length > 0 ? { observed } : {}),
        };
      },
      (error: unknown) => ({
        works: [],
        trouble: error instanceof Error ? error.message : String(error),
      }),
    ),
    accepting(of(request.from)),
    accepting(of(request.to)),
  ]);
  return {
    ...seen,
    accepts: accepts.map((h) => h.id),
    ...(of(request.to).some((h) => portsOf(h).length > 0) ? { targetAnswers: target.length > 0 } : {}),
  };
}

/** Dead, alive, or the link between: one line. */
export function lifeText(life: Life, { sites }: Pick<Recovery, "sites">, from: SiteId, to: SiteId): string {
  const name = (site: SiteId): string => siteText(site, { sites });
  const { observed = [], indirect = [] } = life;
  // Nothing but an observer speaks for it: what is down is this runner's line.
  if (observed.some((o) => o.sees.length > 0) && life.works.every((sign) => indirect.includes(sign)))
    return `CUT OFF, NOT DEAD: ${name(from)} works as seen from a third place: ${life.works.join("; ")}`;
  if (life.works.length > 0) return `ALIVE: ${name(from)} works: ${life.works.join("; ")}`;
  if (life.accepts.length > 0)
    return `NOT DEAD: ${life.accepts.join(", ")} of ${name(from)} ${life.accepts.length === 1 ? "accepts" : "accept"} connections, ${life.trouble === undefined ? "but no system there works" : `and whether a system there works could not be seen: ${life.trouble}`}`;
  if (life.targetAnswers === false)
    return `NO ANSWER from ${name(from)}, nor from ${name(to)}: this runner's own link may be what is down. Mend that first`;
  if (life.trouble !== undefined)
    return `UNKNOWN: whether ${name(from)} still works could not be seen: ${life.trouble}`;
  return `NO ANSWER from ${name(from)}${life.targetAnswers === true ? `, while ${name(to)} answers` : ""}${elsewhere(observed)}`;
}

/** What a third place says of a site of which nothing answers here. */
function elsewhere(observed: readonly Sighting[]): string {
  const blind = observed.filter((o) => o.trouble !== undefined);
  const looked = observed.filter((o) => o.trouble === undefined).map((o) => o.observer);
  const troubles = blind.map((o) => `. ${o.observer} could not be asked: ${o.trouble ?? ""}`).join("");
  return looked.length > 0
    ? `; ${looked.join(" and ")}, in a third place, ${looked.length === 1 ? "reaches" : "reach"} nothing there either: its servers or all its lines are down. Make sure that nobody works there${troubles}`
    : `: it is dead, or only the line to it is. Ask somebody who is not behind that line${troubles}`;
}
