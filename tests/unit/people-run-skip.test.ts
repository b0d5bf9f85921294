import { expect } from "chai";
import { skipOf } from "../../cli/skip/may.ts";
import { rig } from "./runner-rig.ts";
import { estate, more, parts, reply, seenBy, until, upTo } from "./people-bench.ts";

describe("a step that somebody skips", () => {
  it("is left out by the next run, and what depends on it by order goes on, though it was critical", async () => {
    const r = await rig("planned", { estate: estate({ step: { phase: "preflight" } }), more });
    const waits = r.run("lb/confirm").then(() => "", String);
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    await reply(r, "lb/confirm", "declined");
    await waits;
    expect(await r.run("web0/stop/web").then(() => "", String)).to.match(/needs lb\/confirm first/);
    await r.journal.append((now) => skipOf(now, parts, { step: "lb/confirm", as: "bo", reason: "x" }));
    expect([...(await r.all()).keys()]).to.deep.equal([]);
    expect(await r.verdict("lb/confirm")).to.equal("skipped");
    expect((await seenBy(r)).ended.get(1)).to.equal("completed");
  });

  it("acts all the same where the journal holds a skip of a step that keeps the move safe", async () => {
    const r = await rig("planned", { estate: estate({ approve: ["open"] }) });
    for (const step of r.made.steps.filter((s) => !s.skippable))
      await r.journal.append({ kind: "skip", epoch: 1, step: step.id, as: "bo", reason: "written by hand" });
    await upTo(r, "web0/approve-open");
    const waits = r.run("web0/approve-open");
    await until(r, (s) => s.people.waiting.has("web0/approve-open"));
    expect(await r.run("data0/open/db0-0").then(() => "", String)).to.match(/needs .* first/);
    await reply(r, "web0/approve-open", "approved");
    await waits;
    expect([...(await r.all()).keys()]).to.deep.equal([]);
    expect([...(await seenBy(r)).verdicts.values()].some((v) => v.verdict === "skipped")).to.equal(false);
    expect(r.world.running).to.deep.equal(new Set(["D:db", "D:web"]));
  });
});
