import type { changeable } from "../../../cli/mode/may.ts";
import type { waivable } from "../../../cli/waive/may.ts";
import type { Entry } from "../../../journal/entries.ts";
import type { Next } from "../../../journal/next.ts";
import type { Situation } from "../../../journal/situation.ts";
import { atOldSite, mayBeOwed, type Phase } from "../../../model/phase.ts";
import type { SiteId } from "../../../model/site.ts";
import type { Step } from "../../../model/verb.ts";
import type { Chain } from "../../../planning/graph.ts";
import { stepsIn } from "../../../planning/graph.ts";
import type { Happened } from "../../../planning/rule.ts";
import { choosePoint, complete, gate, proveFence } from "../../../planning/verbs.ts";
import type { Leave } from "../../../steps/may-act.ts";
import { othersOf } from "./others.ts";
import {
  isOpened,
  isWaived,
  openedBy,
  placeOf,
  put,
  reader,
  type Acting,
  type Moves,
  type State,
} from "./state.ts";
import { truthOf } from "./truth.ts";

/** The product's own decisions, or one of them with a mistake. */
export interface Decisions {
  readonly situation: (entries: readonly Entry[]) => Situation;
  readonly mayActivate: (s: Situation, epoch: number, attempt: number | undefined, step: Step) => Leave;
  readonly next: (s: Situation, target: SiteId, now: Date) => Next;
  readonly changeable: typeof changeable;
  readonly waivable: typeof waivable;
}

/** Something that can happen in a state. */
export interface Move {
  /** In words, for a schedule. */
  readonly says: string;
  readonly to: State;
  /** What rules are asked about, each with the state in which it happens. */
  readonly happened: readonly (readonly [Happened, State])[];
  /** Nothing goes wrong by it: a way on for whoever wants to finish. */
  readonly good: boolean;
}

/** Phases in which a step that has begun can meet what others do meanwhile: they change what rules speak of. */
const slow: ReadonlySet<Phase> = new Set<Phase>([
  "final-sync",
  "choose-point",
  "roll-forward",
  "open",
  "start-services",
  "flip-client-aliases",
  "complete",
]);

/** What is looked at, and what is not. */
export interface Limits {
  /** How many activations there are at most. */
  readonly epochs: number;
  /** Whether people skip steps. */
  readonly skips: boolean;
  /** Whether people go back past no return. Default: no. */
  readonly back?: boolean;
  /** Phases whose steps change nothing that other steps' ends depend on: in which order they run is all the same. */
  readonly eager: ReadonlySet<Phase>;
}

