import { expect } from "chai";
import { declareDrill, drillFrom } from "../../cli/drill/declare.ts";
import { drillReport } from "../../cli/drill/report.ts";
import { sweep } from "../../cli/drill/sweep.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { drillOf } from "../../journal/drills.ts";
import { entryText } from "../../report/entry-text.ts";
import type { Fact } from "../../journal/entries.ts";
import { failureOf, tempProject, write, writtenTerminal, type Written } from "./cli-fixture.ts";
import {
  drillBegun,
  drillDeclared,
  drillParts,
  drillRuns,
  drillStarted,
  drillWorld,
  type DrillWorld,
} from "./drill-toy.ts";

const plainOptions = { as: "R. Okafor", check: "full", limitHours: "24" };
const open = [...drillBegun, drillDeclared(), drillStarted()];

describe("drill", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let toys: DrillWorld;
  let terminal: Written;
  const registries = () => ({ parts: drillParts, runs: drillRuns(toys) });
  const declare = (more: Partial<Parameters<typeof drillFrom>[0]> = {}): Promise<void> =>
    declareDrill({ ...plainOptions, ...more }, project, registries(), terminal);
  const drills = async (): Promise<readonly string[]> =>
    (await project.journal.entries()).filter((e) => e.kind.startsWith("drill")).map((e) => entryText(e));
  const statusNow = async (now = new Date()) =>
    statusOf(await project.journal.entries(), { now, place: "here", leases: [] });

  beforeEach(async () => {
    project = await tempProject();
    toys = drillWorld();
    terminal = writtenTerminal(new Date());
  });
  afterEach(() => project.leave());

  it("declares a drill with a number of its own, says that it is data only, and what to type", async () => {
    await write(project, drillBegun);
    await declare({ point: "-90m", systems: ["web0"], check: "physical", limitHours: "4" });
    expect(await drills()).to.deep.equal([
      "R. Okafor declares drill 1 at dr; point: 1h30m before it begins; only web0; copies are checked physically and may stay 4h",
    ]);
    expect(terminal.lines.join("\n")).to.match(
      /^declared: drill 1 at dr \(Leeds\) for web0, good for 24 hours\ndata only: there is no isolated network.*\nnext: .*pulumi up -s dr-drill\nthen: pulumi destroy -s dr-drill/,
    );
    await declare();
    expect(drillOf(await project.journal.entries())?.number, "one that has not begun is replaced").to.equal(
      2,
    );
  });

  const refused: readonly [what: string, facts: readonly Fact[], says: RegExp][] = [
    ["a drill is open", open, /drill 1 is open since .*: one at a time\. Remove what it has made with/],
    [
      "a move is declared",
      [...drillBegun, { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 }],
      /a planned move to dr is declared by ann, and no drill runs beside it/,
    ],
    ["the journal holds no facts", drillBegun.slice(0, 1), /the journal holds no facts yet/],
  ];
  for (const [what, facts, says] of refused)
    it(`writes nothing while ${what}`, async () => {
      await write(project, facts);
      const before = (await project.journal.entries()).length;
      expect((await failureOf(declare())).message).to.match(says);
      expect(await project.journal.entries()).to.have.length(before);
    });

  it("writes nothing for a system that is none, and names the one that was meant", async () => {
    await write(project, drillBegun);
    expect((await failureOf(declare({ systems: ["web"] }))).message).to.match(
      /the facts know no system "web".*Did you mean web0/,
    );
    expect(await drills()).to.deep.equal([]);
  });

  const wrong: readonly [options: Partial<Parameters<typeof drillFrom>[0]>, says: RegExp][] = [
    [{ as: "" }, /^--as: it is empty$/],
    [{ as: "YOUR-NAME" }, /^--as is missing: your name/],
    [{ as: "a\nb" }, /^--as: it has a line break/],
    [{ point: "yesterday" }, /^--point "yesterday" is no point/],
    [{ point: "2026-11-22T01:10" }, /does not say in which time zone it is/],
    [{ point: "2226-11-22T01:10+00:00" }, /lies in the future/],
    [{ check: "quick" }, /^--check "quick" is not known\. Write full or physical$/],
    [{ limitHours: "0" }, /^--limit-hours "0" is no time that copies may stay\. Write 1 to 744$/],
    [{ limitHours: "1e3" }, /^--limit-hours "1e3" is no time/],
  ];
  for (const [options, says] of wrong)
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => drillFrom({ ...plainOptions, ...options }, new Date()))
        .to.throw(says)
        .with.property("exitCode", 2);
    });

  it("sweeps without the engine, and says so in the journal with the name of whoever did", async () => {
    await write(project, open);
    toys.copies.set("db0-0#1", 1).set("db0-0#2", 1);
    await sweep({ as: "ann" }, project, registries(), terminal);
    expect([...toys.copies.keys()], "another drill's copy is not touched").to.deep.equal(["db0-0#2"]);
    expect(terminal.lines).to.deep.equal(["done: drill 1 is swept: nothing is there"]);
    expect((await drills()).slice(-2)).to.deep.equal([
      "drill 1 is being ended: ann sweeps it",
      "drill 1 is swept, nothing is left: nothing is there",
    ]);
    await sweep({ as: "ann" }, project, registries(), terminal);
    expect(terminal.lines.at(-1)).to.match(/^already: drill 1 was swept/);
  });

  it("gives a drill a number above those of copies that stand there, and tells how those are removed", async () => {
    await write(project, [...drillBegun, drillDeclared(2)]);
    toys.copies.set("db0-0#3", 1).set("db0-1#3", 1).set("db0-0#1", 1);
    await declare();
    expect(drillOf(await project.journal.entries())?.number).to.equal(4);
    expect(terminal.lines.join("\n")).to.contain(
      'copies of drill 3 stand at dr, and the journal does not know of them: remove them with "parallel-standby drill sweep --drill 3 --as YOUR-NAME"',
    );
    expect(terminal.lines.join("\n")).to.contain("copies of drill 1 stand at dr");
    await sweep({ as: "ann", drill: "9" }, project, registries(), terminal);
    toys.copies.clear();
    terminal.lines.length = 0;
    await declare();
    expect(drillOf(await project.journal.entries())?.number, "above one that was only swept").to.equal(10);
    expect(terminal.lines.join("\n")).to.not.contain("copies of");
  });

  it("takes the next number of the journal where the site does not answer, and says that it could not look", async () => {
    await write(project, drillBegun);
    toys.fails.set("look", "SQLDR01 refuses connections");
    await declare();
    expect(drillOf(await project.journal.entries())?.number).to.equal(1);
    expect(terminal.notes).to.include(
      "copies of drills that the journal has forgotten can't be looked for at dr: data0: SQLDR01 refuses connections",
    );
  });

  it("sweeps by number a drill that the journal does not know, or holds to be swept", async () => {
    await write(project, [...drillBegun, drillDeclared()]);
    toys.copies.set("db0-0#1", 1).set("db0-0#3", 1);
    await sweep({ as: "ann", drill: "3" }, project, registries(), terminal);
    expect([...toys.copies.keys()]).to.deep.equal(["db0-0#1"]);
    expect(terminal.lines.at(-1)).to.match(/^done: drill 3 is swept: the journal does not know it/);
    await sweep({ as: "ann" }, project, registries(), terminal);
    toys.copies.set("db0-0#1", 1);
    await sweep({ as: "ann", drill: "1" }, project, registries(), terminal);
    expect(toys.copies.size).to.equal(0);
    const wrong = await failureOf(sweep({ as: "ann", drill: "K2" }, project, registries(), terminal));
    expect(wrong.message).to.equal('--drill "K2" is not the number of a drill. Write 1, 2, 3 …');
  });

  it("stands in status, with what is left, also where the journal has forgotten that it had begun", async () => {
    await write(project, [...drillBegun, drillDeclared()]);
    toys.copies.set("db0-0#1", 1);
    toys.fails.set("sweep", "SQLDR01 refuses connections");
    await failureOf(sweep({ as: "ann" }, project, registries(), terminal));
    expect(statusText(await statusNow(), "linux")).to.match(
      /drill 1 of ann is OPEN for .*being ended: ann sweeps it; .*not removed: data0\/drill-sweep/,
    );
    expect((await failureOf(declare())).message).to.match(/drill 1 is open since 2/);
  });

  it("fails with what is left, and has nothing to sweep where no drill was declared", async () => {
    await write(project, open);
    toys.copies.set("db0-0#1", 1);
    toys.fails.set("sweep", "SQLDR01 refuses connections");
    expect((await failureOf(sweep({ as: "ann" }, project, registries(), terminal))).message).to.match(
      /not all of it is gone: data0\/drill-sweep: SQLDR01 refuses connections/,
    );
    const status = await statusNow();
    expect(status.drill).to.deep.include({ drill: 1, verified: false, ending: "ann sweeps it" });
    expect(statusText(status, "linux")).to.match(
      /drill +drill 1 of ann is OPEN for .*being ended: ann sweeps it; they may stay until .*; not removed: data0\/drill-sweep/,
    );
  });

  it("stands in status with its age and the command that sweeps it, and is overdue after its time", async () => {
    await write(project, open);
    const now = statusText(await statusNow(), "linux");
    expect(now).to.match(
      /drill 1 of ann is OPEN for \d+ seconds?, its copies are not verified; they may stay until/,
    );
    expect(now).to.contain(
      "remove what drill 1 has made: parallel-standby drill sweep --as YOUR-NAME, or pulumi destroy -s dr-drill",
    );
    const later = await statusNow(new Date(Date.now() + 25 * 3_600_000));
    expect(statusText(later, "linux")).to.match(/is OPEN for 25 hours, .*; OVERDUE, they might stay until/);
    await sweep({ as: "ann" }, project, registries(), terminal);
    expect(statusText(await statusNow(), "linux")).not.to.contain("drill 1");
  });

  it("reports what was tried and what is left, and calls it a success only when nothing is", async () => {
    await write(project, [
      ...open,
      {
        kind: "drill point",
        drill: 1,
        group: "web0",
        atSec: 1_800_000_000,
        to: "time",
        databases: [{ database: "db0-0", fromSec: 0, toSec: 1_800_000_001, evidence: "db_1.trn" }],
      },
      { kind: "drill verified", drill: 1, says: ["db0-0#1 is sound"] },
    ]);
    const told = async (): Promise<string> => {
      terminal.lines.length = 0;
      await drillReport({}, project, terminal);
      return terminal.lines.join("\n");
    };
    expect(await told()).to.match(
      /^drill 1 at dr: OPEN\n.*by ann; point: by the rule of the data\n.*data only.*\n.*\n {2}point {6}web0: 2027-01-15 08:00:00 UTC \(db0-0: db_1\.trn\)\n {2}verified .*\n +db0-0#1 is sound$/,
    );
    await project.journal.append({ kind: "drill swept", drill: 1, says: "", left: ["K2__drill1"] });
    expect(await told()).to.match(/^drill 1 at dr: NOT ALL SWEPT[^]*left {7}K2__drill1$/);
    await project.journal.append({ kind: "drill swept", drill: 1, says: "", left: [] });
    expect(await told()).to.match(/^drill 1 at dr: SUCCEEDED[^]*nothing is left$/);
    terminal.lines.length = 0;
    await drillReport({ json: true, drill: "1" }, project, terminal);
    expect(JSON.parse(terminal.lines.join(""))).to.include({
      drill: 1,
      outcome: "succeeded",
      scope: "data only",
    });
    expect((await failureOf(drillReport({ drill: "7" }, project, terminal))).message).to.equal(
      "the journal has no drill 7",
    );
  });
});
