import { expect } from "chai";
import { type Journal } from "../../journal/journal.ts";
import { situation } from "../../journal/situation.ts";
import type { Reach } from "../../model/part.ts";
import { Refused, runs as runsOf, type Io } from "../../steps/act.ts";
import { machinery, reachOf } from "../../steps/machinery.ts";
import type { World } from "../../steps/find.ts";
import { stop, toyParts, toyRecovery, toyRuns } from "./toy.ts";
import { withVerbs } from "./toy-wrapped.ts";
import { rig, type Rig } from "./runner-rig.ts";

/** A second activation toward the same site, as a new declaration begins it. */
async function beginAnew({ journal, made }: Rig): Promise<void> {
  const started = (await journal.entries()).findLast((e) => e.kind === "activation started");
  if (!started) throw new Error("no activation has begun");
  await journal.append({ ...started, epoch: started.epoch + 1, planHash: made.hash });
}

/** Runs all steps before the first of a phase, in order. */
async function upTo(r: Rig, phase: string): Promise<void> {
  for (const s of r.made.steps.slice(
    0,
    r.made.steps.findIndex((q) => q.phase === phase),
  ))
    await r.run(s.id);
}

describe("a step of an activation that ends while it runs", () => {
  it("opens nothing when another activation has begun since it looked", async () => {
    const r = await rig("planned");
    await upTo(r, "open");
    await r.run("web0/before-open");
    const runs = toyRuns(r.world);
    const slow: World["runs"] = {
      ...runs,
      toy: async () => ({
        ...(await runs["toy"]?.()),
        runnables: (await runs["toy"]?.())?.runnables ?? [],
        alive: async () => {
          await beginAnew(r);
          return undefined;
        },
      }),
    };
    expect(await r.run("data0/open/db0-0", { world: { runs: slow } }).then(() => "", String)).to.match(
      /activation 2 has begun since: this step of activation 1 opens nothing/,
    );
    expect(r.world.open.size).to.equal(0);
  });

  it("marks no return also where it finds a database open already: a runner that died had opened it", async () => {
    const r = await rig("planned");
    await upTo(r, "open");
    await r.run("web0/before-open");
    expect(situation(await r.journal.entries()).noReturn, "a gate opens nothing").to.equal(false);
    r.world.open.add("db0-0");
    expect(await r.run("data0/open/db0-0")).to.match(/^already/);
    expect(situation(await r.journal.entries()).noReturn).to.equal(true);
  });

  it("starts no service while the old site answers again", async () => {
    const r = await rig("planned");
    await upTo(r, "start-services");
    r.world.running.add("P:web");
    expect(await r.run("web0/start/db").then(() => "", String)).to.match(
      /primary \(London\) still answers: web0/,
    );
    expect(r.world.running.has("D:db")).to.equal(false);
  });

  it("does not act when its activation was abandoned between its last look and its first word", async () => {
    const r = await rig("planned");
    let looks = 0;
    const journal: Journal = {
      ...r.journal,
      entries: async () => {
        const entries = await r.journal.entries();
        if (++looks === 2) await r.journal.append({ kind: "abandoned", epoch: 1, as: "bob", reason: "x" });
        return entries;
      },
    };
    expect(await r.run("web0/stop/web", { world: { journal } })).to.match(/already: .*was abandoned/);
    expect(r.world.acts).to.deep.equal([]);
    expect((await r.journal.entries()).some((e) => e.kind === "step")).to.equal(false);
  });

  it("may not act any more, in the middle of its work, once another activation has begun", async () => {
    const r = await rig("planned");
    const runs: World["runs"] = {
      ...toyRuns(r.world),
      toy: () =>
        Promise.resolve({
          runnables: [
            runsOf(stop, {
              check: () => Promise.resolve({ there: false, says: "it runs", expected: "stopped" }),
              act: async (_args, io) => {
                await io.mayStillAct();
                r.world.acts.push("while it might");
                await beginAnew(r);
                await io.mayStillAct();
                r.world.acts.push("when it might no more");
              },
            }),
          ],
        }),
    };
    expect(await r.run("web0/stop/web", { world: { runs } }).then(() => "", String)).to.match(
      /activation 1 is past; the last is 2/,
    );
    expect(r.world.acts).to.deep.equal(["while it might"]);
  });

  it("completes only its own activation", async () => {
    const r = await rig("planned");
    await upTo(r, "complete");
    let looks = 0;
    const journal: Journal = {
      ...r.journal,
      append: async (fact) => {
        // The append of `completed` is the second: the first says that the step has started.
        if (++looks === 2) await beginAnew(r);
        await r.journal.append(fact);
      },
    };
    expect(await r.run("complete", { world: { journal } }).then(() => "", String)).not.to.equal("");
    expect(situation(await r.journal.entries()).active).to.equal("primary");
  });

  it("rolls nothing forward again once a database is open, when the stack's state was lost", async () => {
    const r = await rig("planned");
    await upTo(r, "start-services");
    const { length } = r.world.acts;
    r.world.rolled.clear();
    expect(await r.run("data0/roll/db0-0")).to.match(/already: .*before a database was opened/);
    expect(r.world.acts).to.have.length(length);
    r.world.running.add("P:web");
    expect(await r.run("web0/stop/web"), "a fence that has come undone is made again").to.match(/^done/);
  });
});

