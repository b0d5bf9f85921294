import { returnable } from "../../../cli/back/may.ts";
import type { Phase } from "../../../model/phase.ts";
import type { EntryOf, Fact } from "../../../journal/entries.ts";
import type { Situation } from "../../../journal/situation.ts";
import { stepsIn, type Chain } from "../../../planning/graph.ts";
import type { Decisions, Limits, Move } from "./moves.ts";
import {
  isOpened,
  isPastReturn,
  journalOf,
  kept,
  moment,
  put,
  termsFor,
  type Moves,
  type State,
} from "./state.ts";
import type { Truth } from "./truth.ts";

/** What people do to a move, and what happens to the old site. */
export function othersOf(
  m: Moves,
  product: Decisions,
  truth: Truth,
  read: (s: State) => Situation,
  limits: Limits,
): (s: State) => readonly Move[] {
  const when = new Date(moment);
  /** By terms and system, or for all, how systems can be let go on unplanned. */
  const asked = [undefined, ...m.chains.map((c) => c.name)].flatMap((system) =>
    unplanned.map((terms) => [terms, system] as const),
  );
  const begun = new Map<string, boolean>();
  /** What the product makes of such a declaration now; no word on a step changes it. */
  const begins = (s: State, mode: string, waived: string): boolean => {
    const key = `${String(s.epoch)} ${s.status} ${String(isPastReturn(s))} ${mode} ${waived}`;
    const known = begun.get(key);
    if (known !== undefined) return known;
    const declared: Fact = { kind: "move declared", to: m.request.to, ...termsFor(mode, waived) };
    const entries = journalOf({ ...s, verdicts: ".".repeat(m.ids.length) }, m, [declared]);
    const made = product.next(product.situation(entries), m.request.to, when).kind === "start";
    begun.set(key, made);
    return made;
  };

  /** What the product makes of somebody who wants to go back. */
  const mayReturn = (s: State): boolean => allowed(() => returnable(journalOf(s, m))) !== undefined;

  /** The same, and somebody has said that a step is to be left out. */
  const withSkip = (now: Situation, step: string): Situation => ({
    ...now,
    people: { ...now.people, skips: new Map([[step, skipOf(step, now.epoch)]]) },
  });

  const people = (s: State): readonly Move[] => {
    const found: Move[] = [];
    for (const [mode, waived] of [["p", "-"], ...unplanned] as const) {
      if (s.epoch >= limits.epochs) break;
      if (!begins(s, mode, waived)) continue;
      const fresh = kept(m);
      const to: State = {
        ...s,
        epoch: s.epoch + 1,
        modes: mode.repeat(m.chains.length),
        waived: waived.repeat(m.chains.length),
        status: "moving",
        opened: "0".repeat(s.opened.length),
        verdicts: ".".repeat(m.ids.length),
        world: fresh.reduce((world, at) => put(world, at, "0"), s.world),
        back: 0,
      };
      found.push({
        says: `${mode === "p" ? "planned" : "unplanned"} move declared${waived === "w" ? ", the fence waived" : ""}, and activation ${String(to.epoch)} begins`,
        to,
        happened: [[{ kind: "begins", epoch: to.epoch, declared: true }, s]],
        good: (s.site === "up") !== (waived === "w"),
      });
    }
    if (s.status === "moving") found.push(...(m.chains.length > 1 ? goOnUnplanned(s) : []), ...waive(s));
    if (s.status === "moving" && !isPastReturn(s))
      found.push({
        says: "somebody abandons it",
        to: { ...s, status: "abandoning", back: 0 },
        happened: [],
        // Nothing can be given back to a site that is gone.
        good: s.site === "up",
      });
    if (limits.back === true && s.status === "moving" && isPastReturn(s) && s.site === "up" && mayReturn(s))
      found.push({
        says: "somebody goes back past no return",
        to: { ...s, status: "abandoning", back: -2 },
        happened: [],
        // A person's choice: nobody can count on it.
        good: false,
      });
    if (s.status === "abandoning" && !s.acting && s.site === "up")
      found.push(...(s.back < 0 ? closeTarget(s) : giveBack(s)));
    m.ids.forEach((id, at) => {
      if (s.status === "moving" && s.verdicts[at] === "s" && s.world[at] === "0")
        found.push({
          says: `what ${id} was to do is done by hand`,
          to: { ...s, world: put(s.world, at, "1") },
          happened: [],
          good: true,
        });
    });
    if (limits.skips && s.faults > 0 && s.status === "moving")
      for (let at = 0; at < m.ids.length; at++) {
        const step = m.step(s.modes, at);
        if (!step || (s.verdicts[at] !== "." && s.verdicts[at] !== "f")) continue;
        if (product.mayActivate(withSkip(read(s), step.id), s.epoch, undefined, step).kind !== "skip")
          continue;
        const to: State = { ...s, verdicts: put(s.verdicts, at, "s"), faults: s.faults - 1 };
        found.push({
          says: `${step.id} is skipped`,
          to,
          happened: [[{ kind: "verdict", step, verdict: "skipped" }, to]],
          good: false,
        });
      }
    return found;
  };

  /** One system of which nothing is open yet goes on unplanned, or all of them do, in an activation of their own. */
  const goOnUnplanned = (s: State): readonly Move[] =>
    s.epoch >= limits.epochs
      ? []
      : asked.flatMap(([[mode, waived], system]): Move[] => {
          const terms = termsFor(mode, waived);
          const wanted = { terms, ...(system === undefined ? {} : { system }) };
          const systems = allowed(() => product.changeable(journalOf(s, m), wanted, when).systems) ?? [];
          if (systems.length === 0) return [];
          const names = systems.map(({ system }) => system);
          const change: Fact = {
            kind: "mode changed",
            epoch: s.epoch,
            to: m.request.to,
            systems: names,
            reason: "model",
            ...terms,
          };
          const then = product.next(product.situation(journalOf(s, m, [change])), m.request.to, when);
          if (then.kind !== "start") return [];
          const changes = (chain: Chain | undefined): boolean =>
            chain !== undefined && names.includes(chain.name);
          const stays = (at: number): boolean => {
            const chain = m.graph(s.modes).chainOf(m.ids[at] ?? "");
            return chain !== undefined && isOpened(s, m, chain);
          };
          const letters = (text: string, letter: string): string =>
            m.chains.reduce((t, chain, i) => (changes(chain) ? put(t, i, letter) : t), text);
          const to: State = {
            ...s,
            epoch: s.epoch + 1,
            modes: letters(s.modes, mode),
            waived: letters(s.waived, waived),
            verdicts: m.ids.reduce((t, _, at) => (stays(at) ? t : put(t, at, ".")), s.verdicts),
            world: kept(m).reduce((world, at) => (stays(at) ? world : put(world, at, "0")), s.world),
          };
          return [
            {
              says: `${names.join(", ")} goes on unplanned${waived === "w" ? ", the fence waived" : ""}, and activation ${String(to.epoch)} begins`,
              to,
              happened: [[{ kind: "begins", epoch: to.epoch, declared: true }, s]],
              good: (s.site === "up") !== (waived === "w"),
            },
          ];
        });

  /** Somebody answers for the fence of what is left; nothing of the old site answers them. */
  const waive = (s: State): readonly Move[] => {
    if (s.site === "up") return [];
    const parts = allowed(() => product.waivable(journalOf(s, m)).parts) ?? [];
    const waived = m.chains.reduce(
      (t, chain, i) => (chain.parts.some((p) => parts.includes(p)) ? put(t, i, "w") : t),
      s.waived,
    );
    return waived === s.waived
      ? []
      : [{ says: "the fence of what is left is waived", to: { ...s, waived }, happened: [], good: true }];
  };

  /** Services first, then databases: only when all of the target is closed is anything given back. */
  const closeTarget = (s: State): readonly Move[] => {
    const phases: readonly Phase[] = s.back === -2 ? ["start-services"] : undone;
    const world = m
      .graph(s.modes)
      .chains.flatMap((c) => stepsIn(c, ...phases))
      .reduce((w, p) => put(w, m.at(p.id), "0"), s.world);
    const says = s.back === -2 ? "services are stopped at the new site" : "databases are closed there";
    return [{ says, to: { ...s, back: s.back + 1, world }, happened: [], good: true }];
  };

  /** Databases first, then services: before each, the new site is looked at. */
  const giveBack = (s: State): readonly Move[] => {
    const graph = m.graph(s.modes);
    if (graph.chains.some((c) => truth.newWriters(s, c).length > 0)) return [];
    const clear = (...phases: readonly Phase[]): State => ({
      ...s,
      back: s.back + 1,
      world: graph.chains
        .flatMap((c) => stepsIn(c, ...phases))
        .reduce((world, p) => put(world, m.at(p.id), "0"), s.world),
    });
    const given = (says: string, to: State): Move => ({
      says,
      to,
      happened: graph.chains.map((chain) => [{ kind: "gives back", what: says, chain }, s] as const),
      good: true,
    });
    if (s.back === 0)
      return [given("databases open again at the old site", clear("fence-site", "final-sync"))];
    if (s.back === 1) return [given("services run again at the old site", clear("fence-apps"))];
    return [
      {
        says: "abandoned",
        to: { ...s, status: "abandoned" },
        happened: [[{ kind: "abandoned" }, s]],
        good: true,
      },
    ];
  };

  /** Nobody can count on a site's return: it is no way to finish a move, and costs nothing. */
  const world = (s: State): readonly Move[] => {
    const to = (site: State["site"], says: string, costs: 0 | 1): readonly Move[] =>
      s.faults >= costs
        ? [{ says, to: { ...s, site, faults: s.faults - costs }, happened: [], good: false }]
        : [];
    if (s.site === "down") return to("up", "the old site returns", 0);
    if (s.site === "cut") return to("up", "the link holds again", 0);
    return [...to("down", "the old site dies", 1), ...to("cut", "the link is cut", 1)];
  };

  return (s) => [...people(s), ...world(s)];
}

/** How an unplanned move can be asked for. */
const unplanned = [
  ["u", "-"],
  ["u", "w"],
] as const;

/** What the product makes of it; undefined where it refuses. */
const allowed = <T>(ask: () => T): T | undefined => {
  try {
    return ask();
  } catch {
    return undefined;
  }
};

/** What is not so any more once a move is gone back from: before another, the site is made to follow again. */
const undone: readonly Phase[] = [
  "roll-forward",
  "open",
  "flip-dependency-aliases",
  "fence-data",
  "repair-databases",
  "repair-identity",
  "verify-services",
  "flip-client-aliases",
  "smoke-test",
  "protect",
];

const skipOf = (step: string, epoch: number): EntryOf<"skip"> => ({
  kind: "skip",
  epoch,
  step,
  as: "ann",
  reason: "model",
  seq: 0,
  prev: "",
  at: moment,
  by: "model",
  hash: "",
});
