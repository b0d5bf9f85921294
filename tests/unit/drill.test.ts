import { expect } from "chai";
import { drillOf, isOpen, isSwept, nextDrill } from "../../journal/drills.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { planDrill } from "../../planning/drill.ts";
import { drillPlaces } from "../../steps/drill/known.ts";
import { endOpenDrill } from "../../steps/drill/sweep.ts";
import { withoutStandby } from "../../journal/standby.ts";
import { toyParts, toyRecovery } from "./toy.ts";
import {
  drillBegun,
  drillDeclared,
  drillParts,
  drillRecovery,
  drillRig,
  drillStarted,
  type DrillRig,
} from "./drill-toy.ts";
import { failureOf } from "./cli-fixture.ts";
import { sweep } from "../../steps/process.ts";
import { inFolder, silent } from "./runner-rig.ts";

const direction = { from: "primary", to: "dr" } as const;
const open = [...drillBegun, drillDeclared(), drillStarted()];
const move: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 };
const moving = (declaration: number): Fact => ({
  kind: "activation started",
  epoch: 1,
  ...direction,
  mode: "planned",
  as: "ann",
  factsHash: "f",
  planHash: "p",
  declaration,
  acceptLossSec: 0,
});
const kinds = async (rig: DrillRig): Promise<readonly string[]> =>
  (await rig.journal.entries()).map((e) => e.kind).filter((k) => k.startsWith("drill"));
const next = async (rig: DrillRig, now = new Date()) => {
  const entries = await rig.journal.entries();
  return nextDrill(situation(entries), drillOf(entries), now);
};

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

