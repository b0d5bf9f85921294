import { expect } from "chai";
import { drillOf, isOpen } from "../../journal/drills.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { drillPlaces } from "../../steps/drill/known.ts";
import { endOpenDrill } from "../../steps/drill/sweep.ts";
import { drillBegun, drillDeclared, drillParts, drillRig, drillStarted } from "./drill-toy.ts";
import { failureOf } from "./cli-fixture.ts";
import { sweep } from "../../steps/process.ts";
import { inFolder, silent } from "./runner-rig.ts";
import { kinds, move, moving, next, open } from "./drill-facts.ts";

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
