import type { Step } from "../model/verb.ts";
import {
  beyondCopies,
  leftOpen,
  notGivenBack,
  unboundedAside,
  unreachableAside,
  unsaved,
} from "./aside-terms.ts";
import { stepsIn } from "./graph.ts";
import type { Rule } from "./rule.ts";
import {
  acting,
  actingIn,
  falselyAbandoned,
  falselyCompleted,
  goesOnFromSkip,
  isDone,
  lacks,
  later,
  leftOut,
  mayFail,
  notAfter,
  openers,
  outOfTurn,
  pastActs,
  proofs,
  skippable,
  tailAtWrongTime,
  unapproved,
  twoWriters,
  unreachable,
  untold,
} from "./rule-terms.ts";
import { choosePoint, gate, proveFence } from "./verbs.ts";

/** Whether a chain opens a database or starts a service at the new site. */
const writes = ({ steps }: { readonly steps: readonly Step[] }): boolean =>
  steps.some((s) => s.phase === "open" || s.phase === "start-services");

/** Every rule, in the order of docs/rules.md. */
export const rules: readonly Rule[] = [
  {
    name: "one writer",
    says: "nothing can write at a site before the other is fenced, or its fence is waived and nothing of it answers",
    plan: (g) => [
      // Names alone write nothing: a chain without databases and services has no site to fence.
      ...g.chains.filter(writes).flatMap((c) =>
        openers(c.steps).flatMap((s) => {
          const proof = c.steps.find((p) => p.verb === proveFence.name);
          return proof && g.isAfter(s.id, proof.id)
            ? []
            : [`${s.id} comes without a proof of the fence before it`];
        }),
      ),
      ...later(g, ["start-services"], ["fence-apps", "fence-data"]),
    ],
    aside: leftOpen,
    moment: twoWriters,
  },
  {
    name: "live look",
    says: "the old site of the whole chain is looked at live just before databases open, services start and clients' names move",
    plan: (g) =>
      g.chains.flatMap((c) =>
        openers(c.steps).flatMap((s) => {
          const missed = c.parts.filter((p) => !s.probes?.includes(p));
          return missed.length === 0 ? [] : [`${s.id} does not look at ${missed.join(", ")}`];
        }),
      ),
  },
  {
    name: "a skip is no fence",
    says: "what lets the new site write never goes on from a step that was skipped",
    plan: skippable,
    moment: goesOnFromSkip,
  },
  {
    name: "one point",
    says: "all databases of a group go to one point, which stands in the journal before the first of them is rolled forward",
    plan: (g) => [
      ...g.chains.flatMap((c) => {
        const points = c.steps.filter((s) => s.verb === choosePoint.name);
        const of = choosePoint.args.safeParse(points[0]?.args).data?.parts ?? [];
        if (points.length > 1) return [`${points.map((s) => s.id).join(" and ")} each choose a point`];
        if (c.data.length > 0 && points.length === 0)
          return [`${c.data.join(", ")}: nothing chooses their point`];
        return c.data.filter((d) => !of.includes(d)).map((d) => `${points[0]?.id ?? ""} leaves out ${d}`);
      }),
      ...later(g, ["roll-forward"], ["choose-point"]),
    ],
    moment: (e, now, g) =>
      acting(e, (s) => {
        const chain = s.phase === "open" ? g.chainOf(s.id) : undefined;
        if (!chain || s.verb === gate.name) return undefined;
        const point = now.point(chain);
        const other = stepsIn(chain, "roll-forward").find(
          (r) => r.verb !== gate.name && now.rolledTo(r.id) !== undefined && now.rolledTo(r.id) !== point,
        );
        return (
          other &&
          `${s.id} opens, but ${other.id} went to ${String(now.rolledTo(other.id))} and the point is ${String(point)}`
        );
      }),
  },
  {
    name: "opened together",
    says: "no database of a group is opened before all of them are rolled forward",
    plan: (g) => later(g, ["open"], ["roll-forward"]),
    moment: (e, now, g) => actingIn(e, "open", (s) => lacks(s, now, g, ["roll-forward"])),
  },
  {
    name: "tail before fence",
    says: "applications stop first, then the tail of every log is taken; only then is a server switched off or a point chosen, and no tail comes after the point",
    plan: (g) => [
      ...later(g, ["final-sync"], ["fence-apps", "hold"]),
      ...later(g, ["fence-site", "choose-point"], ["final-sync"]),
      ...g.chains.flatMap((c) => {
        const point = c.steps.find((s) => s.verb === choosePoint.name);
        return stepsIn(c, "final-sync")
          .filter((s) => point && s.verb !== gate.name && s.tooLateAfter !== point.id)
          .map((s) => `${s.id} could come after ${point?.id ?? ""}`);
      }),
    ],
    moment: tailAtWrongTime,
  },
  {
    name: "approved first",
    says: "where an owner wants an approval, nothing opens, and no name that people use moves, without it",
    plan: (g) => [
      ...later(g, ["approve-open"], ["roll-forward", "fence-site"]),
      ...later(g, ["open"], ["approve-open"]),
      ...later(g, ["approve-clients"], ["verify-services"]),
      ...later(g, ["flip-client-aliases"], ["approve-clients"]),
    ],
    moment: unapproved,
  },
  {
    name: "names follow data",
    says: "a name by which applications find their database moves only after that database is open at the new site",
    plan: (g) => later(g, ["flip-dependency-aliases", "protect", "fence-data"], ["open"]),
    moment: (e, now, g) =>
      acting(e, (s) => (s.phase === "flip-dependency-aliases" ? lacks(s, now, g, ["open"]) : undefined)),
  },
  {
    name: "licences before services",
    says: "licences, keys and logins are in place, and names lead to the new site, before services start",
    plan: (g) =>
      later(
        g,
        ["start-services"],
        ["open", "repair-databases", "repair-identity", "flip-dependency-aliases", "start-hosts"],
      ),
    moment: (e, now, g) =>
      actingIn(e, "start-services", (s) => lacks(s, now, g, ["open", "repair-databases", "repair-identity"])),
  },
  {
    name: "answers before clients",
    says: "a name that people use moves only after the services behind it answer at the new site",
    plan: (g) => later(g, ["flip-client-aliases"], ["start-services", "verify-services"]),
    moment: (e, now, g) => actingIn(e, "flip-client-aliases", (s) => lacks(s, now, g, ["verify-services"])),
  },
  {
    name: "looked at first",
    says: "what could stop a move later is looked at before anything is changed, and restores are held before the old site is touched",
    plan: (g) => [
      ...g.chains.flatMap((c) => {
        const looks = stepsIn(c, "preflight");
        return c.steps
          .filter((s) => s.phase !== "preflight" && s.phase !== "complete")
          .flatMap((s) => notAfter(g, s, looks));
      }),
      ...later(g, ["fence-apps"], ["hold"]),
    ],
  },
  {
    name: "in its turn",
    says: "a step begins, or is skipped, only when all that it waits for has ended well, or may end otherwise",
    moment: outOfTurn,
  },
  {
    name: "the past rests",
    says: "no step of an activation begins once another has begun, or once it has ended or is being abandoned; after the end only what is owed",
    moment: pastActs,
  },
  {
    name: "one runner",
    says: "two runners are never at one step at the same time",
    moment: (e) =>
      e.kind === "starts" && e.beside.length > 0
        ? `${e.step.id} starts beside ${e.beside.join(", ")}`
        : undefined,
  },
  {
    name: "seen, not told",
    says: "a step counts as done only when what it wants is seen to be there",
    moment: (e, now) =>
      e.kind === "verdict" && isDone(e) && now.stands(e.step.id) === false
        ? `${e.step.id} is called ${e.verdict}, and what it wants is not there`
        : undefined,
  },
  {
    name: "no return first",
    says: "the journal says that there is no return before the first database opens",
    moment: (e, now, g) =>
      actingIn(e, "open", (s) => {
        const chain = g.chainOf(s.id);
        return chain && !now.noReturn(chain) ? `${s.id} opens, and the journal does not say so` : undefined;
      }),
  },
  {
    name: "losses are told",
    says: "a move that ends has lost nothing but what its point says; a planned one has lost nothing; one that is taken back has lost nothing but what people were told",
    moment: untold,
  },
  {
    name: "nothing is overwritten",
    says: "what only a formerly active site holds is never restored over; what makes it follow comes after all of it is saved",
    aside: unsaved,
    moment: (e) =>
      e.kind === "overwrites" && e.unshipped
        ? `${e.database} at ${e.site} is restored over, and holds what is nowhere else`
        : undefined,
  },
  {
    name: "declared",
    says: "an activation begins only with a declaration of its own",
    moment: (e) =>
      e.kind === "begins" && !e.declared
        ? `activation ${String(e.epoch)} begins without a declaration`
        : undefined,
  },
  {
    name: "completed is true",
    says: "a site is called active only when everything that a cutover must do there is done, and what is not fenced at the other is owed",
    plan: leftOut,
    moment: falselyCompleted,
  },
  {
    name: "all is given back",
    says: "a move is abandoned only when everything that was taken from the old site is given back, and nothing writes at the new one",
    aside: notGivenBack,
    moment: falselyAbandoned,
  },
  {
    name: "copies alone",
    says: "a drill makes copies and checks them, does nothing that a move does, so that no Service Broker and no service starts, and all that it makes is swept",
    aside: beyondCopies,
  },
  {
    name: "reachable",
    says: "every step can be reached: what it waits for is in the plan and stands before it",
    plan: unreachable,
    aside: unreachableAside,
  },
  {
    name: "bounded",
    says: "every step has a time limit",
    plan: (g) =>
      g.steps
        .filter((s) => !(s.timeoutSec > 0 && Number.isFinite(s.timeoutSec)))
        .map((s) => `${s.id} has none`),
    aside: unboundedAside,
  },
  {
    name: "a way out",
    says: "every failure has a way out: a dead site does not stop an unplanned move, the fence can be waived, and every run comes to an end",
    plan: (g) => [
      ...g.steps
        .filter((s) => s.critical && (mayFail(s, g) || s.phase === "protect" || s.phase === "fence-data"))
        .filter((s) => s.verb !== gate.name && s.verb !== proveFence.name)
        .map((s) => `${s.id} would stop the move for good where it fails`),
      ...g.steps
        .filter((s) => s.verb === proveFence.name && !s.critical)
        .map((s) => `${s.id} may fail, and the move would go on`),
      ...proofs(g),
    ],
    moment: (e) => (e.kind === "stands still" ? e.says : undefined),
  },
];
