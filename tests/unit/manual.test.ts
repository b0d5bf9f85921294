import { expect } from "chai";
import * as fc from "fast-check";
import { approvalsFrom } from "../../model/approvals.ts";
import { describe as describeEstate, EstateError } from "../../model/describe.ts";
import { defineEstate, type Estate } from "../../model/estate.ts";
import { otherSite, siteIds } from "../../model/site.ts";
import type { Parts } from "../../model/part.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import { manualStep } from "../../components/manual/index.ts";
import { manual } from "../../components/manual/part.ts";
import { situation } from "../../journal/situation.ts";
import { k2, type K2Args } from "../../components/k2/index.ts";
import { args, parts as k2Parts } from "./k2-fixture.ts";
import { rig } from "./runner-rig.ts";
import { toyParts, toyRecovery } from "./toy.ts";

const parts: Parts = { ...k2Parts, manual };
const lb = (more: object = {}) =>
  manualStep("lb", {
    text: "point the pool",
    owner: "Network team",
    telephone: "+44 1",
    ...more,
  });

const estateWith = (more: Partial<K2Args>): Estate =>
  defineEstate({ name: "t", journal: { folder: "j" }, systems: [k2("k2", { ...args, ...more })] });

/** What is wrong with an estate whose K2 has these. */
const wrong = (more: Partial<K2Args>): readonly string[] => {
  try {
    describeEstate(estateWith(more), parts);
    return [];
  } catch (error) {
    if (error instanceof EstateError) return error.message.split("\n");
    throw error;
  }
};
const planned = (more: Partial<K2Args>, to: "primary" | "dr" = "dr"): Plan =>
  plan(describeEstate(estateWith(more), parts), { from: otherSite(to), to, mode: "planned" }, parts);

describe("a manual step as an owner writes it", () => {
  it("is described without a problem, in each of its forms", () => {
    for (const more of [
      {},
      { phase: "preflight" },
      { critical: false },
      { probe: { address: "10.20.1.50", port: 443 } },
      { text: { primary: "a", dr: "b" }, probe: { address: { primary: "a", dr: "b" }, port: 443 } },
    ])
      expect(wrong({ manual: [lb(more)] }), JSON.stringify(more)).to.deep.equal([]);
  });

  for (const [what, more, says] of [
    ["a text of two lines", { text: "a\nb" }, /^manualStep lb\.text\.primary: it has a line break/],
    ["a text that a terminal would obey", { text: "a\u001b[2J" }, /control character/],
    ["no text", { text: "" }, /^manualStep lb\.text\.primary: it is empty/],
    [
      "an unknown phase",
      { phase: "open" },
      /^manualStep lb\.phase: it is not known.*Write preflight or repair-identity or flip-client-aliases or smoke-test\.$/,
    ],
    [
      "a misspelt key",
      { telefone: "+44" },
      /^manualStep lb\.telefone: it is not known\. Did you mean telephone\?/,
    ],
    [
      "a limit of more than a day",
      { limitMin: 2000 },
      /^manualStep lb\.limitMin: it is longer than a day\. Write at most 1440\.$/,
    ],
    [
      "a probe without a port",
      { probe: { address: "10.0.0.1" } },
      /^manualStep lb\.probe\.primary\.port: it is missing/,
    ],
    [
      "a step that services need and a move may do without",
      { critical: false, phase: "repair-identity" },
      /^manualStep lb\.critical: it is false, and what comes after repair-identity builds on it/,
    ],
  ] as const)
    it(`is refused in one sentence with ${what}`, () => {
      const found = wrong({ manual: [lb(more)] });
      expect(
        found.find((line) => says.test(line)),
        found.join("\n"),
      ).not.to.equal(undefined);
    });

  it("is refused where no system has it: alone it would wait for nothing, a fence least of all", () => {
    const estate = estateWith({});
    expect(() => describeEstate({ ...estate, systems: [...estate.systems, lb()] }, parts)).to.throw(
      /^manualStep lb: no system has it, and alone it would wait for nothing\. Write it among the manual steps of a system/,
    );
  });

  it("has its own text and probe for each direction, and stands in its phase in both", () => {
    const two = lb({
      text: { primary: "to London", dr: "to Leeds" },
      probe: { address: { primary: "10.10.1.50", dr: "10.20.1.50" }, port: 443 },
      phase: "smoke-test",
    });
    for (const to of siteIds) {
      const made = planned({ manual: [two] }, to);
      expect(made.steps.find((s) => s.id === "lb/confirm")).to.deep.include({
        phase: "smoke-test",
        args: { manual: "lb", step: "lb/confirm", to },
        critical: true,
        skippable: true,
        timeoutSec: 3660,
      });
      expect(made.byHand.map((b) => b.says)).to.deep.equal([to === "dr" ? "to Leeds" : "to London"]);
    }
  });

  it("is done before services start where it says so, and then nobody skips it", () => {
    const { steps } = planned({ manual: [lb({ phase: "repair-identity" })] });
    expect(steps.find((s) => s.id === "lb/confirm")?.skippable).to.equal(undefined);
  });
});

