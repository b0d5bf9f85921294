import type { Phase } from "../model/phase.ts";
import type { Draft } from "../model/verb.ts";
import type { Aside, AsideStep, InMove } from "./aside.ts";

const all = (a: Aside): readonly AsideStep[] => a.stages.flatMap(({ steps }) => steps);
const stepsOf = (a: Aside, part: string | undefined, ...phases: readonly string[]): readonly AsideStep[] =>
  all(a).filter((s) => s.part === part && phases.includes(s.phase));
const inMove = (move: InMove, ...phases: readonly Phase[]): readonly Draft[] =>
  phases.flatMap((p) => move[p] ?? []);

/** Parts that have fewer steps of a phase than they have to undo. */
const fewer = (
  a: Aside,
  phase: string,
  due: (move: InMove) => number,
  says: (part: string) => string,
): readonly string[] =>
  [...a.move].flatMap(([part, move]) => (stepsOf(a, part, phase).length < due(move) ? [says(part)] : []));

/** Steps of a chain that do not wait for others of it, although what they are says so. */
const laterIn = (a: Aside, phase: string, ...earlier: readonly string[]): readonly string[] =>
  all(a)
    .filter((s) => s.phase === phase)
    .flatMap((s) =>
      all(a)
        .filter((e) => e.chain === s.chain && earlier.includes(e.phase) && !a.isAfter(s.id, e.id))
        .map((e) => `${s.id} does not wait for ${e.id}`),
    );

/** What opens databases or starts services at the old site. */
const opening: ReadonlySet<string> = new Set(["restart-hosts", "reopen", "restart-services"]);

/** What of the target could still write while the old site is opened again. */
export function leftOpen(a: Aside): readonly string[] {
  if (a.kind !== "back") return [];
  const closes = all(a).filter((s) => s.phase === "stop-target" || s.phase === "close-target");
  return [
    ...fewer(
      a,
      "close-target",
      (m) => inMove(m, "open").length,
      (part) => `${part}: what it opens at the target is not closed`,
    ),
    ...fewer(
      a,
      "stop-target",
      (m) => Math.min(1, inMove(m, "start-services").length),
      (part) => `${part}: what it starts at the target is not stopped`,
    ),
    ...laterIn(a, "close-target", "stop-target"),
    ...all(a)
      .filter((s) => opening.has(s.phase))
      .flatMap((s) =>
        closes.filter((c) => !a.isAfter(s.id, c.id)).map((c) => `${s.id} does not wait for ${c.id}`),
      ),
  ];
}

/** What a move takes from the old site, and nothing gives back; and what is given back in a wrong order. */
export function notGivenBack(a: Aside): readonly string[] {
  if (a.kind !== "inverse" && a.kind !== "back") return [];
  return [
    ...fewer(
      a,
      "reopen",
      (m) => inMove(m, "open").length,
      (part) => `${part}: not all of its databases are opened again`,
    ),
    ...fewer(
      a,
      "restart-services",
      (m) => Math.min(1, inMove(m, "fence-apps").length),
      (part) => `${part}: nothing starts again what it stops`,
    ),
    ...fewer(
      a,
      "restart-hosts",
      (m) => inMove(m, "fence-site").filter((d) => d.fences !== undefined).length,
      (part) => `${part}: not all of the servers that it switches off are started again`,
    ),
    ...laterIn(a, "reopen", "restart-hosts"),
    ...laterIn(a, "restart-services", "reopen", "restart-hosts", "return-dependency-aliases"),
    ...laterIn(a, "return-client-aliases", "restart-services", "verify-again"),
  ];
}

/** What a re-protection would overwrite before it is saved. */
export function unsaved(a: Aside): readonly string[] {
  if (a.kind !== "re-protection") return [];
  const saves = all(a).filter((s) => s.phase === "save");
  const follows = all(a).filter((s) => s.phase === "follow");
  const verbs = new Set(follows.map((s) => s.verb));
  return [
    ...fewer(
      a,
      "save",
      (m) => inMove(m, "open").length,
      (part) => `${part}: not all of its databases are saved`,
    ),
    ...saves.filter((s) => verbs.has(s.verb)).map((s) => `${s.id} does what overwrites`),
    ...follows.flatMap((s) =>
      saves
        .filter((e) => e.part === s.part && !a.isAfter(s.id, e.id))
        .map((e) => `${s.id} does not wait for ${e.id}`),
    ),
  ];
}

/** What a drill touches beside copies of its own, or leaves behind. */
export function beyondCopies(a: Aside): readonly string[] {
  if (a.kind !== "drill") return [];
  const made = all(a).filter((s) => s.phase === "restore");
  const swept = new Set(all(a).flatMap((s) => (s.phase === "sweep" ? [s.part] : [])));
  const [begin] = all(a).filter((s) => s.phase === "begin");
  const end = all(a).find((s) => s.phase === "conclude");
  return [
    ...all(a)
      .filter((s) => a.changes.has(s.verb))
      .map((s) => `${s.id} does what a move does (${s.verb})`),
    ...made.filter((s) => !swept.has(s.part)).map((s) => `nothing removes what ${s.id} makes`),
    ...laterIn(a, "restore", "preflight", "choose-point"),
    ...made.flatMap((s) =>
      stepsOf(a, s.part, "verify")
        .filter((v) => !a.isAfter(v.id, s.id))
        .map((v) => `${v.id} does not wait for ${s.id}`),
    ),
    ...all(a)
      .filter((s) => s.phase !== "sweep" && s !== begin && !(begin && a.isAfter(s.id, begin.id)))
      .map((s) => `${s.id} does not wait for the drill's beginning`),
    ...all(a)
      .filter((s) => s.phase !== "sweep" && s !== end && !(end && a.isAfter(end.id, s.id)))
      .map((s) => `the drill ends without waiting for ${s.id}`),
  ];
}

/** Steps that wait for what does not come before them, and names that two steps share. */
export function unreachableAside(a: Aside): readonly string[] {
  const seen = new Set<string>();
  return all(a).flatMap((s) => {
    const wrong = s.needs
      .filter((n) => !seen.has(n))
      .map((n) => `${s.id} waits for ${n}, which does not come before it`);
    if (seen.has(s.id)) wrong.push(`two steps are called ${s.id}`);
    seen.add(s.id);
    return wrong;
  });
}

export const unboundedAside = (a: Aside): readonly string[] =>
  all(a)
    .filter((s) => !(s.timeoutSec > 0 && Number.isFinite(s.timeoutSec)))
    .map((s) => `${s.id} has none`);
