import { expect } from "chai";
import { abandon } from "../../cli/abandon/run.ts";
import { goBack } from "../../cli/back/run.ts";
import type { Project } from "../../cli/project.ts";
import { nextSteps } from "../../cli/status/text.ts";
import { statusOf } from "../../cli/status/status.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { stateOf } from "../../journal/state.ts";
import { headline } from "../../report/headline.ts";
import { reportOf } from "../../report/report.ts";
import type { Runs } from "../../steps/act.ts";
import { mayProvision } from "../../steps/may-act.ts";
import { failureOf, writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRecovery, toyRuns } from "./toy.ts";
import { withActs } from "./toy-wrapped.ts";

describe("going back past no return", function () {
  // Whole moves, one after the other.
  this.timeout(60_000);
  let r: Rig;
  let terminal: Written;
  const project = (): Project => ({
    root: r.folder,
    estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
    journal: r.journal,
    folder: `${r.folder}/journal`,
  });
  const go = (more: { acceptLoss?: string; preview?: boolean } = {}, runs?: Runs): Promise<void> => {
    terminal.clock = new Date();
    return inFolder(r.folder, () =>
      goBack(
        { as: "ann", reason: "K2 stays down", preview: false, ...more },
        project(),
        { parts: toyParts, runs: runs ?? toyRuns(r.world) },
        terminal,
      ),
    );
  };
  const now = async (): Promise<Situation> => situation(await r.journal.entries());
  /** A planned move, past no return, that stands before one of its steps. */
  const until = async (end = "web0/answers/db"): Promise<void> => {
    r = await rig("planned", { databases: 2 });
    r.world.running.add("P:db");
    terminal = writtenTerminal(new Date());
    for (const s of r.made.steps) {
      if (s.id === end) return;
      await r.run(s.id);
    }
  };
  const returned = async (what?: string): Promise<void> => {
    expect([...r.world.running].sort(), what).to.deep.equal(["P:db", "P:web"]);
    expect(r.world.open.size, what).to.equal(0);
    expect(r.world.copied.has("db0-0") || r.world.copied.has("db0-1"), what).to.equal(false);
    const s = await now();
    expect([s.active, stateOf(s), s.ended.get(1)], what).to.deep.equal(["primary", "active", "abandoned"]);
  };

  it("closes the target, services before databases, and only then opens the old site, databases before services", async () => {
    await until();
    expect(r.world.open.size).to.equal(2);
    r.world.acts.length = 0;
    await go({ acceptLoss: "30m" });
    await returned();
    const acts = r.world.acts.map((a) => a.split(" ")[0]);
    expect(acts).to.deep.equal([
      ...["stop", "stop", "close", "close"],
      ...["reopen", "reopen", "start", "start"],
    ]);
    expect(r.world.acts.slice(0, 2)).to.deep.equal(["stop D:web", "stop D:db"]);
    expect(terminal.lines.join("\n")).to.match(/gone back: primary \(London\) is active; lost there: /);
    const last = (await r.journal.entries()).findLast((e) => e.kind === "abandoned");
    expect(last?.lossSec).to.be.within(0, 60);
    const s = await now();
    expect(next(s, "dr", new Date()).kind).to.equal("undeclared");
    expect(mayProvision(s, { id: "a", site: "dr", epoch: 1 }, "passive").kind).to.equal("act");
    const report = reportOf(await r.journal.entries(), toyRecovery());
    expect([report.outcome, report.lossSec]).to.deep.equal(["abandoned", last?.lossSec]);
    expect(headline(report)).to.match(/abandoned after .* gone back, which lost what was written at dr in/);
  });

  it("never has both sites open, and ends as if nothing had happened, wherever it is broken off and gone on with", async () => {
    let points = 0;
    for (let crashAt = 1; ; crashAt++) {
      await until();
      let acts = 0;
      const broken = (before: boolean): Runs =>
        interrupted(toyRuns(r.world), (): "before" | "after" | "no" => {
          if (r.world.open.size > 0 && (!r.world.copied.has("db0-0") || !r.world.copied.has("db0-1")))
            throw new Error("both sites are open");
          acts += 1;
          return acts < crashAt ? "no" : acts === crashAt && !before ? "after" : "before";
        });
      const ended = await go({ acceptLoss: "30m" }, broken(crashAt % 2 === 0)).then(
        () => "done",
        (e: unknown) => String(e),
      );
      expect(ended).not.to.match(/both sites/);
      if (ended === "done") break;
      points += 1;
      const s = await now();
      expect(stateOf(s)).to.equal("in doubt");
      for (const site of ["primary", "dr"] as const) {
        expect(next(s, site, new Date()).kind).to.equal("refused");
        expect(mayProvision(s, { id: "a", site, epoch: 1 }, "either").kind).to.equal("refuse");
      }
      expect(String(await failureOf(r.run("web0/answers/db")))).to.match(/being gone back to/);
      await go();
      await returned(`after act ${String(crashAt)}`);
    }
    expect(points).to.equal(8);
  });

  it("asks for the loss by name, with what to type, before anything is changed", async () => {
    await until();
    const before = (await r.journal.entries()).length;
    r.world.acts.length = 0;
    const { message } = await failureOf(go());
    expect(message).to.match(
      /dr \(Leeds\) could be written to for \d+s, and what was written there is not at/,
    );
    expect(message).to.match(/--accept-loss 1[01]m$/);
    terminal.clock = new Date(Date.now() + 3_600_000);
    await inFolder(r.folder, () =>
      failureOf(
        goBack(
          { as: "ann", reason: "x", preview: false, acceptLoss: "30m" },
          project(),
          { parts: toyParts, runs: toyRuns(r.world) },
          terminal,
        ),
      ),
    ).then((e) => expect(e.message).to.match(/for 1h.*30m of it were accepted/));
    expect((await failureOf(go({ acceptLoss: "soon" }))).message).to.match(/"soon" is not a duration/);
    expect((await r.journal.entries()).length).to.equal(before);
    expect(r.world.acts).to.deep.equal([]);
  });

  it("is refused, with nothing changed, where the old site can't be opened as it was", async () => {
    await until();
    const before = (await r.journal.entries()).length;
    r.world.acts.length = 0;
    r.world.fails.set("returnable db0-1", "db0-1 on P is RESTORING, and its last backup is no tail");
    expect((await failureOf(go({ acceptLoss: "30m" }))).message).to.match(
      /primary \(London\) cannot be opened as it was: nothing was changed: data0\/returnable\/db0-1: .* no tail/,
    );
    expect((await r.journal.entries()).length).to.equal(before);
    expect(r.world.acts).to.deep.equal([]);
    expect(stateOf(await now())).to.equal("moving past no return");
  });

  it("opens nothing at the old site while the target is not closed, or works again", async () => {
    await until();
    r.world.fails.set("close", "access is denied");
    expect((await failureOf(go({ acceptLoss: "30m" }))).message).to.match(
      /dr \(Leeds\) is not closed yet, and nothing of primary \(London\) is opened before it is: data0\/back\/close/,
    );
    expect(r.world.copied.has("db0-0"), "closed by its tail").to.equal(true);
    r.world.fails.clear();
    // It says that it closes, and does not; somebody has started a service again meanwhile.
    r.world.lies.add("close");
    r.world.running.add("D:web");
    expect((await failureOf(go())).message).to.match(/not closed yet.*it acted, but it is not closed/);
    expect(r.world.running.has("D:web")).to.equal(false);
    expect(r.world.copied.has("db0-0")).to.equal(true);
    r.world.lies.clear();
    await go();
    await returned();
  });

  it("asks again for the loss once the target is closed: what was written meanwhile was not accepted", async () => {
    await until();
    const opened = (await r.journal.entries()).find((e) => e.kind === "no return");
    terminal.clock = new Date(opened?.at ?? Number.NaN);
    const { message } = await inFolder(r.folder, () =>
      failureOf(
        goBack(
          { as: "ann", reason: "x", preview: false, acceptLoss: "0" },
          project(),
          { parts: toyParts, runs: toyRuns(r.world) },
          terminal,
        ),
      ),
    );
    expect(message).to.match(/could be written to for \d+s.*; 0s of it were accepted/);
    expect(r.world.open.size, "the target is closed").to.equal(0);
    expect(r.world.copied.has("db0-0"), "and the old site not opened").to.equal(true);
    expect(stateOf(await now())).to.equal("in doubt");
    await go({ acceptLoss: "30m" });
    await returned();
  });

  it("does not end where the target comes up again while the old site is given back", async () => {
    await until();
    const revived = interrupted(toyRuns(r.world), () => {
      if (!r.world.copied.has("db0-0")) r.world.running.add("D:web");
      return "no";
    });
    expect((await failureOf(go({ acceptLoss: "30m" }, revived))).message).to.match(
      /dr \(Leeds\) still works: web0: web answers/,
    );
    expect(r.world.running.has("P:web"), "the old site was given back").to.equal(true);
    const s = await now();
    expect([stateOf(s), s.ended.get(1)]).to.deep.equal(["in doubt", undefined]);
    await go();
    await returned();
  });

  it("is no way out before no return, and abandon none after it; each names the other", async () => {
    await until("data0/roll/db0-0");
    expect((await failureOf(go({ acceptLoss: "1h" }))).message).to.match(
      /no database is open at dr, so nothing has to be gone back from.*parallel-standby abandon/,
    );
    await until();
    const giveUp = (): Promise<void> =>
      inFolder(r.folder, () =>
        abandon(
          { as: "ann", reason: "x", preview: false },
          project(),
          { parts: toyParts, runs: toyRuns(r.world) },
          terminal,
        ),
      );
    expect((await failureOf(giveUp())).message).to.match(/or go back at once with "parallel-standby back"/);
    r.world.fails.set("close", "x");
    await failureOf(go({ acceptLoss: "1h" }));
    expect((await failureOf(giveUp())).message).to.match(
      /being gone back to .* Go on with "parallel-standby back/,
    );
    await r.all();
    expect((await now()).ended.has(1)).to.equal(false);
  });

  it("is named by status as a way out, and as what goes on; shows with --preview what it would do and changes nothing", async () => {
    await until();
    const steps = async (): Promise<string> =>
      nextSteps(
        statusOf(await r.journal.entries(), { now: new Date(), place: "", leases: [] }),
        "linux",
      ).join("\n");
    expect(await steps()).to.match(/or go back to primary, .*parallel-standby back .* --preview/);
    const before = (await r.journal.entries()).length;
    await go({ preview: true });
    expect(terminal.lines.join("\n")).to.match(
      /close-target: data0\/back\/close\/db0-0\n[^]* {2}reopen: data0\/reopen/,
    );
    expect((await r.journal.entries()).length).to.equal(before);
    r.world.fails.set("reopen", "x");
    await failureOf(go({ acceptLoss: "1h" }));
    expect(await steps()).to.match(/^go on: parallel-standby back/);
  });

  it("does not let a declaration toward the same target begin anew in the middle of it", async () => {
    await until();
    r.world.fails.set("reopen", "x");
    await failureOf(go({ acceptLoss: "1h" }));
    await r.journal.append({ kind: "move declared", to: "dr", mode: "planned", as: "bob", acceptLossSec: 0 });
    expect(next(await now(), "dr", new Date()).kind).to.equal("refused");
  });
});

/** The same code, whose acts end with an error before or after their work as `when` says. */
const interrupted = (runs: Runs, when: () => "before" | "after" | "no"): Runs =>
  withActs(runs, async (act) => {
    const end = when();
    if (end === "before") throw new Error("killed");
    await act();
    if (end === "after") throw new Error("killed");
  });
