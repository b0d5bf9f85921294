import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import { situation } from "../../journal/situation.ts";
import { runs as runsOf } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";
import { runProvisioningStep } from "../../steps/provisioning-runner.ts";
import type { Begun } from "../../steps/progress.ts";
import { stop, toyParts, toyRuns } from "./toy.ts";

import { inFolder, rig, silent, type Rig } from "./runner-rig.ts";

describe("a step's runner", () => {
  it("carries a planned move through to completed, with everything in the journal", async () => {
    const r = await rig("planned");
    expect([...(await r.all())]).to.deep.equal([]);
    const s = situation(await r.journal.entries());
    expect(s.active).to.equal("dr");
    expect(s.ended.get(1)).to.equal("completed");
    expect(r.world.running).to.deep.equal(new Set(["D:db", "D:web"]));
    expect([...s.verdicts.values()].every((v) => v.verdict === "done" || v.verdict === "already")).to.equal(
      true,
    );
  });

  it("says which step of how many begins, what has ended, and what comes next", async () => {
    const r = await rig("planned");
    const heard: Begun[] = [];
    const progress = { ...silent, begin: (begun: Begun) => void heard.push(begun) };
    for (const s of r.made.steps) await r.run(s.id, { progress });
    expect(heard.map((b) => b.id)).to.deep.equal(r.made.steps.map((s) => s.id));
    const total = r.made.steps.length;
    expect(heard.map((b) => b.turn?.ended)).to.deep.equal(heard.map((_, i) => i));
    expect(heard.map((b) => b.turn?.total)).to.deep.equal(heard.map(() => total));
    expect(heard.find((b) => b.id === "web0/stop/web")).to.deep.equal({
      id: "web0/stop/web",
      limitSec: 5,
      turn: { number: 1, total, ended: 0, next: ["web0/stop/db"] },
    });
    expect(heard.at(-1)?.turn).to.deep.equal({ number: total, total, ended: total - 1, next: [] });
  });

  it("runs a step of a plan that today's planner refuses, and names no number then", async () => {
    const r = await rig("planned");
    const heard: Begun[] = [];
    const progress = { ...silent, begin: (begun: Begun) => void heard.push(begun) };
    const { toy } = toyParts;
    if (!toy) throw new Error("the toy system is missing");
    const refusing = {
      ...toyParts,
      toy: {
        ...toy,
        plan: () => {
          throw new Error("this version plans no toys");
        },
      },
    };
    expect(await r.run("web0/stop/web", { progress, world: { parts: refusing } })).to.match(/^done/);
    expect(heard).to.deep.equal([{ id: "web0/stop/web", limitSec: 5 }]);
  });

  it("acts once: the same activation run again answers, and nothing acts a second time", async () => {
    const r = await rig("planned");
    await r.all();
    const { length } = r.world.acts;
    expect([...(await r.all())]).to.deep.equal([]);
    expect(r.world.acts).to.have.length(length);
    expect(await r.run("web0/stop/web")).to.match(/activation 1 is completed/);
  });

  it("refuses a step whose needs have not run, and writes the refusal down", async () => {
    const r = await rig("planned");
    const error = await r.run("data0/open/db0-0").then(() => "", String);
    expect(error).to.match(/it needs web0\/before-open first, which has not run/);
    expect((await r.journal.entries()).at(-1)).to.include({ kind: "step", verdict: "refused" });
    expect(r.world.open.size).to.equal(0);
  });

  it("refuses a step of an activation that the journal does not know", async () => {
    const r = await rig("planned");
    expect(await r.run("web0/stop/web", { epoch: 2 }).then(() => "", String)).to.match(
      /activation 2 is not in the journal/,
    );
  });

  it("does not believe an act that reports success and changes nothing", async () => {
    const r = await rig("planned");
    r.world.lies.add("stop");
    expect(await r.run("web0/stop/web").then(() => "", String)).to.match(
      /it acted, but it is not stopped; expected: stopped/,
    );
    expect(await r.verdict("web0/stop/web")).to.equal("failed");
  });

  it("stops a planned move at the first failure, and goes on from there when it is run again", async () => {
    const r = await rig("planned");
    r.world.fails.set("roll", "disk full");
    expect([...(await r.all()).keys()]).to.include.members([
      "data0/roll/db0-0",
      "data0/open/db0-0",
      "complete",
    ]);
    expect(r.world.open.size).to.equal(0);
    expect(situation(await r.journal.entries()).noReturn).to.equal(false);
    r.world.fails.clear();
    expect([...(await r.all())]).to.deep.equal([]);
    expect(r.world.acts.filter((a) => a === "copy db0-0")).to.have.length(1);
  });

  it("goes past a dead site in an unplanned move, but opens nothing without a proven or waived fence", async () => {
    const r = await rig("unplanned");
    for (const verb of ["stop", "copy"]) r.world.fails.set(verb, "no answer in 10 s");
    r.world.running.clear();
    r.world.running.add("P:db");
    const threw = await r.all();
    expect(threw.get("web0/prove-fence")).to.match(
      /nothing of primary answers, and so nothing proves that P cannot come back.*parallel-standby waive/s,
    );
    expect([...threw.keys()]).to.include("data0/open/db0-0");
    expect(threw.has("data0/copy/db0-0")).to.equal(false);
    expect(r.world.open.size).to.equal(0);
  });

  it("completes an unplanned move with a waiver, and keeps what was not done there as owed", async () => {
    const r = await rig("unplanned", { waiveFence: "power is off" });
    for (const verb of ["stop", "copy"]) r.world.fails.set(verb, "no answer in 10 s");
    r.world.running = new Set(["P:db"]);
    expect([...(await r.all())]).to.deep.equal([]);
    const s = situation(await r.journal.entries());
    expect(s.active).to.equal("dr");
    expect([...s.owed]).to.deep.equal(["web0/stop/db"]);
    expect(await r.verdict("web0/stop/db")).to.equal("waived");
    expect(s.points.get("web0")).to.include({ lossSec: 1800 });
  });

  it("holds a waiver for void while the old site answers", async () => {
    const r = await rig("unplanned", { waiveFence: "power is off" });
    r.world.fails.set("stop", "access denied");
    expect((await r.all()).get("web0/prove-fence")).to.match(
      /primary answers \(web0: web answers\).*--mode planned.*without --waive-fence/s,
    );
  });

  it("probes the old site live just before it opens, starts or flips: an hour-old proof is none", async () => {
    const r = await rig("planned");
    for (const s of r.made.steps) {
      if (s.phase === "open") r.world.running.add("P:web");
      await r.run(s.id).catch(() => undefined);
    }
    expect(r.world.open.size).to.equal(0);
    const entry = (await r.journal.entries()).findLast(
      (e) => e.kind === "step" && e.step === "data0/open/db0-0",
    );
    expect(entry).to.include({ verdict: "failed" });
    expect(entry && "says" in entry && entry.says).to.match(
      /London \(primary\) still answers: web0: web answers/,
    );
  });

  it("pays what is owed after completion only in the try that is due", async () => {
    const r = await rig("unplanned", { waiveFence: "power is off" });
    r.world.fails.set("stop", "no answer");
    r.world.fails.set("copy", "no answer");
    r.world.running = new Set(["P:db"]);
    await r.all();
    r.world.fails.clear();
    expect(await r.run("web0/stop/db")).to.match(/already/);
    expect(await r.run("web0/stop/db", { attempt: 2 })).to.match(/already/);
    expect(await r.run("web0/stop/db", { attempt: 1 })).to.match(/^done/);
    expect(situation(await r.journal.entries()).owed.size).to.equal(0);
    expect(
      await r.run("data0/copy/db0-0", { attempt: 1 }),
      "a tail taken later would be a tail of another time",
    ).to.match(/already/);
  });

  it("marks the point of no return before the first database opens, once", async () => {
    const r = await rig("planned");
    await r.all();
    const kinds = (await r.journal.entries()).map((e) => e.kind);
    expect(kinds.filter((k) => k === "no return")).to.have.length(1);
    const entries = await r.journal.entries();
    const opened = entries.find(
      (e) => e.kind === "step" && e.step.startsWith("data0/open/") && e.verdict === "done",
    );
    expect(entries.findIndex((e) => e.kind === "no return")).to.be.lessThan(opened?.seq ?? 0);
  });

  it("lets two runners of one step meet: one acts, the other finds it done", async () => {
    const r = await rig("planned");
    await inFolder(r.folder, () => Promise.all([r.run("web0/stop/web"), r.run("web0/stop/web")]));
    expect(r.world.acts.filter((a) => a === "stop P:web")).to.have.length(1);
  });
});

