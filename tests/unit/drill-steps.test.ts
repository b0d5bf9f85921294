import { expect } from "chai";
import { drillOf } from "../../journal/drills.ts";
import type { Fact } from "../../journal/entries.ts";
import { drillBegun, drillDeclared, drillRig, drillStarted } from "./drill-toy.ts";
import { failureOf } from "./cli-fixture.ts";
import { move, open } from "./drill-facts.ts";

describe("a drill's steps", () => {
  it("copy all databases of a group at one point, and write what was seen", async () => {
    const rig = await drillRig(open);
    await rig.all();
    expect(new Set(rig.toys.copies.values()).size).to.equal(1);
    expect([...rig.toys.copies.keys()]).to.deep.equal(["db0-0#1", "db0-1#1"]);
    const drill = drillOf(await rig.journal.entries());
    expect(drill?.verified?.says).to.deep.equal(["db0-0#1 is sound", "db0-1#1 is sound"]);
    expect(drill?.points.get("web0")?.atSec).to.be.closeTo(Date.now() / 1000, 60);
    const again = await rig.step("data0/drill-copy/db0-0");
    expect(again).to.match(/^already/);
  });

  it("go to the point that was asked for", async () => {
    const at = "2026-03-10T12:30:00Z";
    const rig = await drillRig([...drillBegun, drillDeclared(1, { point: { at } }), drillStarted()]);
    await rig.all();
    expect([...rig.toys.copies.values()]).to.deep.equal([Date.parse(at) / 1000, Date.parse(at) / 1000]);
  });

  it("are refused out of their turn, and that is in the journal", async () => {
    const rig = await drillRig(open);
    const why = await failureOf(rig.step("data0/drill-copy/db0-0"));
    expect(why.message).to.match(/it needs web0\/drill-point first, which has not run in drill 1/);
    const last = (await rig.journal.entries()).at(-1);
    expect(last).to.include({ kind: "step", drill: 1, verdict: "refused" });
    expect(rig.toys.copies.size).to.equal(0);
  });

  for (const [what, fact, says] of [
    ["a move is declared", move, /a planned move to dr is declared/],
    [
      "the drill is being ended",
      { kind: "drill ending", drill: 1, why: "x" },
      /none of its steps acts any more/,
    ],
    ["it was swept", { kind: "drill swept", drill: 1, says: "", left: [] }, /drill 1 is over/],
    ["another one is declared", drillDeclared(2), /drill 1 is past; the last is drill 2/],
  ] satisfies [string, Fact, RegExp][])
    it(`never act once ${what}: not even the rest of what one has begun`, async () => {
      const rig = await drillRig(open);
      await rig.step("sweep");
      await rig.step("web0/drill-point");
      rig.toys.during = () => rig.journal.append(fact);
      expect((await failureOf(rig.step("data0/drill-copy/db0-0"))).message).to.match(says);
      expect([...rig.toys.copies.values()]).to.deep.equal([0]);
      expect((await failureOf(rig.step("data0/drill-copy/db0-0"))).message).to.match(says);
    });
});