describe("a drill's sweep", () => {
  it("removes all that was made, says so, and finds nothing to do when it is run again", async () => {
    const rig = await drillRig(open);
    await rig.all();
    expect(await rig.sweep()).to.equal("done: drill 1 is swept: nothing is there");
    expect(rig.toys.copies.size).to.equal(0);
    expect(await rig.sweep()).to.match(/^already: drill 1 was swept/);
    expect(await kinds(rig)).to.deep.equal([
      "drill declared",
      "drill started",
      "drill point",
      "drill verified",
      "drill ending",
      "drill swept",
    ]);
  });

  it("removes what half failed, whatever step had made it", async () => {
    const rig = await drillRig(open);
    await rig.step("sweep");
    await rig.step("web0/drill-point");
    rig.toys.fails.set("copy", "the disk is full");
    await failureOf(rig.step("data0/drill-copy/db0-0"));
    expect(rig.toys.copies.size).to.equal(1);
    await rig.sweep();
    expect(rig.toys.copies.size).to.equal(0);
  });

  it("names what is left and fails, and the drill stays open until all is gone", async () => {
    const rig = await drillRig(open);
    await rig.all();
    rig.toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect((await failureOf(rig.sweep())).message).to.match(
      /drill 1 is ended, but not all of it is gone: data0\/drill-sweep: SQLDR01 refuses connections.*run "parallel-standby drill sweep --drill 1 --as YOUR-NAME" or "pulumi destroy -s dr-drill" again$/,
    );
    const drill = drillOf(await rig.journal.entries());
    expect(drill && isOpen(drill)).to.equal(true);
    rig.toys.fails.clear();
    expect(await rig.sweep()).to.match(/^done/);
  });

  it("takes a drill back that has not begun", async () => {
    const rig = await drillRig([...drillBegun, drillDeclared()]);
    expect(await rig.sweep()).to.equal("done: drill 1 is swept: it had not begun; nothing is there");
    expect((await next(rig)).kind).to.equal("undeclared");
  });

  it("removes what a drill has made whose beginning the journal has forgotten, and leaves it open where it cannot look", async () => {
    const rig = await drillRig([...drillBegun, drillDeclared()]);
    rig.toys.copies.set("db0-0#1", 1).set("db0-0#2", 1);
    rig.toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect((await failureOf(rig.sweep())).message).to.match(
      /drill 1 is ended, but not all of it is gone: data0\/drill-sweep: SQLDR01 refuses connections/,
    );
    const left = drillOf(await rig.journal.entries());
    expect(left && isOpen(left)).to.equal(true);
    rig.toys.fails.clear();
    expect(await rig.sweep()).to.equal("done: drill 1 is swept: it had not begun; nothing is there");
    expect([...rig.toys.copies.keys()]).to.deep.equal(["db0-0#2"]);
  });

  it("removes by its number a drill that the journal does not know, and its number is in the journal from then on", async () => {
    const rig = await drillRig(drillBegun);
    rig.toys.copies.set("db0-0#1", 1).set("db0-0#2", 1);
    expect(await rig.sweep()).to.equal(
      "done: drill 1 is swept: the journal does not know it: looked for by its number alone; nothing is there",
    );
    expect([...rig.toys.copies.keys()]).to.deep.equal(["db0-0#2"]);
    expect((await rig.journal.entries()).at(-1)).to.deep.include({ kind: "drill swept", drill: 1, left: [] });
  });

  it("looks at both sites for one that the journal does not know, once the estate has moved", async () => {
    const places = async (...facts: readonly Fact[]): Promise<readonly string[]> =>
      drillPlaces(await (await drillRig(facts)).journal.entries(), 7, { parts: drillParts }).map(
        (p) => p.direction.to,
      );
    expect(await places(...drillBegun)).to.deep.equal(["dr"]);
    expect(
      await places(...drillBegun, move, moving(2), { kind: "completed", epoch: 1, owed: [], exceptions: [] }),
    ).to.deep.equal(["primary", "dr"]);
    expect(await places(...drillBegun, drillDeclared(7))).to.deep.equal(["dr"]);
  });

  it("names what puts the right journal back where this one knows neither the drill nor any facts", async () => {
    const rig = await drillRig(drillBegun.slice(0, 1));
    expect((await failureOf(rig.sweep())).message).to.equal(
      "drill 1 is not in the journal. Is this the right journal? If it is an older copy, put the newest back (parallel-standby journal restore --from FOLDER --as YOUR-NAME --reason WHY). It holds no facts either, by which what bears the number could be looked for",
    );
    expect(await kinds(rig)).to.deep.equal([]);
  });

  it("looks again where the journal says that nothing is left, if it is asked to", async () => {
    const rig = await drillRig([...open, { kind: "drill swept", drill: 1, says: "", left: [] }]);
    rig.toys.copies.set("db0-0#1", 1);
    expect(await rig.sweep()).to.match(/^already/);
    expect(rig.toys.copies.size).to.equal(1);
    rig.toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect(
      (await failureOf(rig.sweep({ again: true }))).message,
      "neither the last drill nor a stack's",
    ).to.match(/Mend that, then run "parallel-standby drill sweep --drill 1 --as YOUR-NAME" again$/);
    rig.toys.fails.clear();
    expect(await rig.sweep({ again: true })).to.match(/^done/);
    expect(rig.toys.copies.size).to.equal(0);
  });

  it("of a stack whose state is older sweeps the drill that is open, too, and tells what is left of either", async () => {
    const swept: Fact = { kind: "drill swept", drill: 1, says: "", left: [] };
    const rig = await drillRig([...open, swept, drillDeclared(3), drillStarted(3)]);
    rig.toys.copies.set("db0-0#3", 1).set("db0-0#2", 1);
    const first = rig.plan.steps[0];
    if (!first) throw new Error("no steps");
    /** What the delete of the first resource runs, by the state of a stack that holds that drill. */
    const destroyed = (drill: number): Promise<string> =>
      inFolder(rig.folder, () =>
        sweep({ journal: { folder: "journal" }, drill, step: first }, rig.world, silent),
      );
    rig.toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect((await failureOf(destroyed(1))).message).to.match(
      /^drill 3 is ended, but not all of it is gone: .* SQLDR01 refuses connections.*; already: drill 1 was swept/,
    );
    rig.toys.fails.clear();
    expect(await destroyed(1)).to.match(
      /^already: drill 1 was swept at \S+; done: drill 3 is swept: nothing/,
    );
    expect([...rig.toys.copies.keys()], "one that is neither").to.deep.equal(["db0-0#2"]);
    expect(await destroyed(3)).to.match(/^already: drill 3 was swept at [^;]*$/);
  });

  it("waits for a step that runs, which then changes nothing more", async () => {
    const rig = await drillRig(open);
    await rig.step("sweep");
    await rig.step("web0/drill-point");
    const { promise: begun, resolve: onBegun } = Promise.withResolvers<undefined>();
    const { promise: goOn, resolve: letGo } = Promise.withResolvers<undefined>();
    rig.toys.during = async () => {
      onBegun(undefined);
      await goOn;
    };
    const said: string[] = [];
    await inFolder(rig.folder, async () => {
      const copying = failureOf(rig.step("data0/drill-copy/db0-0"));
      await begun;
      const sweeping = rig.sweep({
        say: (line) => {
          said.push(line);
          letGo(undefined);
        },
      });
      expect((await copying).message).to.match(/is being ended/);
      expect(await sweeping).to.match(/^done/);
    });
    expect(said.join()).to.match(/waiting for "drill 1 data0\/drill-copy\/db0-0"/);
    expect(rig.toys.copies.size).to.equal(0);
  });

  it("works while the estate moves, and a move that begins never waits for what cannot be removed", async () => {
    const rig = await drillRig(open);
    await rig.all();
    await rig.journal.append(move);
    rig.toys.fails.set("sweep", "SQLDR01 refuses connections");
    const ended = await inFolder(rig.folder, () =>
      endOpenDrill({
        world: rig.world,
        journalRef: { folder: "journal" },
        why: "a move to dr begins",
        say: () => undefined,
      }),
    );
    expect(ended).to.match(/^the move goes on beside it: drill 1 is ended, but not all of it is gone/);
    await rig.journal.append(moving(situation(await rig.journal.entries()).declaration?.seq ?? 0));
    rig.toys.fails.clear();
    expect(await rig.sweep()).to.match(/^done/);
  });
});
