import type { Parts, Reprotection, Request } from "../model/part.ts";
import { lookupOf, type Recovery } from "../model/recovery.ts";
import { asideSteps, type InMove } from "./aside.ts";
import { refuseBrokenAside } from "./check-plan.ts";

/**
 * What has a site that was active follow the other, part by part: `request.to` is the site that follows. Throws where a
 * rule is broken: what is there is saved before any of it is overwritten.
 */
export function reprotections(recovery: Recovery, request: Request, parts: Parts): readonly Reprotection[] {
  const lookup = lookupOf(recovery);
  const move = new Map<string, InMove>();
  const owners = new Map<string, string>();
  const made = recovery.parts.flatMap(({ id, kind, facts }) => {
    const part = parts[kind];
    const own = part?.reprotect?.(id, facts, request, lookup);
    if (!part || !own) return [];
    move.set(id, part.plan(id, facts, request, lookup));
    for (const d of [...own.save, ...own.follow]) owners.set(d.id, id);
    return [own];
  });
  const stage = (name: "save" | "follow") => ({
    name,
    steps: made.flatMap((r) => asideSteps(r[name], (id) => owners.get(id), undefined, name)),
  });
  refuseBrokenAside({
    kind: "re-protection",
    stages: [stage("save"), stage("follow")],
    move,
    changes: new Set(),
  });
  return made;
}
