import { expect } from "chai";
import { situation } from "../../journal/situation.ts";
import type { Begun } from "../../steps/progress.ts";
import { inFolder, rig, silent } from "./runner-rig.ts";
import { toyParts } from "./toy.ts";

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
      /primary \(London\) still answers: web0: web answers/,
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
