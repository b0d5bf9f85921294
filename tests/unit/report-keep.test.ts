import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { keepReport as keepAfterStep } from "../../bin/keep-report.ts";
import { withReport } from "../../cli/report/beside.ts";
import { drillReport } from "../../cli/drill/report.ts";
import { report } from "../../cli/report/run.ts";
import { stepProcesses } from "../../cli/run/step-process.ts";
import type { Fact } from "../../journal/entries.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { keepReport } from "../../report/keep.ts";
import type { ActivationEnvelope } from "../../steps/envelope.ts";
import {
  begun,
  failureOf,
  holdingRecovery,
  started,
  tempProject,
  write,
  writtenTerminal,
  type Written,
} from "./cli-fixture.ts";
import { toyRecovery } from "./toy.ts";

const declared: Fact = {
  kind: "move declared",
  to: "dr",
  mode: "unplanned",
  as: "R. <b>Okafor</b>",
  disasterAt: "2026-11-22T03:10:00Z",
  acceptLossSec: 14_400,
  incident: "INC-77",
};
const failed: Fact = {
  kind: "step",
  epoch: 1,
  step: "data/hold",
  phase: "hold",
  verdict: "failed",
  critical: true,
  says: "the disk is full",
};

describe("reports beside the journal", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let terminal: Written;
  beforeEach(async () => {
    project = await tempProject();
    terminal = writtenTerminal(new Date());
  });
  afterEach(() => project.leave());
  const reports = (): Promise<readonly string[]> =>
    fs.readdir(path.join(project.folder, "reports")).catch(() => []);
  const page = (name: string): Promise<string> =>
    fs.readFile(path.join(project.folder, "reports", name), "utf8");

  it("are kept of a move that a command has ended, and their place is said", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2), failed]);
    await withReport(project, terminal, () =>
      project.journal.append({ kind: "abandoned", epoch: 1, as: "ann", reason: "it is back" }),
    );
    expect(await reports()).to.deep.equal(["toys-activation-1.html"]);
    expect(await page("toys-activation-1.html")).to.contain("it is back");
    expect(terminal.notes).to.deep.equal([
      `report: ${path.join(project.folder, "reports", "toys-activation-1.html")}`,
    ]);
  });

  it("are kept of a command that fails in the middle, and not of one that changed nothing", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2)]);
    const fails = (before: readonly Fact[]): Promise<Error> =>
      failureOf(
        withReport(project, terminal, async () => {
          await write(project, before);
          throw new Error("no");
        }),
      );
    expect((await fails([])).message).to.equal("no");
    expect(await reports()).to.deep.equal([]);
    expect((await fails([failed])).message).to.equal("no");
    expect(await page("toys-activation-1.html")).to.contain("STOPPED: one step has failed");
  });

  it("are kept of a declaration that was withdrawn before anything began", async () => {
    await write(project, [
      ...begun(holdingRecovery()),
      declared,
      { kind: "held", part: "data", says: "restore jobs are stopped" },
    ]);
    await withReport(project, terminal, () =>
      project.journal.append({ kind: "withdrawn", as: "ann", reason: "the line is back" }),
    );
    expect(await reports()).to.deep.equal(["toys-declaration-2.html"]);
    const text = await page("toys-declaration-2.html");
    for (const part of ["withdrawn by ann", "the line is back", "STILL HELD: data", "&lt;b>Okafor&lt;/b>"])
      expect(text, part).to.contain(part);
  });

  it("are not kept of an older declaration when it is a change of the mode that is withdrawn", async () => {
    const earlier: Fact = { kind: "withdrawn", as: "ann" };
    await write(project, [
      ...begun(holdingRecovery()),
      declared,
      earlier,
      declared,
      started(4),
      {
        kind: "mode changed",
        epoch: 1,
        to: "dr",
        systems: ["data"],
        mode: "unplanned",
        as: "ann",
        reason: "it is dying",
        disasterAt: "2026-11-22T03:10:00Z",
        acceptLossSec: 14_400,
        incident: "INC-77",
      },
    ]);
    await withReport(project, terminal, () => project.journal.append({ kind: "withdrawn", as: "ben" }));
    expect(await reports()).to.deep.equal([]);
    expect(terminal.notes).to.deep.equal([]);
  });

  it("that cannot be written are said, and change nothing of how the work ended", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2)]);
    await fs.writeFile(path.join(project.folder, "reports"), "a file, no folder");
    await withReport(project, terminal, () => project.journal.append(failed));
    expect(terminal.notes.join()).to.match(/^no report is written: /);
  });

  it("are drawn anew where more has ended while they were written", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2), failed]);
    let reads = 0;
    await keepReport(
      {
        entries: async () => {
          if (++reads === 2) await project.journal.append({ ...failed, step: "data/other", says: "late" });
          return project.journal.entries();
        },
      },
      project.folder,
      1,
    );
    expect(await page("toys-activation-1.html")).to.contain("late");
    expect(await reports(), "nothing half is left").to.deep.equal(["toys-activation-1.html"]);
  });

  it("are kept by the step that stops a move, whoever drives it", async function () {
    this.timeout(20_000);
    const recovery: Recovery = { ...toyRecovery(), hosts: [], parts: [] };
    await write(project, [
      { kind: "genesis", estate: "toys", active: "primary" },
      { kind: "declared", factsHash: hashOf(recovery), recovery },
      { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 },
      started(2, { mode: "planned", factsHash: hashOf(recovery) }),
    ]);
    const envelope: ActivationEnvelope = {
      journal: { folder: "journal" },
      epoch: 1,
      step: {
        id: "web0/choose-point",
        verb: "machinery/choose-point",
        args: { group: "web0", parts: [] },
        phase: "choose-point",
        needs: [],
        critical: true,
        timeoutSec: 30,
      },
    };
    const end = await stepProcesses(project.root)(envelope, () => undefined);
    expect(end.isWell).to.equal(false);
    const text = await page("toys-activation-1.html");
    expect(text).to.contain("STOPPED: one step has failed").and.to.contain("web0/choose-point");
  });

  it("are kept when a step stops a move, is the last of it, or was owed, and by no other", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2)]);
    const world = { journal: project.journal, parts: {}, runs: {} };
    const envelope: ActivationEnvelope = {
      journal: { folder: "journal" },
      epoch: 1,
      step: { id: "a", verb: "x/y", args: {}, phase: "hold", needs: [], critical: true, timeoutSec: 1 },
    };
    const kept = async (given: typeof envelope, failed: boolean): Promise<boolean> => {
      await fs.rm(path.join(project.folder, "reports"), { recursive: true, force: true });
      await keepAfterStep(given, world, failed);
      return (await reports()).length === 1;
    };
    expect(await kept(envelope, false)).to.equal(false);
    expect(await kept(envelope, true)).to.equal(true);
    expect(await kept({ ...envelope, attempt: 1 }, false)).to.equal(true);
    expect(await kept({ ...envelope, step: { ...envelope.step, phase: "complete" } }, false)).to.equal(true);
    expect(await kept({ ...envelope, epoch: 7 }, true), "of another journal").to.equal(false);
  });

  describe("when they are asked for", () => {
    it("begin in text with what stops the move", async () => {
      await write(project, [...begun(holdingRecovery()), declared, started(2), failed]);
      await report({}, project, terminal);
      expect(terminal.lines[0]).to.match(/^✘ data\/hold has failed, .*: the disk is full$/);
      expect(terminal.lines.at(-1)).to.match(/toys-activation-1\.html$/);
    });

    it("tell a withdrawn declaration, by itself where no move has begun, and by its number beside one", async () => {
      await write(project, [
        ...begun(holdingRecovery()),
        declared,
        { kind: "withdrawn", as: "ann", reason: "back" },
      ]);
      await report({}, project, terminal);
      expect(terminal.lines[0]).to.match(
        /^R\. <b>Okafor<\/b> declared an unplanned move to dr; .* · withdrawn by ann: back · nothing was moved$/,
      );
      await write(project, [declared, started(4), { kind: "completed", epoch: 1, owed: [], exceptions: [] }]);
      terminal.lines.length = 0;
      await report({ json: true, declaration: 2 }, project, terminal);
      const read = JSON.parse(terminal.lines.join("")) as Record<string, unknown>;
      expect(read).to.deep.include({ outcome: "withdrawn", declaration: 2, incident: "INC-77" });
      expect(read["times"]).to.have.keys("disaster", "declared", "ended");
      expect((await failureOf(report({ declaration: 4 }, project, terminal))).message).to.equal(
        "entry 4 is no declaration that was left unused. These are: 2",
      );
    });

    it("say what was declared since and has begun nothing", async () => {
      await write(project, [
        ...begun(holdingRecovery()),
        declared,
        started(2),
        { kind: "completed", epoch: 1, owed: [], exceptions: [] },
        { ...declared, to: "primary" },
      ]);
      await report({}, project, terminal);
      expect(terminal.lines.join("\n")).to.contain(
        "declared an unplanned move to primary, which has begun nothing",
      );
      expect(terminal.lines.join("\n")).to.contain("parallel-standby report --declaration 5");
    });

    it("refuse with a sentence where there is nothing to tell", async () => {
      await write(project, begun(holdingRecovery()));
      expect((await failureOf(report({}, project, terminal))).message).to.match(
        /^the journal holds no activation yet/,
      );
      expect((await failureOf(report({ declaration: "newest" }, project, terminal))).message).to.equal(
        "the journal holds no declaration that was left unused",
      );
      expect((await failureOf(report({ epoch: 4 }, project, terminal))).message).to.match(
        /no activation 4\. "parallel-standby journal show"/,
      );
    });

    it("are a page of a drill, too, with what failed and what is left before anything else", async () => {
      await write(project, [
        ...begun(holdingRecovery()),
        {
          kind: "drill declared",
          drill: 1,
          site: "dr",
          epoch: 0,
          as: "<i>ann",
          check: "full",
          limitHours: 4,
        },
        {
          kind: "drill started",
          drill: 1,
          factsHash: "f",
          planHash: "p",
          scope: "data only",
          groups: ["data"],
        },
        {
          kind: "step",
          drill: 1,
          step: "data/drill-copy",
          verdict: "failed",
          critical: true,
          says: "no room",
        },
        { kind: "drill swept", drill: 1, says: "", left: ["K2__drill1"] },
      ]);
      const file = path.join(project.root, "drill.html");
      await drillReport({ out: file }, project, terminal);
      const text = await fs.readFile(file, "utf8");
      expect(text.indexOf("no room")).to.be.within(1, text.indexOf("<h1>"));
      expect(text.indexOf("K2__drill1")).to.be.within(1, text.indexOf("<h1>"));
      expect(text).to.contain("&lt;i>ann").and.not.to.contain("<i>ann");
      expect(terminal.lines.at(-1)).to.equal(file);
      await drillReport({ out: file, json: true }, project, terminal);
      expect(JSON.parse(await fs.readFile(file, "utf8"))).to.deep.include({
        drill: 1,
        estate: "toys",
        timeZone: "Europe/London",
        outcome: "not all swept",
      });
    });
  });
});