describe("a provisioning step's runner", () => {
  const started: Fact = {
    kind: "activation started",
    epoch: 2,
    from: "dr",
    to: "primary",
    mode: "planned",
    as: "ann",
    factsHash: "f",
    planHash: "p",
    declaration: 0,
    acceptLossSec: 0,
  };
  const provision = (
    r: Rig,
    site: "primary" | "dr",
    epoch: number,
    verb: string = stop.name,
    runs: World["runs"] = toyRuns(r.world),
    journal: Journal = r.journal,
  ): Promise<string> =>
    inFolder(r.folder, () =>
      runProvisioningStep(
        {
          journal: { folder: "journal" },
          provision: {
            id: `park-${site}`,
            verb,
            args: { host: site === "dr" ? "D" : "P", service: "web" },
            timeoutSec: 5,
            site,
            epoch,
          },
          hosts: [],
        },
        { journal, parts: toyParts, runs },
        silent,
      ),
    );

  it("tells the journal before it acts, and does nothing that the journal cannot hold", async () => {
    const r = await rig("planned");
    await r.all();
    r.world.running.add("P:web");
    const full: Journal = { ...r.journal, append: () => Promise.reject(new Error("the disk is full")) };
    expect(await provision(r, "primary", 1, stop.name, undefined, full).then(() => "", String)).to.match(
      /disk is full/,
    );
    expect(r.world.running.has("P:web")).to.equal(true);
    await provision(r, "primary", 1);
    expect(await provision(r, "primary", 1)).to.match(/^already/);
    const own = (await r.journal.entries()).filter((e) => e.kind === "step" && e.step === "park-primary");
    expect(own.map((e) => "verdict" in e && e.verdict)).to.deep.equal(["started", "done"]);
  });

  it("refuses where a move begins while it looks, and has not acted", async () => {
    const r = await rig("planned");
    await r.all();
    r.world.running.add("P:web");
    let reads = 0;
    const journal: Journal = {
      ...r.journal,
      entries: async () => {
        const entries = await r.journal.entries();
        if (++reads === 2) await r.journal.append(started);
        return entries;
      },
    };
    expect(await provision(r, "primary", 1, stop.name, undefined, journal).then(() => "", String)).to.match(
      /activation 2 toward primary is unfinished/,
    );
    expect(r.world.running.has("P:web")).to.equal(true);
    expect((await r.journal.entries()).at(-1)).to.include({ step: "park-primary", verdict: "refused" });
  });

  it("refuses while the estate moves, and at the site that has become active: a leftover must not stop production", async () => {
    const r = await rig("planned");
    expect(await provision(r, "dr", 0).then(() => "", String)).to.match(
      /nothing is provisioned while the estate moves/,
    );
    await r.all();
    expect(await provision(r, "dr", 0).then(() => "", String)).to.match(/planned before any activation/);
    expect(await provision(r, "dr", 1).then(() => "", String)).to.match(/dr is the active site/);
    expect(r.world.running.has("D:web")).to.equal(true);
    r.world.running.add("P:web");
    expect(await provision(r, "primary", 1)).to.match(/^done/);
  });

  it("may not act any more, in the middle of its work, once restores are held for a declared move", async () => {
    const r = await rig("planned");
    await r.all();
    const acts: string[] = [];
    const runs: World["runs"] = {
      toy: () =>
        Promise.resolve({
          runnables: [
            runsOf(stop, {
              check: () => Promise.resolve({ there: false, says: "it runs", expected: "stopped" }),
              act: async (_args, io) => {
                await io.mayStillAct();
                acts.push("while it might");
                await r.journal.append({ kind: "held", part: "data0", says: "held" });
                await io.mayStillAct();
                acts.push("when it might no more");
              },
            }),
          ],
        }),
    };
    expect(await provision(r, "primary", 1, stop.name, runs).then(() => "", String)).to.match(
      /restores of data0 are held for a declared move/,
    );
    expect(acts).to.deep.equal(["while it might"]);
    expect((await r.journal.entries()).at(-1)).to.include({ step: "park-primary", verdict: "refused" });
  });

  it("refuses a verb that belongs to a cutover", async () => {
    const r = await rig("planned");
    await r.all();
    expect(await provision(r, "primary", 1, "toy/start").then(() => "", String)).to.match(
      /belongs to a cutover/,
    );
  });
});
