import { expect } from "chai";
import { abandon } from "../../cli/abandon/run.ts";
import type { Project } from "../../cli/project.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { inverse } from "../../planning/inverse.ts";
import { mayProvision } from "../../steps/may-act.ts";
import { failureOf, writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { system, toyParts, toyRecovery, toyRuns } from "./toy.ts";
import { until as waitUntil } from "./until.ts";

const toDr = { from: "primary", to: "dr", mode: "planned" } as const;

describe("abandon", function () {
  // Whole moves, one after the other.
  this.timeout(60_000);
  let r: Rig;
  let terminal: Written;
  const begin = async (databases = 2): Promise<void> => {
    r = await rig("planned", { databases });
    r.world.running.add("P:db");
    terminal = writtenTerminal();
  };
  const give = (more: { preview?: boolean } = {}): Promise<void> => {
    const project: Project = {
      root: r.folder,
      estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
      journal: r.journal,
      folder: `${r.folder}/journal`,
    };
    const registries = { parts: toyParts, runs: toyRuns(r.world) };
    const options = { as: "ann", reason: "a disk", preview: false, ...more };
    return inFolder(r.folder, () => abandon(options, project, registries, terminal));
  };
  const now = async (): Promise<Situation> => situation(await r.journal.entries());
  /** Runs the steps of the plan up to, not including, one. */
  const until = async (end: string): Promise<void> => {
    for (const s of r.made.steps) {
      if (s.id === end) return;
      await r.run(s.id);
    }
  };
  const givenBack = (): void => {
    expect([...r.world.running].sort()).to.deep.equal(["P:db", "P:web"]);
    expect([...r.world.copied]).to.deep.equal([]);
  };

  it("gives back what was taken, databases before services, and only then is abandoned", async () => {
    await begin();
    await until("web0/before-open");
    expect([...r.world.running]).to.deep.equal([]);
    r.world.acts.length = 0;
    await give();
    givenBack();
    expect(r.world.acts.slice(0, 2).sort()).to.deep.equal(["reopen db0-0", "reopen db0-1"]);
    expect(r.world.acts.slice(2)).to.deep.equal(["start P:db", "start P:web"]);
    const s = await now();
    expect(s.ended.get(1)).to.equal("abandoned");
    expect(s.active).to.equal("primary");
    expect([...s.owed]).to.deep.equal([]);
    expect(next(s, "dr", new Date()).kind).to.equal("undeclared");
    expect(mayProvision(s, { id: "a", site: "dr", epoch: 1 }, "passive").kind).to.equal("act");
    expect(terminal.lines.join("\n")).to.match(
      /abandoned: activation 1; primary \(London\) is active as before/,
    );
  });

  it("brings services back after those of the system that they come after, also where these fail", async () => {
    for (const fails of [false, true]) {
      r = await rig("planned", {
        systems: 2,
        say: [
          { id: "web0", after: ["web1"], optional: [] },
          { id: "web1", after: [], optional: [] },
        ],
      });
      r.world.running.add("P:db");
      terminal = writtenTerminal();
      for (const s of r.made.steps.filter((q) => q.phase === "fence-apps" || q.phase === "final-sync"))
        await r.run(s.id);
      if (fails) r.world.fails.set("start", "no licence");
      await give().catch(() => undefined);
      const order = (await r.journal.entries()).flatMap((e) =>
        e.kind === "step" ? [`${e.step} ${e.verdict}`] : [],
      );
      const last = order.lastIndexOf(fails ? "web1/again/db failed" : "web1/answers-again/web already");
      expect(last).to.be.greaterThan(0);
      expect(order.findIndex((o) => o.startsWith("web0/again/db "))).to.be.greaterThan(last);
      expect(order).to.include("data0/reopen/db0-0 done");
    }
  });

  it("gives back from wherever the move was broken off before no return", async () => {
    await begin();
    const ids = r.made.steps.map((s) => s.id);
    for (const end of ids.slice(0, ids.indexOf("web0/before-open") + 1)) {
      await begin();
      await until(end);
      await give();
      givenBack();
      expect((await now()).ended.get(1), end).to.equal("abandoned");
    }
  });

  it("leaves the estate in doubt where something cannot be given back, lets no step of the move act, and goes on when run again", async () => {
    await begin();
    await until("data0/roll/db0-0");
    r.world.fails.set("start", "access is denied");
    const { message } = await failureOf(give());
    expect(message).to.match(/primary \(London\) is not given back yet: web0\/again\/db: access is denied/);
    const s = await now();
    expect(s.abandoning).to.include({ as: "ann", reason: "a disk" });
    expect(next(s, "dr", new Date())).to.include({ kind: "refused" });
    expect(next(s, "primary", new Date())).to.include({ kind: "refused" });
    expect(mayProvision(s, { id: "a", site: "dr", epoch: 1 }, "either").kind).to.equal("refuse");
    for (const id of ["data0/roll/db0-0", "data0/open/db0-0"])
      expect(String(await failureOf(r.run(id)))).to.match(/is being abandoned since .* by ann/);
    expect(r.world.open.size).to.equal(0);
    r.world.fails.clear();
    await give();
    givenBack();
    const entries = await r.journal.entries();
    expect(entries.filter((e) => e.kind === "abandoning")).to.have.length(1);
    expect(entries.filter((e) => e.kind === "abandoned")).to.have.length(1);
  });

  it("lets the same move be declared anew while it is in doubt", async () => {
    await begin();
    await until("data0/roll/db0-0");
    r.world.fails.set("start", "access is denied");
    await failureOf(give());
    await r.journal.append({
      kind: "move declared",
      to: "dr",
      mode: "unplanned",
      as: "bob",
      acceptLossSec: 7200,
    });
    const s = await now();
    expect(next(s, "dr", new Date())).to.include({ kind: "start", epoch: 2 });
    expect(next(s, "primary", new Date())).to.include({ kind: "refused" });
  });

  it("refuses past the point of no return: two sites would write", async () => {
    await begin();
    await r.all();
    expect((await failureOf(give())).message).to.match(/no move is under way: dr is active/);
    await begin();
    await until("web0/start/db");
    expect((await failureOf(give())).message).to.match(
      /past the point of no return: a database is open at dr/,
    );
    expect((await now()).abandoning).to.equal(undefined);
  });

  it("opens nothing at the old site while the target works, whatever the journal says", async () => {
    await begin();
    await until("data0/roll/db0-0");
    r.world.running.add("D:web");
    r.world.acts.length = 0;
    expect((await failureOf(give())).message).to.match(
      /dr works with its data .*web answers.* stop it there/,
    );
    expect(r.world.acts).to.deep.equal([]);
    r.world.running.delete("D:web");
    await give();
    givenBack();
  });

  it("waits for a step of the move that still runs, before it gives anything back", async () => {
    await begin();
    await until("data0/roll/db0-0");
    const lease = await r.journal.store.lease("step 1 data0/roll/db0-0", 15_000);
    if (!isLease(lease)) throw new Error("no lease");
    r.world.acts.length = 0;
    const giving = give();
    await waitUntil("abandon says what it waits for", () => terminal.notes.length > 0, 5000);
    expect(terminal.notes.join()).to.match(/waiting for "step 1 data0\/roll\/db0-0"/);
    expect(r.world.acts).to.deep.equal([]);
    await lease.release();
    await giving;
    givenBack();
  });

  it("shows with --preview what it would do, and changes nothing", async () => {
    await begin();
    await until("data0/roll/db0-0");
    const before = (await r.journal.entries()).length;
    await give({ preview: true });
    expect(terminal.lines).to.include.members([
      "  reopen: data0/reopen/db0-0",
      "  restart-services: web0/again/db",
    ]);
    expect((await r.journal.entries()).length).to.equal(before);
  });

  it("refuses where a part does not say how it is given back", () => {
    const { inverse: _inverse, ...stiff } = system;
    expect(() => inverse(toyRecovery(), toDr, { ...toyParts, toy: stiff })).to.throw(
      /web0: a toy does not say how it is given back to primary/,
    );
  });
});
