import { expect } from "chai";
import type { Step } from "../../model/verb.ts";
import { plan } from "../../planning/plan.ts";
import { inPhases, nextAfter, turnOf } from "../../planning/turn.ts";
import { gate } from "../../planning/verbs.ts";
import { toyParts, toyRecovery } from "./toy.ts";

const { steps } = plan(toyRecovery(2, 3), { from: "primary", to: "dr", mode: "planned" }, toyParts);
const none: ReadonlySet<string> = new Set();
const idsOf = (all: readonly Step[]): readonly string[] => all.map((s) => s.id);

describe("the turn of a step", () => {
  it("is numbered from one in the order of a preview, in which each step stands after those it needs", () => {
    const ordered = inPhases(steps);
    expect(idsOf(ordered)).to.have.members(idsOf(steps));
    expect(ordered.map((s) => turnOf(steps, s.id, none)?.number)).to.deep.equal(ordered.map((_, i) => i + 1));
    for (const [i, s] of ordered.entries())
      for (const need of s.needs) expect(idsOf(ordered).indexOf(need.id), s.id).to.be.lessThan(i);
  });

  it("does not depend on what has ended, but for the count and the names that come next", () => {
    const ended = new Set(idsOf(inPhases(steps)).slice(0, 5));
    const before = turnOf(steps, "data0/open/db0-0", none);
    const after = turnOf(steps, "data0/open/db0-0", ended);
    expect(before).to.include({ total: steps.length, ended: 0 });
    expect(after).to.deep.equal({ ...before, ended: 5 });
  });

  it("names what waits for the step, through the gates that only join phases", () => {
    const gates = steps.filter((s) => s.verb === gate.name).map((s) => s.id);
    expect(gates).to.include("web0/before-open");
    expect(turnOf(steps, "data0/roll/db0-1", none)?.next).to.deep.equal([
      "data0/open/db0-0",
      "data0/open/db0-1",
      "data0/open/db0-2",
    ]);
    for (const s of steps) expect(turnOf(steps, s.id, none)?.next).not.to.include.members([s.id, ...gates]);
  });

  it("names those that wait for nothing else, and one that waits for more only where there is no other", () => {
    const backups = steps.filter((s) => s.phase === "protect" && s.id.startsWith("data0/backup/"));
    const backup = backups[0]?.id ?? "";
    // It waits for the backups and for the services.
    expect(nextAfter(steps, new Set([backup]), none)).to.deep.equal(["web0/complete"]);
    expect(nextAfter(steps, new Set([backup, "web0/start/db"]), none)).to.deep.equal(["web0/start/web"]);
  });

  it("names nothing that has ended or runs already, and nothing after the last step", () => {
    const running = new Set(["data0/roll/db0-0", "data0/roll/db0-1"]);
    expect(nextAfter(steps, running, new Set(["data0/open/db0-1"]))).to.deep.equal([
      "data0/open/db0-0",
      "data0/open/db0-2",
    ]);
    expect(turnOf(steps, "complete", none)?.next).to.deep.equal([]);
  });

  it("is none for a step that the plan does not have", () => {
    expect(turnOf(steps, "data0/roll/another", none)).to.equal(undefined);
  });
});
