import { expect } from "chai";
import fc from "fast-check";
import { durationsOf } from "../../journal/durations.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Step } from "../../model/verb.ts";
import { criticalPath } from "../../planning/critical-path.ts";
import { plan } from "../../planning/plan.ts";
import { predicted } from "../../readiness/predicted.ts";
import { dated } from "./dated.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld } from "./toy.ts";

const step = (
  id: string,
  verdict: "started" | "done" | "failed" | "already",
  epoch: number,
  afterSec: number,
): Fact & { readonly afterSec: number } => ({
  kind: "step",
  epoch,
  step: id,
  verdict,
  critical: true,
  says: "",
  afterSec,
});

describe("the longest way through a plan", () => {
  const at = (id: string, ...needs: readonly string[]): Step => ({
    id,
    verb: "toy/stop",
    args: {},
    phase: "open",
    needs: needs.map((n) => ({ id: n, kind: "order" })),
    critical: true,
    timeoutSec: 100,
  });

  it("goes through whatever takes longest, however many run beside it", () => {
    const steps = [at("a"), at("b"), at("c", "a", "b"), at("d", "b"), at("e", "c", "d")];
    const seconds: Readonly<Record<string, number>> = { a: 5, b: 3, c: 1, d: 10, e: 2 };
    expect(criticalPath(steps, (s) => seconds[s.id] ?? 0)).to.deep.equal({
      totalSec: 15,
      steps: ["b", "d", "e"],
    });
    expect(criticalPath([], () => 1)).to.deep.equal({ totalSec: 0, steps: [] });
  });

  it("is never longer than all steps one after the other, nor shorter than any of them, and is a way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(fc.nat(30), { maxLength: 4 }), fc.nat(1000)), {
          minLength: 1,
          maxLength: 30,
        }),
        (made) => {
          const steps = made.map(([needs], i) =>
            at(`s${String(i)}`, ...new Set(needs.filter((n) => n < i).map((n) => `s${String(n)}`))),
          );
          const of = (id: string): number => made[Number(id.slice(1))]?.[1] ?? 0;
          const { totalSec, steps: way } = criticalPath(steps, (s) => of(s.id));
          expect(totalSec).to.equal(way.reduce((sum, id) => sum + of(id), 0));
          expect(totalSec).to.be.at.least(Math.max(...made.map(([, s]) => s)));
          for (const [i, id] of way.slice(1).entries())
            expect(steps.find((s) => s.id === id)?.needs.map((n) => n.id)).to.include(way[i]);
        },
      ),
    );
  });
});

describe("how long a step took before", () => {
  it("is the median of its last runs, from the first start in an activation, vain tries included", () => {
    const runs = [10, 20, 30, 40, 500].flatMap((sec, i) => [
      step("a", "started", i + 1, 1),
      step("a", "done", i + 1, sec),
    ]);
    const tried = [
      step("b", "started", 9, 1),
      step("b", "failed", 9, 60),
      step("b", "started", 9, 60),
      step("b", "done", 9, 5),
    ];
    const entries = dated([...runs, ...tried]);
    expect([...durationsOf(entries)]).to.deep.equal([
      ["a", 30],
      ["b", 125],
    ]);
    expect(
      durationsOf(dated([...runs, step("a", "started", 7, 1), step("a", "done", 7, 60)])).get("a"),
    ).to.equal(40);
  });

  it("is not told by a step that had nothing to do, nor by provisioning", () => {
    const provisioned: Fact = { kind: "step", step: "c", verdict: "done", critical: true, says: "" };
    expect(
      durationsOf(dated([step("a", "started", 1, 1), step("a", "already", 1, 9), provisioned])).size,
    ).to.equal(0);
  });

  it("counts in a prediction, up to what the step may take; what people do not wait for does not", async () => {
    const recovery = toyRecovery();
    const made = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, toyParts);
    const world = {
      journal: {} as never,
      parts: toyParts,
      runs: toyRuns(toyWorld()),
    };
    const before = await predicted(made, [], world);
    expect(before.known).to.equal(0);
    const entries = dated([
      step("web0/start/web", "started", 1, 1),
      step("web0/start/web", "done", 1, 4),
      step("data0/backup/db0-0", "started", 1, 1),
      step("data0/backup/db0-0", "done", 1, 5000),
    ]);
    const after = await predicted(made, entries, world);
    expect(after.known).to.equal(1);
    expect(after.totalSec).to.equal(before.totalSec + 1);
    expect(after.steps).to.include("web0/start/web").and.not.include("data0/backup/db0-0");
  });
});
