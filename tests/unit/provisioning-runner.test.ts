import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import { runs as runsOf } from "../../steps/act.ts";
import type { World } from "../../steps/find.ts";
import { runProvisioningStep } from "../../steps/provisioning-runner.ts";
import { inFolder, rig, silent, type Rig } from "./runner-rig.ts";
import { stop, toyParts, toyRuns } from "./toy.ts";
import { withActs } from "./toy-wrapped.ts";

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

  it("says of what it found done that it is, once, where the journal's last word on it is a failure", async () => {
    const r = await rig("planned");
    await r.all();
    r.world.running.add("P:web");
    const broken = withActs(toyRuns(r.world), async (act) => {
      await act();
      throw new Error("P broke the connection");
    });
    expect(await provision(r, "primary", 1, stop.name, broken).then(() => "", String)).to.match(/P broke/);
    for (let i = 0; i < 2; i++) expect(await provision(r, "primary", 1)).to.match(/^already/);
    const own = (await r.journal.entries()).filter((e) => e.kind === "step" && e.step === "park-primary");
    expect(own.map((e) => "verdict" in e && e.verdict)).to.deep.equal(["started", "failed", "already"]);
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