describe("what is proven and chosen while others run", () => {
  const io = (epoch: number): Io =>
    ({ activation: { epoch, mode: "planned" }, signal: AbortSignal.timeout(60_000) }) as Io;

  it("holds a host for fenced by what was done, never by an empty list", async () => {
    const r = await rig("planned");
    const prove = machinery({ journal: r.journal, parts: toyParts, runs: toyRuns(r.world) }).find(
      (m) => m.name === "machinery/prove-fence",
    );
    const fenced = async (strong: string[], together: string[]): Promise<boolean | undefined> =>
      (
        await prove
          ?.bind({ site: "primary", parts: ["web0"], hosts: { P: { strong, together } } })
          .check(io(1))
      )?.there;
    expect(await fenced(["x"], []), "nothing was done").to.equal(false);
    await r.run("web0/stop/web");
    expect(await fenced(["web0/stop/web", "x"], [])).to.equal(true);
    expect(await fenced([], ["web0/stop/web", "x"])).to.equal(false);
    expect(await fenced([], ["web0/stop/web"])).to.equal(true);
  });

  it("freezes one point: of two that choose at once, the first counts", async () => {
    const r = await rig("planned");
    await upTo(r, "choose-point");
    const choose = machinery({ journal: r.journal, parts: toyParts, runs: toyRuns(r.world) }).find(
      (m) => m.name === "machinery/choose-point",
    );
    const bound = choose?.bind({ group: "web0", parts: ["data0"] });
    await Promise.all([bound?.act?.(io(1)), bound?.act?.(io(1))]);
    expect((await r.journal.entries()).filter((e) => e.kind === "point chosen")).to.have.length(1);
  });
});

describe("how a step ends that does not succeed", () => {
  const vain = async (waiveFence: string | undefined, id: string): Promise<unknown> => {
    const r = await rig("unplanned", waiveFence === undefined ? {} : { waiveFence });
    r.world.running.add("P:db");
    for (const verb of ["stop", "copy", "backup"]) r.world.fails.set(verb, "no answer");
    for (const s of r.made.steps) {
      await r.run(s.id).catch(() => undefined);
      if (s.id === id) break;
    }
    return r.verdict(id);
  };

  it("is waived at the old site only, and only where somebody answers for it", async () => {
    expect(await vain("power is off", "web0/stop/db")).to.equal("waived");
    expect(await vain(undefined, "web0/stop/db")).to.equal("failed");
    const r = await rig("unplanned", { waiveFence: "power is off" });
    r.world.running.clear();
    r.world.fails.set("backup", "no answer");
    await r.all();
    expect(await r.verdict("data0/backup/db0-0")).to.equal("failed");
  });

  it("stops what depends on it where it must not act, though it may fail", async () => {
    const r = await rig("unplanned");
    const refusing = withVerbs(toyRuns(r.world), () => ({
      check: () => Promise.reject(new Refused("it is not its turn")),
    }));
    expect(
      await r.run("web0/stop/web", { world: { runs: refusing } }).then(() => "went on", String),
    ).to.match(/web0\/stop\/web: it is not its turn/);
  });

  it("writes nothing but the refusal where it is not its turn, and nothing where it only answers", async () => {
    const r = await rig("planned");
    const { length } = await r.journal.entries();
    await r.run("web0/prove-fence").catch(() => undefined);
    expect((await r.journal.entries()).slice(length).map((e) => "verdict" in e && e.verdict)).to.deep.equal([
      "refused",
    ]);
    await beginAnew(r);
    expect(await r.run("web0/stop/web")).to.match(/already: activation 1 is past/);
    expect((await r.journal.entries()).slice(length)).to.have.length(2);
    expect(await r.journal.store.leases()).to.deep.equal([]);
  });
});

describe("what a group of databases can reach", () => {
  it("counts databases of one name on two servers as two: neither hides that the other reaches less", async () => {
    const recovery = toyRecovery(2, 1);
    const parts = recovery.parts.filter((p) => p.kind === "toy-data");
    const seen = (id: string): Record<string, Reach> => ({
      Config: { fromSec: 0, toSec: id === "data0" ? 100 : 200, complete: false, evidence: id },
    });
    const runs: World["runs"] = {
      "toy-data": () =>
        Promise.resolve({
          runnables: [],
          observe: (facts) => Promise.resolve(seen(parts.find((p) => p.facts === facts)?.id ?? "")),
        }),
    };
    const { reaches } = await reachOf(["data0", "data1"], recovery, { parts: toyParts, runs }, {} as Io);
    expect([...reaches.values()].map((x) => "toSec" in x && x.toSec)).to.deep.equal([100, 200]);
    expect([...reaches.keys()]).to.deep.equal(["Config", "Config of data1"]);
  });
});