/** All that can happen in a state of a move. */
export function movesFrom(m: Moves, product: Decisions, limits: Limits): (s: State) => readonly Move[] {
  const read = reader(product.situation, m);
  const truth = truthOf(m);

  /** Whether what a step wants is seen to be there. */
  const isThere = (s: State, step: Step, at: number, chain: Chain | undefined): boolean => {
    if (step.verb === gate.name) return true;
    if (step.verb === complete.name) return s.status === "completed";
    if (step.verb === proveFence.name) return isProven(s, step, chain);
    if (step.phase === "roll-forward" && chain)
      return s.world[at] !== "0" && s.world[at] === truth.pointAt(s, chain);
    return s.world[at] !== "0";
  };
  const isProven = (s: State, step: Step, chain: Chain | undefined): boolean => {
    const done = (id: string): boolean => s.verdicts[m.at(id)] === "d";
    const hosts = chain ? truth.hostsOf(chain) : [];
    if (hosts.every((h) => h.strong.some(done) || (h.together.length > 0 && h.together.every(done))))
      return true;
    return chain !== undefined && isWaived(s, m, chain) && !truth.answers(s, chain);
  };
  /** Whether an act can succeed as the world is now. */
  const isAble = (s: State, step: Step, modes: string, chain: Chain | undefined): boolean => {
    if (step.verb === proveFence.name) return false;
    if (atOldSite.has(step.phase)) return s.site === "up";
    const isPlanned = chain ? modes[placeOf(m, chain)] === "p" : modes.includes("p");
    if (step.phase === "preflight") return !isPlanned || s.site === "up";
    if (!chain) return true;
    const stand = (...phases: readonly Phase[]): boolean =>
      stepsIn(chain, ...phases).every((p) => p.verb.startsWith("machinery/") || s.world[m.at(p.id)] !== "0");
    if (step.verb === choosePoint.name) return !isPlanned || stand("final-sync");
    if (step.phase === "roll-forward") return truth.pointAt(s, chain) !== "0";
    return step.phase === "verify-services" ? stand("start-services") : true;
  };
  const effectOf = (s: State, step: Step, at: number, chain: Chain | undefined): State => {
    if (step.verb === complete.name) return { ...s, status: "completed" };
    const all = (...phases: readonly Phase[]): boolean =>
      chain !== undefined &&
      stepsIn(chain, ...phases).every((p) => p.verb === gate.name || s.world[m.at(p.id)] !== "0");
    const letter =
      step.verb === choosePoint.name
        ? all("final-sync")
          ? "2"
          : "1"
        : step.phase === "roll-forward" && chain
          ? truth.pointAt(s, chain)
          : "1";
    return { ...s, world: put(s.world, at, letter) };
  };

  /** Past no return the runner closes what is still open at the old site before it opens the next database. */
  const closeBehind = (s: State, chain: Chain): State =>
    stepsIn(chain, "fence-data").reduce(
      (t, p) => (p.verb === gate.name ? t : { ...t, world: put(t.world, m.at(p.id), "1") }),
      s,
    );

  const commutes = (step: Step): boolean => step.verb === gate.name || limits.eager.has(step.phase);

  /** How a step that may act can end. */
  const endings = (s: State, who: Acting, isBegun: boolean): readonly Move[] => {
    const step = m.step(who.modes, who.at);
    if (!step) return [];
    const { at } = who;
    const chain = m.graph(who.modes).chainOf(step.id);
    const ended: State = isBegun ? { ...s, acting: undefined } : s;
    const how = isBegun ? "ends" : "runs";
    const starts: Move["happened"] = isBegun
      ? []
      : [[{ kind: "starts", step, epoch: who.epoch, beside: [] }, s]];
    const word = (t: State, letter: "d" | "f"): State =>
      who.epoch === t.epoch && (letter === "d" || !step.critical)
        ? { ...t, verdicts: put(t.verdicts, at, letter) }
        : t;
    const failed = (says: string): readonly Move[] => [
      { says: `${step.id} ${how}: ${says}`, to: word(over, "f"), happened: starts, good: true },
    ];
    const done = (t: State, says: string, acts: Move["happened"]): Move => {
      const to = word(t, "d");
      const verdict: Happened = { kind: "verdict", step, verdict: "done" };
      return {
        says: `${step.id} ${how}: ${says}`,
        to,
        happened: who.epoch === to.epoch ? [...acts, [verdict, to]] : acts,
        good: true,
      };
    };
    const opens = step.phase === "open" && step.probes !== undefined;
    const mayOpen = ended.epoch === who.epoch && ended.status === "moving";
    const opensMore = opens && chain && isOpened(ended, m, chain) && truth.answers(ended, chain);
    const over = opensMore && !isThere(ended, step, at, chain) ? closeBehind(ended, chain) : ended;
    if (isThere(over, step, at, chain)) {
      if (opens && !mayOpen) return failed("refused, its activation is over");
      return [done(opens && chain ? openedBy(over, m, chain) : over, "already", starts)];
    }
    if (step.probes && chain && truth.answers(over, chain)) return failed("refused, the old site answers");
    if (opens && !mayOpen) return failed("refused, its activation is over");
    if (step.phase === "complete" && !(over.epoch === who.epoch && over.status === "moving"))
      return failed("nothing to complete");
    if (!isAble(over, step, who.modes, chain)) return failed("fails");
    const before: State = opens && chain ? openedBy(over, m, chain) : over;
    const after = effectOf(before, step, at, chain);
    const acts: Move["happened"] = [
      ...starts,
      [{ kind: "acts", step, epoch: who.epoch }, before],
      ...(step.verb === complete.name ? [[{ kind: "completes" }, before] as const] : []),
    ];
    const moves = [done(after, "done", acts)];
    if (s.faults === 0) return moves;
    const less = (t: State): State => ({ ...t, faults: t.faults - 1 });
    moves.push({
      says: `${step.id} ${how}: its runner is killed after the act`,
      to: less(after),
      happened: acts,
      good: false,
    });
    if (!step.critical) {
      moves.push({
        says: `${step.id} ${how}: it hangs to its limit`,
        to: less(word(before, "f")),
        happened: starts,
        good: false,
      });
      moves.push({
        says: `${step.id} ${how}: it says that it failed, and has acted`,
        to: less(word(after, "f")),
        happened: acts,
        good: false,
      });
    }
    return moves;
  };

  /** Steps of the activation before that a killed engine has left behind: none of them may begin. */
  const pastSteps = (s: State, now: Situation): Move[] =>
    m.graph("p".repeat(m.chains.length)).steps.flatMap((step) =>
      s.epoch > 1 && product.mayActivate(now, s.epoch - 1, undefined, step).kind === "act"
        ? [
            {
              says: `${step.id} of activation ${String(s.epoch - 1)} begins`,
              to: s,
              happened: [[{ kind: "starts", step, epoch: s.epoch - 1, beside: [] }, s] as const],
              good: false,
            },
          ]
        : [],
    );

  /** What steps can do now; `first` where it is all the same in which order it and the others run. */
  const steps = (s: State): { readonly first?: Move; readonly all: readonly Move[] } => {
    if (s.epoch === 0) return { all: [] };
    // Who starts an activation waits for steps of the one before.
    if (s.acting && s.acting.epoch !== s.epoch) return { all: [] };
    const now = read(s);
    const found: Move[] = pastSteps(s, now);
    for (let at = 0; at < m.ids.length; at++) {
      const step = m.step(s.modes, at);
      if (!step || s.acting?.at === at) continue;
      if (s.verdicts[at] === "d" && (step.verb.startsWith("machinery/") || s.world[at] !== "0")) continue;
      const attempt = now.owed.has(step.id) ? now.attempts.get(step.id) : undefined;
      if (product.mayActivate(now, s.epoch, attempt, step).kind !== "act") continue;
      const who: Acting = { at, epoch: s.epoch, modes: s.modes };
      // `up` tries again what is owed; other steps only where the stack's state was lost: no way to count on.
      const again = s.verdicts[at] === "f" && !mayBeOwed.has(step.phase);
      const ends = endings(s, who, false).map((e) => (again ? { ...e, good: false } : e));
      const first = ends.find((e) => e.good && e.to.verdicts !== s.verdicts);
      if (first && commutes(step) && s.acting === undefined) return { first, all: [] };
      found.push(...ends);
      if (!s.acting && slow.has(step.phase) && step.verb !== gate.name)
        found.push({
          says: `${step.id} begins`,
          to: { ...s, acting: who },
          happened: [[{ kind: "starts", step, epoch: s.epoch, beside: [] }, s]],
          good: true,
        });
    }
    return { all: found };
  };

  const others = othersOf(m, product, truth, read, limits);

  return (s) => {
    const { first, all } = steps(s);
    if (first) return [first];
    return [...(s.acting ? endings(s, s.acting, true) : []), ...all, ...others(s)];
  };
}
