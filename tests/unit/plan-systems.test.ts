import { expect } from "chai";
import fc from "fast-check";
import type { Mode, Parts, Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Step } from "../../model/verb.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import { answers, open, start, stop, system, toyParts, toyRecovery } from "./toy.ts";

type Systems = NonNullable<Recovery["systems"]>;

const request = (mode: Mode, modes?: Record<string, Mode>): Request => ({
  from: "primary",
  to: "dr",
  mode,
  ...(modes ? { modes } : {}),
});
const said = (id: string, more: Partial<Systems[number]> = {}): Systems[number] => ({
  id,
  after: [],
  optional: [],
  ...more,
});
const estate = (systems: Systems): Recovery => ({ ...toyRecovery(systems.length, 2), systems });

/** Toys that are asked for more than an answer, and looked at as a client would. */
const asking: Parts = {
  ...toyParts,
  toy: {
    ...system,
    plan: (id, f, r, lookup) => {
      const own = system.plan(id, system.facts.parse(f), r, lookup);
      const [first] = own["verify-services"] ?? [];
      const healthy = answers.step(
        `${id}/healthy`,
        { host: "D", service: "web" },
        { needs: first ? [first] : [] },
      );
      return {
        ...own,
        "verify-services": [...(own["verify-services"] ?? []), { ...healthy, optionalAs: "health" }],
        "flip-client-aliases": [start.step(`${id}/flip`, { host: "D", service: "name" })],
        "smoke-test": [answers.step(`${id}/smoke`, { host: "D", service: "web" })],
      };
    },
  },
};

const stepOf = ({ steps }: Plan, id: string): Step =>
  steps.find((s) => s.id === id) ?? expect.fail(`no step ${id}`);

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
const chainOf = (id: string): string => /^(?:data|web)(\d+)\//.exec(id)?.[1] ?? "";

/** Estates of some systems, each after some of those that were declared before it. */
const estates = fc
  .integer({ min: 1, max: 5 })
  .chain((n) =>
    fc.tuple(
      ...Array.from({ length: n }, (_, i) =>
        fc.subarray(Array.from({ length: i }, (_x, j) => `web${String(j)}`)),
      ),
    ),
  )
  .chain((after) =>
    // Which of them is declared first is nobody's business.
    fc.shuffledSubarray(
      after.map((ids, i) => said(`web${String(i)}`, { after: ids })),
      { minLength: after.length, maxLength: after.length },
    ),
  );
const modes = fc.constantFrom<Mode>("planned", "unplanned");

describe("the plan of several systems", () => {
  it("lists steps so that needs come first, whatever waits for whatever", () => {
    fc.assert(
      fc.property(estates, modes, (systems, mode) => {
        const seen = new Set<string>();
        for (const step of plan(estate(systems), request(mode), toyParts).steps) {
          for (const need of step.needs)
            expect(seen.has(need.id), `${step.id} needs ${need.id}`).to.equal(true);
          seen.add(step.id);
        }
      }),
    );
  });

  it("starts no service of a system before those of all that it comes after are verified", () => {
    fc.assert(
      fc.property(estates, modes, (systems, mode) => {
        const made = plan(estate(systems), request(mode), toyParts);
        for (const { id, after } of systems)
          for (const step of made.steps.filter((s) => s.verb === "toy/start" && s.id.startsWith(`${id}/`)))
            for (const other of after)
              expect([...above(made, step.id)]).to.include.members([
                `${other}/answers/db`,
                `${other}/answers/web`,
              ]);
      }),
    );
  });

  it("lets nothing else wait: all up to open databases needs steps of its own chain only", () => {
    const late = new Set(["start-services", "verify-services", "complete"]);
    fc.assert(
      fc.property(estates, modes, (systems, mode) => {
        const made = plan(estate(systems), request(mode), toyParts);
        for (const step of made.steps.filter((s) => !late.has(s.phase)))
          for (const id of above(made, step.id)) expect(chainOf(id), step.id).to.equal(chainOf(step.id));
      }),
    );
  });

  it("makes the wait for another system one of order: a failed one holds, and one that was skipped does not", () => {
    const made = plan(
      estate([said("web0"), said("web1", { after: ["web0"] })]),
      request("planned"),
      toyParts,
    );
    const wait = stepOf(made, "web1/after-web0");
    expect(wait).to.include({ verb: "machinery/gate", phase: "start-services", critical: true });
    expect(wait.needs).to.deep.equal([
      { id: "web0/answers/db", kind: "order" },
      { id: "web0/answers/web", kind: "order" },
    ]);
    const needs = stepOf(made, "web1/start/db").needs;
    expect(needs).to.deep.include({ id: "web1/after-web0", kind: "order" });
    expect(needs.filter((n) => n.id !== wait.id).every((n) => n.kind === "safety")).to.equal(true);
  });

  it("is refused where systems wait for one another, with the ring", () => {
    const ring = [
      said("web0", { after: ["web2"] }),
      said("web1", { after: ["web0"] }),
      said("web2", { after: ["web1"] }),
    ];
    expect(() => plan(estate(ring), request("planned"), toyParts)).to.throw(
      /web0 waits for web2 waits for web1 waits for web0: none of them would ever start/,
    );
  });

  it("gives each system a last step of its own, and the whole one that needs all of them and no more", () => {
    fc.assert(
      fc.property(estates, modes, (systems, mode) => {
        const made = plan(estate(systems), request(mode), toyParts);
        const last = systems.map((s) => `${s.id}/complete`);
        expect(stepOf(made, "complete").needs.map((n) => n.id)).to.have.members(last);
        for (const id of last) {
          const own = made.steps.filter((s) => chainOf(s.id) === chainOf(id) && s.id !== id);
          expect([...above(made, id)]).to.include.members(own.map((s) => s.id));
        }
        expect(made.systems.map((s) => s.system)).to.have.members(systems.map((s) => s.id));
      }),
    );
  });

  it("moves one system unplanned and the rest planned, each in its own mode and with its own steps", () => {
    const systems = [said("web0"), said("web1")];
    const both = plan(estate(systems), request("planned", { web1: "unplanned" }), toyParts);
    const lenient = both.steps.filter((s) => !s.critical && s.phase !== "protect").map((s) => s.id);
    expect(lenient).to.have.members([
      "web1/stop/web",
      "web1/stop/db",
      "data1/copy/db1-0",
      "data1/copy/db1-1",
    ]);
    const planned = plan(estate(systems), request("planned"), toyParts);
    const unplanned = plan(estate(systems), request("unplanned"), toyParts);
    const of = ({ steps }: Plan, chain: string): readonly Step[] =>
      steps.filter((s) => chainOf(s.id) === chain);
    expect(of(both, "0")).to.deep.equal(of(planned, "0"));
    expect(of(both, "1")).to.deep.equal(of(unplanned, "1"));
  });
});

