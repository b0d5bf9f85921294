import { changeable } from "../../../cli/mode/may.ts";
import { waivable } from "../../../cli/waive/may.ts";
import { rules as allRules } from "../../../planning/rules.ts";
import type { Rule } from "../../../planning/rule.ts";
import { next } from "../../../journal/next.ts";
import { situation } from "../../../journal/situation.ts";
import { mayActivate } from "../../../steps/may-act.ts";
import { movesFrom, type Decisions, type Limits, type Move } from "./moves.ts";
import { beginning, isPastReturn, keyOf, reader, type Moves, type State } from "./state.ts";
import { truthOf } from "./truth.ts";

/** A rule that is broken, and the shortest way there. */
export interface Breach {
  readonly rule: string;
  readonly says: string;
  /** What happens, in order, from the beginning. */
  readonly schedule: readonly string[];
}

/** What a search has seen. */
export interface Searched {
  readonly states: number;
  readonly moves: number;
  /** True where the search ended because everything was seen. */
  readonly whole: boolean;
  readonly breach?: Breach;
}

export interface SearchOptions extends Limits {
  /** Things that may go wrong in one schedule. */
  readonly faults: number;
  /** The product's decisions. Default: its own. */
  readonly product?: Partial<Decisions>;
  readonly rules?: readonly Rule[];
  /** Ends the search there. */
  readonly most?: number;
}

/**
 * Every state that any schedule leads to, those with the shortest schedules first: so that the first breach has the
 * shortest. When all are seen, it looks whether each of them can still be brought to an end.
 */
export function search(m: Moves, options: SearchOptions): Searched {
  const product: Decisions = { situation, mayActivate, next, changeable, waivable, ...options.product };
  const from = movesFrom(m, product, options);
  const read = reader(product.situation, m);
  const truth = truthOf(m);
  const rules = options.rules ?? allRules;
  const first = beginning(m, options.faults);
  const states: State[] = [first];
  const parents: number[] = [-1];
  const says: string[] = [""];
  const numbers = new Map([[keyOf(first), 0]]);
  /** Good moves, as pairs of states: where from, where to. */
  const ways: number[] = [];
  let moves = 0;

  const scheduleTo = (at: number): readonly string[] => {
    const back: string[] = [];
    for (let i = at; i > 0; i = parents[i] ?? 0) back.push(says[i] ?? "");
    return back.reverse();
  };
  const brokenBy = (move: Move): { rule: string; says: string } | undefined => {
    for (const [happened, state] of move.happened) {
      const graph = m.graph(
        happened.kind === "acts" && happened.epoch !== state.epoch ? otherModes(state) : state.modes,
      );
      const now = truth.now(state, read);
      for (const rule of rules) {
        const broken = rule.moment?.(happened, now, graph);
        if (broken !== undefined) return { rule: rule.name, says: broken };
      }
    }
    return undefined;
  };

  for (let at = 0; at < states.length; at++) {
    const state = states[at];
    if (!state) break;
    if (states.length > (options.most ?? Infinity)) return { states: states.length, moves, whole: false };
    for (const move of from(state)) {
      moves++;
      const breach = brokenBy(move);
      if (breach)
        return {
          states: states.length,
          moves,
          whole: false,
          breach: { ...breach, schedule: [...scheduleTo(at), move.says] },
        };
      const key = keyOf(move.to);
      let number = numbers.get(key);
      if (number === undefined) {
        number = states.length;
        numbers.set(key, number);
        states.push(move.to);
        parents.push(at);
        says.push(move.says);
      }
      if (move.good && number !== at) ways.push(at, number);
    }
  }
  const still = standsStill(states, ways, options.epochs);
  const counted = { states: states.length, moves, whole: true };
  if (still === undefined) return counted;
  const rule = rules.find((r) => r.name === "a way out");
  if (!rule) return counted;
  return {
    ...counted,
    breach: {
      rule: rule.name,
      says: "nothing goes wrong any more, and still nothing brings the move to an end",
      schedule: scheduleTo(still),
    },
  };
}

const otherModes = (s: State): string => s.acting?.modes ?? s.modes;

/**
 * A move that is over, or that a better declaration still helps: after the last activation that is looked at there is no
 * other. None is better than one that takes a site of which nothing answers for gone; and where it answers, what has
 * failed there is tried again.
 */
function isEnd(s: State, epochs: number): boolean {
  if (s.acting !== undefined) return false;
  if (s.status !== "moving" && s.status !== "abandoning") return true;
  // Who has closed the new site, and loses the old one, opens the new by hand and adopts it.
  if (s.status === "abandoning" && isPastReturn(s)) return s.site !== "up";
  if (s.epoch < epochs) return false;
  if (s.status === "abandoning") return true;
  // Past no return another declaration helps what has not arrived.
  const behind = Array.from(s.modes).flatMap((mode, i) =>
    s.opened[i] === "1" ? [] : [{ mode, waived: s.waived[i] }],
  );
  if (isPastReturn(s) && behind.length === 0) return false;
  const isUnplanned = behind.every(({ mode }) => mode === "u");
  return s.site === "up" ? isUnplanned : !(isUnplanned && behind.every(({ waived }) => waived === "w"));
}

/** The first state from which no good way leads to an end; undefined where there is none. */
function standsStill(states: readonly State[], ways: readonly number[], epochs: number): number | undefined {
  const into = new Map<number, number[]>();
  for (let i = 0; i < ways.length; i += 2) {
    const [from = 0, to = 0] = [ways[i], ways[i + 1]];
    const known = into.get(to);
    if (known) known.push(from);
    else into.set(to, [from]);
  }
  const ends = new Uint8Array(states.length);
  const queue = states.flatMap((s, i) => (isEnd(s, epochs) ? [i] : []));
  for (const i of queue) ends[i] = 1;
  for (let at = 0; at < queue.length; at++)
    for (const from of into.get(queue[at] ?? 0) ?? [])
      if (ends[from] === 0) {
        ends[from] = 1;
        queue.push(from);
      }
  const still = ends.indexOf(0);
  return still < 0 ? undefined : still;
}
