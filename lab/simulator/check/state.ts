import type { Entry, Fact } from "../../../journal/entries.ts";
import type { Terms } from "../../../journal/terms.ts";
import type { Situation } from "../../../journal/situation.ts";
import type { Request } from "../../../model/part.ts";
import { canonical, type Recovery } from "../../../model/recovery.ts";
import type { Step } from "../../../model/verb.ts";
import { stepsIn, type Chain, type Graph } from "../../../planning/graph.ts";
import { choosePoint, completeSystem } from "../../../planning/verbs.ts";

/** How the old site is: `cut` runs on and cannot be reached. */
export type Site = "up" | "down" | "cut";

/** A runner that has begun a step and not ended it. */
export interface Acting {
  readonly at: number;
  readonly epoch: number;
  readonly modes: string;
}

/** Everything that decides how a move can go on: what the journal says, and how the two sites are. */
export interface State {
  readonly epoch: number;
  /** By chain, how it moves: `p` planned, `u` unplanned. */
  readonly modes: string;
  /** By chain, whether its fence is waived: `-` no, `w` yes. */
  readonly waived: string;
  readonly status: "none" | "moving" | "abandoning" | "abandoned" | "completed";
  /** By chain, whether a database of it is being opened: `0` no, `1` yes. */
  readonly opened: string;
  /** By step, the last word of the journal: `.` none, `d` done, `f` ended otherwise, `s` skipped. */
  readonly verdicts: string;
  /** By step, whether what it wants is so: `0` no, `1` yes; for points and what is rolled forward `2` is the end of the logs. */
  readonly world: string;
  readonly acting: Acting | undefined;
  readonly site: Site;
  /** Things that may still go wrong. */
  readonly faults: number;
  /**
   * How far an abandoned move has given back: 0 nothing, 1 databases, 2 services too. Past no return the new site is
   * closed first: -2 nothing of it, -1 its services.
   */
  readonly back: number;
}

/** The steps of a move in every mode of its chains, by one numbering. */
export interface Moves {
  readonly recovery: Recovery;
  readonly request: Request;
  readonly ids: readonly string[];
  /** The chains, in an order that all graphs share. */
  readonly chains: readonly Chain[];
  /** The plan in which each chain moves so. */
  graph(modes: string): Graph;
  /** Undefined where that plan has no such step. */
  step(modes: string, at: number): Step | undefined;
  at(id: string): number;
}

/** All plans of one direction: each chain planned or not. `draw` is the planner, or one with a mistake. */
export function movesOf(
  recovery: Recovery,
  request: Omit<Request, "mode">,
  draw: (request: Request) => Graph,
): Moves {
  const { chains } = draw({ ...request, mode: "planned" });
  const graphs = new Map(
    ways(chains.length).map((modes): [string, Graph] => [
      modes,
      draw({ ...request, ...modeOf(modes, chains) }),
    ]),
  );
  const graph = (modes: string): Graph => {
    const found = graphs.get(modes);
    if (!found) throw new Error(`no plan is drawn for ${modes}`);
    return found;
  };
  const ids = [...new Set([...graphs.values()].flatMap((g) => g.steps.map((s) => s.id)))];
  const numbers = new Map(ids.map((id, i) => [id, i]));
  const steps = new Map([...graphs].map(([modes, g]) => [modes, ids.map((id) => g.step(id))]));
  return {
    recovery,
    request: { ...request, mode: "planned" },
    ids,
    chains,
    graph,
    step: (modes, at) => steps.get(modes)?.[at],
    at: (id) => numbers.get(id) ?? -1,
  };
}

/** Every text of so many letters `p` and `u`. */
const ways = (many: number): readonly string[] =>
  many === 0 ? [""] : ways(many - 1).flatMap((rest) => [`p${rest}`, `u${rest}`]);

/** The mode of a move whose chains move so: unplanned where all do, else planned but for some. */
function modeOf(modes: string, chains: readonly Chain[]): Pick<Request, "mode" | "modes"> {
  if (!modes.includes("p")) return { mode: "unplanned" };
  const left = chains.filter((_, i) => modes[i] === "u").map((c) => [c.name, "unplanned"] as const);
  return { mode: "planned", ...(left.length > 0 ? { modes: Object.fromEntries(left) } : {}) };
}

/** Steps of which the journal has an entry of its own, which belongs to one activation. */
export const kept = (m: Moves): readonly number[] =>
  m.ids.flatMap((_, at) => {
    const verb = m.step("p".repeat(m.chains.length), at)?.verb;
    return verb === choosePoint.name || verb === completeSystem.name ? [at] : [];
  });

/** Where a chain's letter stands. */
export const placeOf = (m: Moves, chain: Chain): number => m.chains.findIndex((c) => c.name === chain.name);
export const isWaived = (s: State, m: Moves, chain: Chain): boolean => s.waived[placeOf(m, chain)] === "w";

/** The state after a database of that chain is being opened. */
export const openedBy = (s: State, m: Moves, chain: Chain): State => ({
  ...s,
  opened: put(s.opened, placeOf(m, chain), "1"),
});
export const isOpened = (s: State, m: Moves, chain: Chain): boolean => s.opened[placeOf(m, chain)] === "1";
/** Whether any database is being opened. */
export const isPastReturn = (s: State): boolean => s.opened.includes("1");

