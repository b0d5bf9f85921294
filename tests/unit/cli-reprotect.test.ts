import { expect } from "chai";
import * as z from "zod";
import { reprotect } from "../../cli/reprotect/run.ts";
import type { Project } from "../../cli/project.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Part, Parts } from "../../model/part.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { verb } from "../../model/verb.ts";
import { runs, type Runs } from "../../steps/act.ts";
import { asleepAt } from "../../lab/simulator/lab/asleep.ts";
import { failureOf, tempProject, writtenTerminal, type Written } from "./cli-fixture.ts";
import { until } from "./until.ts";

const args = z.strictObject({ of: z.string() });
const save = verb("kept/save", args, 5, "passive");
const follow = verb("kept/follow", args, 5, "passive");
const Facts = z.strictObject({ databases: z.array(z.string()) });

const kept: Part<"kept", z.infer<typeof Facts>> = {
  kind: "kept",
  version: 1,
  facts: Facts,
  uses: () => [],
  problems: () => [],
  plan: () => ({}),
  reprotect: (id, f) => ({
    save: f.databases.map((of) => save.step(`${id}/save/${of}`, { of })),
    follow: f.databases.map((of) => follow.step(`${id}/follow/${of}`, { of })),
  }),
};
const parts: Parts = { kept };

const recovery: Recovery = {
  format: 1,
  estate: "toys",
  sites: { primary: { place: "London", timeZone: "UTC" }, dr: { place: "Leeds", timeZone: "UTC" } },
  hosts: [],
  targets: { rtoMin: 60, rpoMin: 60 },
  parts: [
    { id: "one", kind: "kept", version: 1, facts: { databases: ["A", "B"] } },
    { id: "two", kind: "kept", version: 1, facts: { databases: ["C"] } },
  ],
};

const started: Fact = {
  kind: "activation started",
  epoch: 1,
  from: "primary",
  to: "dr",
  mode: "planned",
  as: "ann",
  factsHash: hashOf(recovery),
  planHash: "p",
  declaration: 2,
  acceptLossSec: 0,
};
const completed: Fact = { kind: "completed", epoch: 1, owed: [], exceptions: [] };
const failedStep = (phase: string): Fact => ({
  kind: "step",
  epoch: 1,
  step: "one/stop",
  phase,
  verdict: "failed",
  critical: false,
  says: "no answer",
});

