import { guardSteps } from "../model/by-hand.ts";
import type { Parts, Request } from "../model/part.ts";
import { phases, type Phase } from "../model/phase.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Step } from "../model/verb.ts";
import { guardedHosts } from "../planning/guarded.ts";
import { complete, gate } from "../planning/verbs.ts";

/** A step as a paper lists it, before it has its text. */
export interface Listed {
  readonly id: string;
  readonly verb: string;
  readonly args: unknown;
  readonly phase: Phase;
  /** Ids of the steps that come first. */
  readonly after: readonly string[];
  readonly optional: boolean;
}

/**
 * The steps of a plan in the order in which people do them. It is that of a preview, but for two things: in an unplanned
 * move restores are stopped before anything else is looked at, since every minute takes some of the way back in time; and
 * where servers are guarded, the guards, which know nothing of what people do, stand still meanwhile.
 */
export function inOrder(
  steps: readonly Step[],
  recovery: Recovery,
  request: Request,
  parts: Parts,
): readonly Listed[] {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const holdsFirst = request.mode === "unplanned";
  // A gate only joins: on paper the steps behind it wait for those before it.
  const before = (id: string): readonly string[] =>
    (byId.get(id)?.needs ?? []).flatMap((need) => {
      const found = byId.get(need.id);
      if (!found || found.verb === gate.name) return before(need.id);
      // What stood before a hold still stands before what comes after it.
      return holdsFirst && found.phase === "hold" ? [found.id, ...before(found.id)] : [found.id];
    });
  const listed = steps
    .filter((s) => s.verb !== gate.name)
    .map((s): Listed => ({
      id: s.id,
      verb: s.verb,
      args: s.args,
      phase: s.phase,
      after: holdsFirst && s.phase === "hold" ? [] : before(s.id),
      optional: !s.critical,
    }));
  const order: readonly Phase[] = holdsFirst
    ? ["hold", ...phases.filter((phase) => phase !== "hold")]
    : phases;
  const all = guarded(listed, recovery, request, parts);
  return order.flatMap((phase) => all.filter((s) => s.phase === phase));
}

/** With the guards of the site that is left standing still from its first fence until the journal knows of the move. */
function guarded(
  listed: readonly Listed[],
  recovery: Recovery,
  { from }: Request,
  parts: Parts,
): readonly Listed[] {
  const hosts = guardedHosts(recovery, parts).flatMap(({ host }) => (host.site === from ? [host.id] : []));
  if (hosts.length === 0) return listed;
  const step = (verb: string, phase: Phase, after: readonly string[]): Listed => ({
    id: verb,
    verb,
    args: { hosts },
    phase,
    after,
    optional: false,
  });
  return [
    step(
      guardSteps.off,
      "fence-apps",
      listed.flatMap((s) => (s.phase === "hold" ? [s.id] : [])),
    ),
    ...listed.map((s) => (s.phase === "open" ? { ...s, after: [...s.after, guardSteps.off] } : s)),
    step(
      guardSteps.on,
      "complete",
      listed.flatMap((s) => (s.verb === complete.name ? [s.id] : [])),
    ),
  ];
}
