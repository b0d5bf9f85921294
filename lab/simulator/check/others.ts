import { returnable } from "../../../cli/back/may.ts";
import type { Phase } from "../../../model/phase.ts";
import type { EntryOf } from "../../../journal/entries.ts";
import type { Situation } from "../../../journal/situation.ts";
import { stepsIn } from "../../../planning/graph.ts";
import type { Decisions, Limits, Move } from "./moves.ts";
import { isPastReturn, journalOf, kept, moment, put, type Moves, type State } from "./state.ts";
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
  const begun = new Map<string, boolean>();
  /** What the product makes of such a declaration now; no word on a step changes it. */
  const begins = (s: State, mode: State["mode"], waived: boolean): boolean => {
    const key = `${String(s.epoch)} ${s.status} ${String(isPastReturn(s))} ${mode} ${String(waived)}`;
    const known = begun.get(key);
    if (known !== undefined) return known;
    const entries = journalOf({ ...s, verdicts: ".".repeat(m.ids.length) }, m, { mode, waived });
    const made = product.next(product.situation(entries), m.request.to, when).kind === "start";
    begun.set(key, made);
    return made;
  };

  /** What the product makes of somebody who wants to go back. */
  const mayReturn = (s: State): boolean => {
    try {
      returnable(journalOf(s, m));
      return true;
    } catch {
      return false;
    }
  };

  /** The same, and somebody has said that a step is to be left out. */
  const withSkip = (now: Situation, step: string): Situation => ({
    ...now,
    people: { ...now.people, skips: new Map([[step, skipOf(step, now.epoch)]]) },
  });

  const people = (s: State): readonly Move[] => {
    const found: Move[] = [];
    for (const [mode, waived] of [
      ["planned", false],
      ["unplanned", false],
      ["unplanned", true],
    ] as const) {
      if (s.epoch >= limits.epochs) break;
      if (!begins(s, mode, waived)) continue;
      const fresh = kept(m);
      const to: State = {
        ...s,
        epoch: s.epoch + 1,
        mode,
        waived,
        status: "moving",
        opened: "0".repeat(s.opened.length),
        verdicts: ".".repeat(m.ids.length),
        world: fresh.reduce((world, at) => put(world, at, "0"), s.world),
        back: 0,
      };
      found.push({
        says: `${mode} move declared${waived ? ", the fence waived" : ""}, and activation ${String(to.epoch)} begins`,
        to,
        happened: [[{ kind: "begins", epoch: to.epoch, declared: true }, s]],
        good: (s.site === "up") !== waived,
      });
    }
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
        const step = m.step(s.mode, at);
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

  /** Services first, then databases: only when all of the target is closed is anything given back. */
  const closeTarget = (s: State): readonly Move[] => {
    const phases: readonly Phase[] = s.back === -2 ? ["start-services"] : undone;
    const world = m.graphs[s.mode].chains
      .flatMap((c) => stepsIn(c, ...phases))
      .reduce((w, p) => put(w, m.at(p.id), "0"), s.world);
    const says = s.back === -2 ? "services are stopped at the new site" : "databases are closed there";
    return [{ says, to: { ...s, back: s.back + 1, world }, happened: [], good: true }];
  };

  /** Databases first, then services: before each, the new site is looked at. */
  const giveBack = (s: State): readonly Move[] => {
    const graph = m.graphs[s.mode];
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
