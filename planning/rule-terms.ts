import { atOldSite, letsWrite, mayBeOwed, type Phase } from "../model/phase.ts";
import type { Step } from "../model/verb.ts";
import { stepsIn, type Graph } from "./graph.ts";
import type { Happened, Now } from "./rule.ts";
import { choosePoint, complete, gate, proveFence } from "./verbs.ts";

/** Steps that let the new site write or let people reach it; a gate among them opens nothing. */
export const openers = (steps: readonly Step[]): readonly Step[] =>
  steps.filter((s) => letsWrite.has(s.phase) && s.verb !== gate.name);

export const isDone = ({ verdict }: { readonly verdict: string }): boolean =>
  verdict === "done" || verdict === "already";

/** In an unplanned move the old site may be gone. */
export const mayFail = (s: Step, g: Graph): boolean =>
  (g.chainOf(s.id)?.mode ?? g.request.mode) === "unplanned" && atOldSite.has(s.phase);

/** What a step before no return wants is undone by what comes after it: it was so when it ended. */
const stillHolds = (s: Step): boolean =>
  openers([s]).length > 0 || s.phase === "repair-databases" || s.phase === "repair-identity";

export const acting = (e: Happened, of: (step: Step) => string | undefined): string | undefined =>
  e.kind === "acts" ? of(e.step) : undefined;

/** What acts, for steps of one phase; a gate changes nothing. */
export const actingIn = (
  e: Happened,
  phase: Phase,
  of: (step: Step) => string | undefined,
): string | undefined => acting(e, (s) => (s.phase === phase && s.verb !== gate.name ? of(s) : undefined));

const writing = (what: string, writers: readonly string[], site: string): string | undefined =>
  writers.length > 0
    ? `${what} lets a site write while ${writers.join(", ")} can write at ${site}`
    : undefined;

/** Gates change nothing, and may wait for other chains alone: what stands behind them is asked in their place. */
export const notAfter = (g: Graph, s: Step, earlier: readonly Step[]): readonly string[] =>
  s.verb === gate.name
    ? []
    : earlier
        .filter((e) => e.verb !== gate.name && !g.isAfter(s.id, e.id))
        .map((e) => `${s.id} does not wait for ${e.id}`);

/** Steps of a chain that do not wait for others of it although their phases say so. */
export const later = (g: Graph, phases: readonly Phase[], earlier: readonly Phase[]): readonly string[] =>
  g.chains.flatMap((c) => stepsIn(c, ...phases).flatMap((s) => notAfter(g, s, stepsIn(c, ...earlier))));

/** What a step's chain still lacks in the world, of those phases. */
export function lacks(s: Step, now: Now, g: Graph, phases: readonly Phase[]): string | undefined {
  const chain = g.chainOf(s.id);
  const missing = chain && stepsIn(chain, ...phases).find((e) => e.critical && now.stands(e.id) === false);
  return missing && `${s.id} acts, and what ${missing.id} wants is not there`;
}

/** A proof that waits for what it does not come after would never be given; a host without any can't be proven. */
export const proofs = (g: Graph): readonly string[] =>
  g.steps
    .filter((s) => s.verb === proveFence.name)
    .flatMap((s) =>
      Object.entries(proveFence.args.safeParse(s.args).data?.hosts ?? {}).flatMap(
        ([host, { strong, together }]) => {
          const by = [...strong, ...together];
          if (by.length === 0) return [`${s.id} proves ${host} by nothing`];
          return by
            .filter((id) => !g.isAfter(s.id, id))
            .map((id) => `${s.id} is proven by ${id}, which does not come before it`);
        },
      ),
    );

/** What lets a site write while the other still can. */
export function twoWriters(e: Happened, now: Now, g: Graph): string | undefined {
  if (e.kind === "gives back") return writing(e.what, now.writers(g.request.to, e.chain), g.request.to);
  const chain = e.kind === "acts" ? g.chainOf(e.step.id) : undefined;
  if (e.kind !== "acts" || !chain || openers([e.step]).length === 0) return undefined;
  return writing(e.step.id, now.writers(g.request.from, chain), g.request.from);
}

/** A tail that begins before an application has been asked to stop, or once the point is chosen. */
export function tailAtWrongTime(e: Happened, now: Now, g: Graph): string | undefined {
  const chain = e.kind === "starts" && e.step.phase === "final-sync" ? g.chainOf(e.step.id) : undefined;
  if (e.kind !== "starts" || !chain) return undefined;
  const running = stepsIn(chain, "fence-apps").find((a) => !now.verdict(a.id));
  if (running) return `${e.step.id} starts before ${running.id} has ended`;
  const point = chain.steps.find((p) => p.verb === choosePoint.name);
  const ended = point && now.verdict(point.id);
  return ended && isDone(ended) ? `${e.step.id} starts after ${point.id} has ended` : undefined;
}

/** Whether a step that another waits for must have been done: all of its own chain's earlier phases but what an owner lets fail. */
function mustHold(need: string, s: Step, g: Graph): boolean {
  const before = g.step(need);
  if (!before || g.chainOf(need) !== g.chainOf(s.id)) return false;
  if (before.verb === gate.name)
    return before.phase === s.phase && before.needs.some((n) => mustHold(n.id, s, g));
  return before.phase !== s.phase && (before.critical || atOldSite.has(before.phase));
}

