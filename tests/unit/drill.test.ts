import { expect } from "chai";
import { drillOf, isOpen, isSwept } from "../../journal/drills.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { planDrill } from "../../planning/drill.ts";
import { withoutStandby } from "../../journal/standby.ts";
import { toyParts, toyRecovery } from "./toy.ts";
import { drillBegun, drillDeclared, drillParts, drillRecovery, drillRig, drillStarted } from "./drill-toy.ts";
import { direction, move, moving, next, open } from "./drill-facts.ts";

describe("a drill's plan", () => {
  it("begins with what sweeps it, and chooses one point for a group before any copy is made", () => {
    const { steps, groups } = planDrill(drillRecovery, direction, drillParts);
    expect(groups).to.deep.equal(["web0"]);
    expect(steps.map((s) => `${s.phase} ${s.id} < ${s.needs.join(", ")}`)).to.deep.equal([
      "begin sweep < ",
      "choose-point web0/drill-point < sweep",
      "restore data0/drill-copy/db0-0 < web0/drill-point",
      "restore data0/drill-copy/db0-1 < data0/drill-copy/db0-0",
      "verify data0/drill-verify/db0-0 < data0/drill-copy/db0-1",
      "verify data0/drill-verify/db0-1 < data0/drill-copy/db0-1",
      "conclude conclude < data0/drill-verify/db0-0, data0/drill-verify/db0-1",
    ]);
  });

  it("takes a system's whole group along, and refuses one that it does not know, or where nothing can be tried", () => {
    const both = toyRecovery(2, 1);
    expect(planDrill(both, direction, drillParts, ["data1"]).groups).to.deep.equal(["web1"]);
    expect(() => planDrill(both, direction, drillParts, ["web9"])).to.throw(
      /the facts know no system "web9".*Did you mean web/,
    );
    expect(() => planDrill(both, direction, toyParts)).to.throw(
      "there is nothing to try: a drill of data0, data1 is not possible",
    );
  });
});

describe("a drill by its journal", () => {
  it("is open from its beginning until a sweep has left nothing", async () => {
    const rig = await drillRig([...drillBegun, drillDeclared()]);
    const now = async () => drillOf(await rig.journal.entries());
    const is = async () => {
      const d = await now();
      return d && [isOpen(d), isSwept(d)];
    };
    expect(await is()).to.deep.equal([false, false]);
    await rig.journal.append(drillStarted());
    expect(await is()).to.deep.equal([true, false]);
    await rig.journal.append({ kind: "drill swept", drill: 1, says: "", left: ["a file"] });
    expect(await is()).to.deep.equal([true, false]);
    await rig.journal.append({ kind: "drill swept", drill: 1, says: "", left: [] });
    expect(await is()).to.deep.equal([false, true]);
    await rig.journal.append(drillDeclared(2));
    expect((await now())?.number).to.equal(2);
    expect(await is()).to.deep.equal([false, false]);
  });

  const cases: readonly [what: string, facts: readonly Fact[], kind: string, says: RegExp][] = [
    ["nothing declared", drillBegun, "undeclared", /^no drill is declared$/],
    ["declared", [...drillBegun, drillDeclared()], "start", /./],
    ["open", open, "go on", /./],
    [
      "swept",
      [...open, { kind: "drill swept", drill: 1, says: "", left: [] }],
      "undeclared",
      /drill 1 is over, and no other is declared/,
    ],
    [
      "half swept",
      [
        ...open,
        { kind: "drill ending", drill: 1, why: "x" },
        { kind: "drill swept", drill: 1, says: "", left: ["a file"] },
      ],
      "refused",
      /drill 1 is being ended \(x\), and not all of it is gone yet/,
    ],
    ["a declared move", [...open, move], "refused", /a planned move to dr is declared by ann/],
    ["a move", [...open, move, moving(4)], "refused", /activation 1 toward dr is unfinished/],
    [
      "held restores",
      [...open, { kind: "held", part: "data0", says: "" }],
      "refused",
      /restores of data0 are held/,
    ],
    [
      "a move that was completed since it began",
      [...open, move, moving(4), { kind: "completed", epoch: 1, owed: [], exceptions: [] }],
      "refused",
      /the estate has moved since drill 1 began/,
    ],
    [
      "a move that was completed since it was declared",
      [
        ...drillBegun,
        drillDeclared(),
        move,
        moving(3),
        { kind: "completed", epoch: 1, owed: [], exceptions: [] },
      ],
      "undeclared",
      /the estate has moved since drill 1 was declared/,
    ],
    ["no facts", drillBegun.slice(0, 1), "refused", /the journal holds no facts yet/],
  ];
  for (const [what, facts, kind, says] of cases)
    it(`means "${kind}" with ${what}`, async () => {
      const found = await next(await drillRig(facts));
      expect(found.kind).to.equal(kind);
      if ("says" in found) expect(found.says).to.match(says);
    });

  it("has to be declared again after 24 hours", async () => {
    const rig = await drillRig([...drillBegun, drillDeclared()]);
    const found = await next(rig, new Date(Date.now() + 25 * 3_600_000));
    expect(found.kind === "undeclared" && found.says).to.equal(
      "the declaration of drill 1 is older than 24 hours",
    );
  });

  it("does not pass for provisioning: a standby that only a drill has touched is none", async () => {
    const rig = await drillRig([
      ...drillBegun,
      move,
      moving(2),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
      {
        kind: "step",
        drill: 1,
        step: "data0/drill-copy/D",
        phase: "drill restore",
        verdict: "done",
        critical: true,
        says: "P",
      },
    ]);
    const entries = await rig.journal.entries();
    expect(withoutStandby(entries, situation(entries))?.site).to.equal("primary");
  });
});