describe("what an owner lets fail", () => {
  const made = (optional: Systems[number]["optional"]): Plan =>
    plan(estate([said("web0", { optional }), said("web1")]), request("planned"), asking);

  it("is nothing by default", () => {
    const loose = made([]).steps.filter((s) => !s.critical && s.phase !== "protect");
    expect(loose).to.deep.equal([]);
  });

  it("is health or the smoke test of that system, and of no other", () => {
    const loose = made(["health", "smoke-test"]).steps.filter((s) => !s.critical && s.phase !== "protect");
    expect(loose.map((s) => s.id)).to.have.members(["web0/healthy", "web0/smoke"]);
  });

  it("never carries a safety edge: people are let in behind what has to answer, and after the rest was looked at", () => {
    const flip = stepOf(made(["health"]), "web0/flip");
    expect(flip.needs).to.deep.equal([
      { id: "web0/answers/db", kind: "safety" },
      { id: "web0/answers/web", kind: "safety" },
      { id: "web0/healthy", kind: "order" },
    ]);
    expect(stepOf(made([]), "web0/flip").needs).to.deep.equal([
      { id: "web0/answers/web", kind: "safety" },
      { id: "web0/healthy", kind: "safety" },
    ]);
  });

  it("leaves what lies before it in place where a phase has nothing else", () => {
    const only: Parts = {
      ...toyParts,
      toy: {
        ...system,
        plan: (id) => ({
          "fence-apps": [stop.step(`${id}/stop`, { host: "P", service: "web" }, { fences: "P" })],
          open: [open.step(`${id}/open`, { database: "x" })],
          "start-services": [start.step(`${id}/start`, { host: "D", service: "web" })],
          "verify-services": [
            { ...answers.step(`${id}/healthy`, { host: "D", service: "web" }), optionalAs: "health" },
          ],
          "flip-client-aliases": [start.step(`${id}/flip`, { host: "D", service: "name" })],
        }),
      },
    };
    const flip = stepOf(
      plan(estate([said("web0", { optional: ["health"] })]), request("planned"), only),
      "web0/flip",
    );
    expect(flip.needs).to.deep.equal([
      { id: "web0/healthy", kind: "order" },
      { id: "web0/start", kind: "safety" },
    ]);
  });

  it("no safety edge leads on from any step that may fail, in any estate", () => {
    const words = fc.subarray<Systems[number]["optional"][number]>(["health", "smoke-test"]);
    fc.assert(
      fc.property(estates, fc.array(words, { minLength: 5, maxLength: 5 }), (systems, optional) => {
        const { steps } = plan(
          estate(systems.map((s, i) => ({ ...s, optional: optional[i] ?? [] }))),
          request("planned"),
          asking,
        );
        const loose = new Set(steps.filter((s) => !s.critical && s.phase !== "protect").map((s) => s.id));
        for (const step of steps)
          for (const need of step.needs)
            expect(need.kind === "safety" && loose.has(need.id), `${step.id} needs ${need.id}`).to.equal(
              false,
            );
      }),
    );
  });
});
