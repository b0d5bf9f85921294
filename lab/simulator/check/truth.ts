import { stepsIn, type Chain } from "../../../planning/graph.ts";
import type { Now } from "../../../planning/rule.ts";
import { choosePoint, gate, proveFence } from "../../../planning/verbs.ts";
import { atOldSite } from "../../../model/phase.ts";
import type { Situation } from "../../../journal/situation.ts";
import type { SiteId } from "../../../model/site.ts";
import { isOpened, isWaived, type Moves, type State } from "./state.ts";

/** The steps that each alone prove a host's fence, and those that prove it together. */
interface Proof {
  readonly strong: readonly string[];
  readonly together: readonly string[];
}

/** What is so in the model's world. The two sites are judged by what steps have done to them, not by what is said. */
export interface Truth {
  /** What can write at the old site, reached or not. */
  oldWriters(s: State, chain: Chain): readonly string[];
  newWriters(s: State, chain: Chain): readonly string[];
  /** Whether a look at the old site finds something. */
  answers(s: State, chain: Chain): boolean;
  pointAt(s: State, chain: Chain): string;
  /** By which steps each host of a chain's fence is proven. */
  hostsOf(chain: Chain): readonly Proof[];
  now(s: State, read: (s: State) => Situation): Now;
}

export function truthOf(m: Moves): Truth {
  const so = (s: State, id: string): boolean => s.world[m.at(id)] !== "0";
  const proofs = new Map<Chain, readonly Proof[]>();
  const hostsOf = (chain: Chain): readonly Proof[] => {
    const known = proofs.get(chain);
    if (known) return known;
    const proof = chain.steps.find((p) => p.verb === proveFence.name);
    const made = Object.values(proveFence.args.safeParse(proof?.args).data?.hosts ?? {});
    proofs.set(chain, made);
    return made;
  };
  const point = (chain: Chain): string | undefined =>
    chain.steps.find((p) => p.verb === choosePoint.name)?.id;
  const oldWriters: Truth["oldWriters"] = (s, chain) =>
    s.site === "down"
      ? []
      : hostsOf(chain).flatMap(({ strong, together }) =>
          strong.some((id) => so(s, id))
            ? []
            : together.filter((id) => !so(s, id) && !isClosed(s, id, chain)),
        );
  /** A database whose tail was not had is taken offline once the new one is open. */
  const isClosed = (s: State, id: string, chain: Chain): boolean => {
    const closed = stepsIn(chain, "fence-data").filter((p) => p.verb !== gate.name);
    const phase = chain.steps.find((p) => p.id === id)?.phase;
    return phase === "final-sync" && closed.length > 0 && closed.every((p) => so(s, p.id));
  };
  const newWriters: Truth["newWriters"] = (s, chain) =>
    stepsIn(chain, "open", "start-services")
      .filter((p) => p.verb !== gate.name && so(s, p.id))
      .map((p) => p.id);
  const pointAt: Truth["pointAt"] = (s, chain) => {
    const id = point(chain);
    return id === undefined ? "1" : (s.world[m.at(id)] ?? "0");
  };
  const machinery = (verb: string): boolean => verb.startsWith("machinery/");
  return {
    oldWriters,
    newWriters,
    hostsOf,
    answers: (s, chain) => s.site === "up" && oldWriters(s, chain).length > 0,
    pointAt,
    now: (s, read) => {
      const graph = m.graph(s.modes);
      const worded = (letter: string | undefined): number | "end" | undefined =>
        letter === "0" || letter === undefined ? undefined : letter === "2" ? "end" : 1;
      return {
        epoch: s.epoch,
        state: s.status,
        mode: s.modes.includes("u") ? "unplanned" : "planned",
        noReturn: (chain) => isOpened(s, m, chain),
        owed: [...read(s).owed],
        verdict: (id) => {
          const v = read(s).verdicts.get(id);
          return v && { verdict: v.verdict, critical: v.critical };
        },
        stands: (id) => {
          const step = graph.step(id);
          if (!step || machinery(step.verb)) return undefined;
          const chain = graph.chainOf(id);
          return step.phase === "roll-forward" && chain ? s.world[m.at(id)] === pointAt(s, chain) : so(s, id);
        },
        // A site that is cut off and waived could not be seen: whoever waived answers for that, and the guard at the site.
        writers: (site: SiteId, chain) =>
          site === m.request.to
            ? newWriters(s, chain)
            : s.site === "cut" && isWaived(s, m, chain)
              ? []
              : oldWriters(s, chain),
        rolledTo: (id) => worded(s.world[m.at(id)]),
        point: (chain) => worded(pointAt(s, chain)),
        untold: (chain) => {
          const lost = stepsIn(chain, "final-sync").find((p) => p.verb !== gate.name && !so(s, p.id));
          return lost && pointAt(s, chain) === "2"
            ? `${lost.id} has not brought the last transactions over, and the point says that nothing is lost`
            : undefined;
        },
        // The model has no minutes of work: what a way back loses, the simulator looks for.
        lostByReturn: () => undefined,
        taken: () =>
          graph.steps
            .filter((p) => atOldSite.has(p.phase) && !machinery(p.verb) && so(s, p.id))
            .map((p) => `${p.id} is not given back`),
      };
    },
  };
}
