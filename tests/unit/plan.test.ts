import { expect } from "chai";
import fc from "fast-check";
import type { Mode, Request } from "../../model/part.ts";
import { letsWrite } from "../../model/phase.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import { toyParts, toyRecovery } from "./toy.ts";

const toDr = (mode: Mode): Request => ({ from: "primary", to: "dr", mode });
const sizes = [
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 5 }),
  fc.constantFrom<Mode>("planned", "unplanned"),
] as const;

/** All steps that must have ended before a step. */
function above({ steps }: Plan, id: string): ReadonlySet<string> {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const found = new Set<string>();
  const walk = (at: string): void => {
    for (const need of byId.get(at)?.needs ?? [])
      if (!found.has(need.id)) {
        found.add(need.id);
        walk(need.id);
      }
  };
  walk(id);
  return found;
}

describe("plan", () => {
  it("is made once for the same facts, request and parts; a copy of the facts with a change gets one of its own", () => {
    const facts = toyRecovery(1, 2);
    const made = plan(facts, toDr("planned"), toyParts);
    expect(plan(facts, toDr("planned"), toyParts)).to.equal(made);
    expect(plan(facts, toDr("unplanned"), toyParts).hash).not.to.equal(made.hash);
    expect(plan({ ...facts }, toDr("planned"), toyParts)).not.to.equal(made);
    expect(plan(facts, toDr("planned"), { ...toyParts })).not.to.equal(made);
    expect(plan(toyRecovery(1, 3), toDr("planned"), toyParts).hash).not.to.equal(made.hash);
  });

  it("rolls every database of a group forward, and proves the fence, before any database of it opens", () => {
    fc.assert(
      fc.property(...sizes, (n, d, mode) => {
        const made = plan(toyRecovery(n, d), toDr(mode), toyParts);
        for (const step of made.steps.filter((s) => s.verb === "toy/open")) {
          const chain = step.id.split("/")[0]?.at(-1) ?? "";
          const before = above(made, step.id);
          const rolled = made.steps
            .filter((s) => s.phase === "roll-forward" && s.id.startsWith(`data${chain}/`))
            .map((s) => s.id);
          expect(rolled).to.have.length(d);
          expect([...before]).to.include.members([
            ...rolled,
            `web${chain}/prove-fence`,
            `web${chain}/choose-point`,
          ]);
        }
      }),
    );
  });

  it("starts services only after all databases of their chain are open, and completes only after everything", () => {
    fc.assert(
      fc.property(...sizes, (n, d, mode) => {
        const made = plan(toyRecovery(n, d), toDr(mode), toyParts);
        for (const step of made.steps.filter((s) => s.phase === "start-services"))
          expect([...above(made, step.id)].filter((id) => id.includes("/open/"))).to.have.length(d);
        expect(above(made, "complete").size).to.equal(made.steps.length - 1);
      }),
    );
  });

  it("lets one chain fail without the others: no step needs a step of another chain but the last", () => {
    const made = plan(toyRecovery(3, 2), toDr("unplanned"), toyParts);
    for (const step of made.steps.filter((s) => s.id !== "complete"))
      for (const id of above(made, step.id))
        expect(id.split("/")[0]?.at(-1), `${step.id} needs ${id}`).to.equal(step.id.split("/")[0]?.at(-1));
  });

  it("lists steps in an order in which needs come first, each id once", () => {
    const { steps } = plan(toyRecovery(2, 3), toDr("planned"), toyParts);
    const seen = new Set<string>();
    for (const step of steps) {
      expect(seen.has(step.id), step.id).to.equal(false);
      for (const need of step.needs) expect(seen.has(need.id), `${step.id} before ${need.id}`).to.equal(true);
      seen.add(step.id);
    }
  });

  it("joins two wide phases by one gate, so that edges grow with their sum and not their product", () => {
    const edges = (databases: number): number =>
      plan(toyRecovery(1, databases), toDr("planned"), toyParts).steps.reduce(
        (n, s) => n + s.needs.length,
        0,
      );
    expect(plan(toyRecovery(1, 2), toDr("planned"), toyParts).steps.map((s) => s.id)).to.include(
      "web0/before-open",
    );
    expect(edges(60)).to.be.lessThan(2.1 * edges(30));
  });

  it("makes every need of a step that lets the new site write a safety need, and has the old site probed first", () => {
    const { steps } = plan(toyRecovery(2, 2), toDr("unplanned"), toyParts);
    const first = steps.filter((s) => letsWrite.has(s.phase) && s.needs.some((n) => n.kind === "safety"));
    expect(new Set(first.map((s) => s.phase))).to.deep.equal(new Set(["open", "start-services"]));
    for (const s of steps.filter((q) => letsWrite.has(q.phase) && q.verb !== "machinery/gate"))
      expect(s.probes, s.id).to.have.length(2);
  });

  it("gives up what the last log brings once the point of its own chain is chosen, and nothing else", () => {
    const { steps } = plan(toyRecovery(2, 2), toDr("unplanned"), toyParts);
    const syncs = steps.filter((s) => s.phase === "final-sync" && s.verb !== "machinery/gate");
    expect(syncs).to.have.length(4);
    for (const s of syncs)
      expect(s.tooLateAfter, s.id).to.equal(`web${s.id.split("/")[0]?.at(-1) ?? ""}/choose-point`);
    for (const s of steps.filter((q) => !syncs.includes(q)))
      expect(s, s.id).not.to.have.property("tooLateAfter");
  });

  it("lets steps at the old site fail in an unplanned move only, and never the proof of the fence", () => {
    const lenient = (mode: Mode): string[] =>
      plan(toyRecovery(1, 1), toDr(mode), toyParts)
        .steps.filter((s) => !s.critical)
        .map((s) => s.id);
    expect(lenient("planned")).to.deep.equal(["data0/backup/db0-0"]);
    expect(lenient("unplanned")).to.have.members([
      "web0/stop/web",
      "web0/stop/db",
      "data0/copy/db0-0",
      "data0/backup/db0-0",
    ]);
  });

  it("gives the same ids in both directions and survives JSON", () => {
    const there = plan(toyRecovery(2, 2), toDr("planned"), toyParts);
    const back = plan(toyRecovery(2, 2), { from: "dr", to: "primary", mode: "planned" }, toyParts);
    expect(back.steps.map((s) => s.id)).to.deep.equal(there.steps.map((s) => s.id));
    expect(JSON.parse(JSON.stringify(there.steps))).to.deep.equal(there.steps);
    expect(back.hash).not.to.equal(there.hash);
  });
});