describe("reprotect", () => {
  let project: Project & { leave(): Promise<void> };
  let terminal: Written;
  let acts: string[];
  let fails: string | undefined;

  const world: Runs = {
    kept: () =>
      Promise.resolve({
        runnables: [save, follow].map((v) =>
          runs(v, {
            check: ({ of }) =>
              Promise.resolve({
                there: acts.includes(`${v.name} ${of}`),
                says: `${of} in D:\\Salvage\\${of}.bak`,
                expected: "it is so",
              }),
            act: ({ of }) => {
              if (fails === `${v.name} ${of}`) return Promise.reject(new Error("the disk is full"));
              acts.push(`${v.name} ${of}`);
              return Promise.resolve();
            },
          }),
        ),
      }),
  };

  beforeEach(async () => {
    project = await tempProject();
    terminal = writtenTerminal();
    acts = [];
    fails = undefined;
    for (const fact of [
      { kind: "genesis", estate: "toys", active: "primary" },
      { kind: "declared", factsHash: hashOf(recovery), recovery },
    ] as const)
      await project.journal.append(fact);
  });
  afterEach(() => project.leave());

  const write = async (...facts: Fact[]): Promise<void> => {
    for (const fact of facts) await project.journal.append(fact);
  };
  const run = (preview = false, journal = project.journal): Promise<void> =>
    reprotect(
      { as: " ann ", reason: "power is back", preview },
      { ...project, journal },
      { parts, runs: world },
      terminal,
    );
  const kinds = async (): Promise<readonly string[]> => (await project.journal.entries()).map((e) => e.kind);

  it("saves all of a part before anything of it is overwritten, and names in the journal what was saved and who let it", async () => {
    await write(started, completed);
    await run();
    for (const saved of ["A", "B"])
      for (const other of ["A", "B"])
        expect(acts.indexOf(`kept/save ${saved}`)).to.be.within(0, acts.indexOf(`kept/follow ${other}`) - 1);
    const entries = await project.journal.entries();
    expect(entries.find((e) => e.kind === "re-protect")).to.include({
      epoch: 1,
      site: "primary",
      as: "ann",
      reason: "power is back",
    });
    expect(entries.findLast((e) => e.kind === "re-protected")).to.deep.include({
      saved: ["A", "B", "C"].map((of) => ({
        step: `${of === "C" ? "two" : "one"}/save/${of}`,
        says: `${of} in D:\\Salvage\\${of}.bak`,
      })),
    });
    expect(terminal.lines.join("\n")).to.contain("re-protected: primary (London) follows dr");
  });

  it("overwrites nothing of a part of which something could not be saved, goes on with others, and can be typed again", async () => {
    await write(started, completed);
    fails = "kept/save B";
    expect(await failureOf(run())).to.match(
      /primary \(London\) does not follow dr yet: one\/save\/B: .*the disk is full.*Nothing that was not saved was overwritten/,
    );
    expect(acts).to.have.members(["kept/save A", "kept/save C", "kept/follow C"]);
    expect(await kinds()).not.to.contain("re-protected");
    fails = undefined;
    await run();
    expect(acts).to.have.length(6);
    expect(await kinds()).to.contain("re-protected");
  });

  it("has a site follow that a move has left again, and one that somebody else made passive: no move was completed", async () => {
    const opened: Fact = { kind: "no return", epoch: 1, step: "one/open" };
    const back: Fact = { kind: "abandoned", epoch: 1, as: "op", reason: "x", lossSec: 60 };
    await write(started, opened, { kind: "abandoning", epoch: 1, as: "op", reason: "x" }, back);
    await run();
    expect((await project.journal.entries()).findLast((e) => e.kind === "re-protected")).to.include({
      site: "dr",
    });
    await write({ kind: "adopted", epoch: 2, active: "dr", as: "op", reason: "by hand", seen: [] });
    await run();
    expect((await project.journal.entries()).findLast((e) => e.kind === "re-protected")).to.include({
      site: "primary",
    });
  });

  it("says, typed again, that it follows already, writes no second approval, and does all of it where anything is not as it was left", async () => {
    await write(started, completed);
    await run();
    const before = await kinds();
    const done = [...acts];
    await run();
    expect(await kinds()).to.deep.equal(before);
    expect(acts).to.deep.equal(done);
    expect(terminal.lines.join("\n")).to.match(
      /already: primary \(London\) follows dr as ann has left it at .*Nothing was done, and nothing written/,
    );
    acts.splice(acts.indexOf("kept/follow B"), 1);
    await run();
    expect((await kinds()).filter((kind) => kind === "re-protect")).to.have.length(2);
    expect((await kinds()).filter((kind) => kind === "re-protected")).to.have.length(2);
    expect(acts).to.have.members(done);
  });

  it("changes nothing in a preview, and says what it would do", async () => {
    await write(started, completed);
    const before = await kinds();
    await run(true);
    expect(acts).to.deep.equal([]);
    expect(await kinds()).to.deep.equal(before);
    expect(terminal.lines.join("\n")).to.match(/one\/save\/A\n {2}one\/save\/B\n {2}one\/follow\/A/);
  });

  const declaredMove: Fact = {
    kind: "move declared",
    to: "primary",
    mode: "planned",
    as: "bob",
    acceptLossSec: 0,
  };
  const refused: readonly [what: string, facts: readonly Fact[], says: RegExp][] = [
    [
      "no move was ever made",
      [],
      /no move ever opened a database at dr: it was never active.*"pulumi up -s standby"/,
    ],
    [
      "a move was given up before it opened a database",
      [
        started,
        { kind: "abandoning", epoch: 1, as: "op", reason: "x" },
        { kind: "abandoned", epoch: 1, as: "op", reason: "x" },
      ],
      /no move ever opened a database at dr/,
    ],
    ["a move is under way", [started], /activation 1 toward dr is unfinished.*Finish it/],
    ["a move is declared", [started, completed, declaredMove], /bob has declared a move to primary/],
    [
      "services of the old site are not fenced",
      [started, failedStep("fence-apps"), completed],
      /primary is not fenced yet \(one\/stop\).*"pulumi up -s dr-active"/,
    ],
    [
      "restores are held",
      [started, completed, { kind: "held", part: "one", says: "s" }],
      /restores of one are held/,
    ],
  ];
  for (const [what, facts, says] of refused)
    it(`refuses where ${what}, and writes nothing`, async () => {
      await write(...facts);
      const before = await kinds();
      expect(await failureOf(run())).to.match(says);
      expect(await kinds()).to.deep.equal(before);
      expect(acts).to.deep.equal([]);
    });

  it("goes on where databases of the old site are all that is owed: it closes them itself", async () => {
    await write(started, failedStep("fence-data"), completed);
    await run();
    expect(await kinds()).to.contain("re-protected");
  });

  it("refuses while another run is under way", async () => {
    await write(started, completed);
    const lease = await project.journal.store.lease("run", 10_000);
    if (!("release" in lease)) throw new Error("no lease");
    expect(await failureOf(run())).to.match(/a run is under way: .*journal follow/);
    await lease.release();
    expect(acts).to.deep.equal([]);
  });

  for (const name of ["provision one/seed/A", "step 1 one/tail/A"])
    it(`waits for what still runs of a killed engine ("${name}") before it writes or touches anything`, async () => {
      await write(started, completed);
      const before = await kinds();
      const lease = await project.journal.store.lease(name, 10_000);
      if (!("release" in lease)) throw new Error("no lease");
      const working = run();
      await until("it says what it waits for", () => terminal.notes.length > 0);
      expect(terminal.notes.join()).to.contain(`waiting for "${name}"`);
      expect(await kinds()).to.deep.equal(before);
      expect(acts).to.deep.equal([]);
      await lease.release();
      await working;
      expect(await kinds()).to.contain("re-protected");
    });

  it("records nothing as following where it stood still and a move was made meanwhile", async () => {
    await write(started, completed);
    // The approval is its first word; every step has two, and the last word is the one after them.
    for (let words = 2; words <= 14; words++) {
      acts = [];
      const text = await project.journal.store.read();
      let count = 0;
      const sleeper = asleepAt(project.journal, (call) => call === "append" && ++count === words);
      const late = run(false, sleeper.journal).then(() => "it ended well", String);
      await Promise.race([late, until("it stands still", () => sleeper.sleeps(), 10_000)]);
      const { length } = await project.journal.entries();
      const next: Fact = { ...started, epoch: 2, from: "dr", to: "primary" };
      await write(next, { ...completed, epoch: 2 });
      const before = [...acts];
      sleeper.wake();
      const ended = await late;
      const since = (await project.journal.entries()).slice(length);
      expect(ended, String(words)).to.match(/activation 2/);
      expect(since.some((e) => e.kind === "re-protected")).to.equal(false);
      expect(acts).to.deep.equal(before);
      await project.journal.store.restart(() => text);
    }
  });
});