/** Edges into what lets the new site write that a skip would satisfy. */
export const skippable = (g: Graph): readonly string[] =>
  g.steps
    .filter((s) => letsWrite.has(s.phase))
    .flatMap((s) =>
      s.needs
        .filter((n) => n.kind !== "safety" && mustHold(n.id, s, g))
        .map((n) => `${s.id} waits for ${n.id}, but a skip of it would do`),
    );

/** What lets the new site write, and begins although a step before its phase was skipped. */
export function goesOnFromSkip(e: Happened, now: Now, g: Graph): string | undefined {
  if (e.kind !== "starts" || !letsWrite.has(e.step.phase)) return undefined;
  const skipped = e.step.needs.find(
    (n) => now.verdict(n.id)?.verdict === "skipped" && mustHold(n.id, e.step, g),
  );
  return skipped && `${e.step.id} starts although ${skipped.id} was skipped`;
}

/** What an approval is asked for, and begins without it. */
export function unapproved(e: Happened, now: Now, g: Graph): string | undefined {
  const chain = e.kind === "starts" ? g.chainOf(e.step.id) : undefined;
  if (e.kind !== "starts" || !chain) return undefined;
  const phase = { open: "approve-open", "flip-client-aliases": "approve-clients" }[e.step.phase as string];
  const missing = stepsIn(chain, ...(phase === undefined ? [] : [phase as Phase])).find((a) => {
    const v = now.verdict(a.id);
    return !v || !isDone(v);
  });
  return missing && `${e.step.id} starts without ${missing.id}`;
}

/** What a step waits for that has not ended. A skip out of turn would leave out what comes before it, unseen. */
export function outOfTurn(e: Happened, now: Now): string | undefined {
  if (e.kind !== "starts" && !(e.kind === "verdict" && e.verdict === "skipped")) return undefined;
  const missing = e.step.needs.find((n) => {
    const v = now.verdict(n.id);
    if (v?.verdict === "skipped") return n.kind === "safety";
    return !v || (!isDone(v) && v.critical);
  });
  return (
    missing && `${e.step.id} ${e.kind === "starts" ? "starts" : "is skipped"} before ${missing.id} has ended`
  );
}

/** A step that acts for an activation that is over; after the end only what is owed may. */
export function pastActs(e: Happened, now: Now): string | undefined {
  // One that has begun in time may end: who begins another activation waits for it. A database it never opens then.
  if (e.kind !== "starts" && !(e.kind === "acts" && e.step.phase === "open")) return undefined;
  const what = `${e.step.id} of activation ${String(e.epoch)} ${e.kind}`;
  if (e.epoch !== now.epoch) return `${what} in activation ${String(now.epoch)}`;
  if (now.state === "moving") return undefined;
  const v = now.verdict(e.step.id);
  const owed = now.state === "completed" && mayBeOwed.has(e.step.phase) && v && !v.critical && !isDone(v);
  return owed ? undefined : `${what} although it is ${now.state}`;
}

/** Steps that the end of the move does not wait for. */
export function leftOut(g: Graph): readonly string[] {
  const [last, ...others] = g.steps.filter((s) => s.verb === complete.name);
  if (!last || others.length > 0) return ["not exactly one step completes the move"];
  return g.steps
    .filter((s) => s !== last && !g.isAfter(last.id, s.id))
    .map((s) => `${last.id} does not wait for ${s.id}`);
}

export function falselyCompleted(e: Happened, now: Now, g: Graph): string | undefined {
  if (e.kind !== "completes") return undefined;
  // What somebody has skipped is an exception of the move, and named as one.
  const undone = g.steps.find(
    (s) =>
      s.critical && stillHolds(s) && now.stands(s.id) === false && now.verdict(s.id)?.verdict !== "skipped",
  );
  if (undone) return `the move completes, and what ${undone.id} wants is not there`;
  const writer = g.chains.flatMap((c) => now.writers(g.request.from, c))[0];
  return writer !== undefined && now.owed.length === 0
    ? `the move completes while ${writer} can write at ${g.request.from}, and nothing is owed`
    : undefined;
}

export function falselyAbandoned(e: Happened, now: Now, g: Graph): string | undefined {
  if (e.kind !== "abandoned") return undefined;
  const writer = g.chains.flatMap((c) => now.writers(g.request.to, c))[0];
  return writer === undefined
    ? now.taken()[0]
    : `the move is abandoned while ${writer} can write at ${g.request.to}`;
}

/** What a move that ends has lost, and nobody was told of. */
export function untold(e: Happened, now: Now, g: Graph): string | undefined {
  if (e.kind === "completes") return g.chains.flatMap((c) => now.untold(c) ?? [])[0];
  return e.kind === "abandoned"
    ? g.chains.flatMap((c) => now.lostByReturn(c, e.lossSec ?? 0) ?? [])[0]
    : undefined;
}

/** Steps that wait for what does not come before them, and names that two steps share. */
export function unreachable(g: Graph): readonly string[] {
  const seen = new Set<string>();
  return g.steps.flatMap((s) => {
    const wrong = s.needs
      .filter((n) => !seen.has(n.id))
      .map((n) => `${s.id} waits for ${n.id}, which does not come before it`);
    if (seen.has(s.id)) wrong.push(`two steps are called ${s.id}`);
    seen.add(s.id);
    return wrong;
  });
}