describe("approvals as an owner writes them", () => {
  it("are none by default, in full or in short", () => {
    expect(planned({}).steps.some((s) => s.verb === "machinery/approval")).to.equal(false);
    expect(approvalsFrom(["open"])).to.deep.equal({ before: ["open"], limitSec: 7200, secondPerson: false });
    const { steps } = planned({ approve: { before: ["open", "clients"], limitMin: 30, secondPerson: true } });
    expect(
      steps.filter((s) => s.verb === "machinery/approval").map((s) => [s.id, s.phase, s.timeoutSec]),
    ).to.deep.equal([
      ["k2/approve-open", "approve-open", 1860],
      ["k2/approve-clients", "approve-clients", 1860],
    ]);
  });

  for (const [what, approve, says] of [
    ["an unknown word", ["opne"], /^k2 k2\.approve\.before\.0: it is not known\. Did you mean open\?/],
    ["nothing to approve", { before: [] }, /^k2 k2\.approve\.before: it is empty/],
    ["a limit of half a minute", { before: ["open"], limitMin: 0.5 }, /^k2 k2\.approve\.limitMin: /],
    [
      "a misspelt key",
      { before: ["open"], limitMni: 3 },
      /^k2 k2\.approve\.limitMni: it is not known\. Did you mean limitMin\?/,
    ],
  ] as const)
    it(`are refused in one sentence with ${what}`, () => {
      const found = wrong({ approve: approve as never });
      expect(
        found.find((line) => says.test(line)),
        found.join("\n"),
      ).not.to.equal(undefined);
    });

  it("stand between what they judge and what they let happen, whatever else is declared", () => {
    fc.assert(
      fc.property(
        fc.subarray(["open", "clients"] as const, { minLength: 1 }),
        fc.subarray(["preflight", "repair-identity", "flip-client-aliases", "smoke-test"] as const),
        fc.constantFrom("planned" as const, "unplanned" as const),
        fc.constantFrom(...siteIds),
        (before, phases, mode, to) => {
          const steps = phases.map((phase) =>
            manualStep(`m-${phase}`, { text: "x", owner: "y", telephone: "z", phase }),
          );
          const recovery = describeEstate(
            estateWith({ approve: { before: before as ["open"] }, manual: steps }),
            parts,
          );
          const made = plan(recovery, { from: otherSite(to), to, mode }, parts);
          const reached = behind(made, before.includes("open") ? "k2/approve-open" : "k2/approve-clients");
          const guarded = made.steps.filter((s) =>
            before.includes("open")
              ? ["open", "start-services", "flip-client-aliases"].includes(s.phase)
              : s.phase === "flip-client-aliases",
          );
          expect(guarded.length).to.be.greaterThan(0);
          for (const s of guarded) expect(reached.has(s.id), s.id).to.equal(true);
          for (const id of ["k2/approve-open", "k2/approve-clients"])
            for (const s of made.steps)
              for (const n of s.needs) if (n.id === id) expect(n.kind, `${id} to ${s.id}`).to.equal("safety");
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** All steps that wait for one, directly or not. */
function behind({ steps }: Plan, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  for (const at of found) for (const s of steps) if (s.needs.some((n) => n.id === at)) found.add(s.id);
  return found;
}

describe("what may be skipped", () => {
  it("is nothing that a safety edge leads on from, nothing of the machinery, and nothing that a fence rests on", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom("planned" as const, "unplanned" as const),
        (systems, databases, mode) => {
          const { steps } = plan(
            toyRecovery(systems, databases),
            { from: "primary", to: "dr", mode },
            toyParts,
          );
          const skippable = steps.filter((s) => s.skippable);
          expect(skippable.length).to.be.greaterThan(0);
          const proofs = JSON.stringify(steps.filter((s) => s.verb === "machinery/prove-fence"));
          for (const s of skippable) {
            expect(s.verb).not.to.match(/^machinery\//);
            expect(["hold", "roll-forward", "open"]).not.to.include(s.phase);
            expect(proofs.includes(`"${s.id}"`), s.id).to.equal(false);
            for (const after of steps)
              expect(
                after.needs.filter((n) => n.id === s.id && n.kind === "safety"),
                after.id,
              ).to.deep.equal([]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("may all be skipped at once: no database is opened before the old site is fenced, and the move completes with exceptions", async () => {
    const r = await rig("planned");
    const skipped = r.made.steps.filter((s) => s.skippable).map((s) => s.id);
    for (const step of skipped)
      await r.journal.append({ kind: "skip", epoch: 1, step, as: "bo", reason: "all of it" });
    expect([...(await r.all())]).to.deep.equal([]);
    expect(r.world.acts.indexOf("stop P:web")).to.be.lessThan(r.world.acts.indexOf("open db0-0"));
    expect(r.world.running.has("P:web")).to.equal(false);
    const entries = await r.journal.entries();
    expect(situation(entries).active).to.equal("dr");
    const end = entries.find((e) => e.kind === "completed");
    const owed = end?.kind === "completed" ? end.owed : [];
    expect(end?.kind === "completed" ? [...end.exceptions, ...owed] : []).to.have.members(skipped);
  });

  it("is planned again the same from facts that know neither manual steps nor approvals", () => {
    const plain = describeEstate(estateWith({}), parts);
    expect(JSON.stringify(plain)).not.to.match(/manual|approve|coolDown/);
    expect(describeEstate(defineEstate({ ...estateWith({}), coolDownMin: 15 }), parts).coolDownMin).to.equal(
      15,
    );
  });
});