/** Before anything: nobody has declared a move. */
export const beginning = ({ ids, chains }: Moves, faults: number): State => ({
  epoch: 0,
  modes: "p".repeat(chains.length),
  waived: "-".repeat(chains.length),
  status: "none",
  opened: "0".repeat(chains.length),
  verdicts: ".".repeat(ids.length),
  world: "0".repeat(ids.length),
  acting: undefined,
  site: "up",
  faults,
  back: 0,
});

/** The text with another letter at that place. */
export const put = (text: string, at: number, letter: string): string =>
  text.slice(0, at) + letter + text.slice(at + 1);

/** Two states with one key go on in the same ways. */
export function keyOf(s: State): string {
  const acting = s.acting ? `${String(s.acting.at)}.${String(s.acting.epoch)}${s.acting.modes}` : "";
  return `${String(s.epoch)}${s.modes}${s.waived}|${s.status}${s.opened}${String(s.back)}|${s.verdicts}|${s.world}|${acting}|${s.site}${String(s.faults)}`;
}

const verdictOf = { d: "done", f: "failed", s: "skipped" } as const;
/** When everything in the model happens: nothing in it is a matter of hours. */
export const moment = "2026-11-30T03:00:00.000Z";

/** On what terms something moves: `p` or `u`, and whether its fence is waived, `-` or `w`. */
export const termsFor = (mode: string, waived: string): Terms => ({
  as: "ann",
  acceptLossSec: 3600,
  mode: mode === "u" ? "unplanned" : "planned",
  ...(mode === "u" ? { disasterAt: moment } : {}),
  ...(waived === "w" ? { waiveFence: "power is off" } : {}),
});

/** The shortest journal that says what a state says: the product itself reads it. `more` is what people write then. */
export function journalOf(s: State, m: Moves, more: readonly Fact[] = []): readonly Entry[] {
  const { from, to } = m.request;
  const own = m.chains.map((_, i) => termsFor(s.modes[i] ?? "p", s.waived[i] ?? "-"));
  const common = own.find((t) => t.mode === "planned") ?? own[0] ?? termsFor("p", "-");
  const facts: Fact[] = [
    { kind: "genesis", estate: "model", active: from },
    { kind: "declared", factsHash: "facts", recovery: m.recovery },
  ];
  if (s.epoch > 0)
    facts.push({
      kind: "activation started",
      epoch: s.epoch,
      from,
      to,
      factsHash: "facts",
      planHash: "plan",
      declaration: 0,
      systems: m.chains.map(({ name, parts }, i) => ({
        system: name,
        parts: [...parts],
        after: [],
        ...(canonical(own[i]) === canonical(common) ? {} : { terms: own[i] }),
      })),
      ...common,
    });
  m.ids.forEach((id, at) => {
    const step = m.step(s.modes, at);
    const said = verdictOf[s.verdicts[at] as keyof typeof verdictOf];
    if (step?.verb === choosePoint.name && s.world[at] !== "0")
      facts.push({
        kind: "point chosen",
        epoch: s.epoch,
        group: step.id.slice(0, step.id.lastIndexOf("/")),
        atSec: 0,
        to: s.world[at] === "2" ? "end" : "time",
        lossSec: 0,
        databases: [],
      });
    if (step?.verb === completeSystem.name && s.world[at] !== "0")
      facts.push({
        kind: "system completed",
        epoch: s.epoch,
        system: m.chains.find((c) => step.id === `${c.name}/complete`)?.name ?? "",
        owed: [],
        exceptions: [],
      });
    if (step && s.verdicts[at] === "s")
      facts.push({ kind: "skip", epoch: s.epoch, step: id, as: "ann", reason: "model" });
    if (step && (said as string | undefined) !== undefined)
      facts.push({
        kind: "step",
        epoch: s.epoch,
        step: id,
        phase: step.phase,
        verdict: said,
        critical: step.critical,
        says: "",
      });
  });
  m.chains.forEach((c, i) => {
    const open = stepsIn(c, "open").find((p) => p.probes)?.id;
    if (s.opened[i] === "1" && open !== undefined)
      facts.push({ kind: "no return", epoch: s.epoch, step: open });
  });
  if (s.status === "abandoning" || s.status === "abandoned")
    facts.push({ kind: "abandoning", epoch: s.epoch, as: "ann", reason: "model" });
  if (s.status === "abandoning" && isPastReturn(s) && s.back >= 0)
    facts.push({ kind: "target closed", epoch: s.epoch });
  if (s.status === "abandoned") facts.push({ kind: "abandoned", epoch: s.epoch, as: "ann", reason: "model" });
  if (s.status === "completed") facts.push({ kind: "completed", epoch: s.epoch, owed: [], exceptions: [] });
  return [...facts, ...more].map((fact, seq) => ({
    ...fact,
    seq,
    prev: "",
    at: moment,
    by: "model",
    hash: String(seq),
  }));
}

/** The product's own reading of a state; kept, since many states say the same in their journal. */
export function reader(read: (entries: readonly Entry[]) => Situation, m: Moves): (s: State) => Situation {
  const known = new Map<string, Situation>();
  const points = kept(m);
  return (s) => {
    const chosen = points.map((at) => s.world[at]).join("");
    const key = `${String(s.epoch)}${s.modes}${s.waived}${s.status}${s.opened}${s.verdicts}${chosen}`;
    const found = known.get(key);
    if (found) return found;
    const made = read(journalOf(s, m));
    known.set(key, made);
    return made;
  };
}
