import { expect } from "chai";
import { workedBeside } from "../../steps/worked-beside.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import { next } from "../../journal/next.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { hashOf } from "../../model/recovery.ts";
import { begin } from "../../stacks/begin.ts";
import type { Sign } from "../../steps/act.ts";
import { failureOf } from "./cli-fixture.ts";
import { answering, fenceOwed, works } from "./probe-bench.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRecovery, toyRuns } from "./toy.ts";
import { withSigns } from "./toy-wrapped.ts";

const changed = (acceptLossSec: number): Fact => ({
  kind: "mode changed",
  epoch: 1,
  to: "dr",
  systems: ["web0"],
  reason: "P died",
  mode: "unplanned",
  as: "ann",
  disasterAt: "2026-03-10T12:30:00.000Z",
  acceptLossSec,
});

const declaredBy = (as: string): Fact => ({
  kind: "move declared",
  to: "dr",
  mode: "planned",
  as,
  acceptLossSec: 0,
});

describe("a move that begins while something older still runs", () => {
  let r: Rig;
  /** Begins what the journal says now, and writes this while it waits for a step of provisioning. */
  async function begins(meanwhile?: Fact): Promise<void> {
    const s = situation(await r.journal.entries());
    const now = next(s, "dr", new Date());
    if (now.kind !== "start") throw new Error(now.kind);
    const lease = await r.journal.store.lease("provision web0", 60_000);
    let written: Promise<void> | undefined;
    const write = async (): Promise<void> => {
      if (meanwhile) await r.journal.append(meanwhile);
      if (isLease(lease)) await lease.release();
    };
    const world = { journal: r.journal, parts: toyParts, runs: toyRuns(r.world) };
    await begin(
      {
        kind: "move",
        now,
        target: "dr",
        plan: r.made,
        recovery: toyRecovery(),
        factsHash: hashOf(toyRecovery()),
        s,
        at: { world, journalRef: { folder: "journal" } },
      },
      r.journal,
      (line) => {
        if (line.includes('"provision web0"')) written ??= write();
      },
    );
    expect(written, "it waited").not.to.equal(undefined);
  }
  const started = async (): Promise<Fact | undefined> =>
    (await r.journal.entries()).findLast((e) => e.kind === "activation started" && e.epoch === 2);

  beforeEach(async () => {
    r = await rig("planned");
    await r.journal.append(changed(600));
  });

  it("begins on the terms that it was planned with, where these still stand", async () => {
    await begins();
    expect(await started()).to.deep.nested.include({
      "systems[0].terms.mode": "unplanned",
      "systems[0].terms.acceptLossSec": 600,
    });
  });

  const meanwhile: Readonly<Record<string, Fact>> = {
    "the mode was changed again, on other terms": changed(7200),
    "the change of the mode was withdrawn": { kind: "withdrawn", as: "ann" },
    "the move was declared anew": declaredBy("bob"),
    "a database was opened": { kind: "no return", epoch: 1, step: "data0/open/db0-0" },
  };
  for (const [what, fact] of Object.entries(meanwhile))
    it(`does not begin where ${what} meanwhile`, async () => {
      expect((await failureOf(begins(fact))).message).to.match(/at this moment the journal changed/);
      expect(await started()).to.equal(undefined);
    });

  it("does not begin with one declaration where there is another meanwhile", async () => {
    await r.journal.append(declaredBy("bob"));
    expect((await failureOf(begins(declaredBy("carol")))).message).to.match(
      /at this moment the journal changed/,
    );
    expect(await started()).to.equal(undefined);
    await begins();
    expect(await started()).to.include({ as: "carol" });
  });
});

describe("the commit of the estate", () => {
  it("is asked for where an activation starts, and not where one goes on", async () => {
    const r = await rig("planned");
    const world = { journal: r.journal, parts: toyParts, runs: toyRuns(r.world) };
    const repository = { commit: "c0ffee".padEnd(40, "0"), changedFiles: 0 };
    let asked = 0;
    const begins = async (): Promise<string> => {
      const s = situation(await r.journal.entries());
      const now = next(s, "dr", new Date());
      if (now.kind !== "start" && now.kind !== "go on") throw new Error(now.kind);
      const at = { world, journalRef: { folder: "journal" } };
      const known = { plan: r.made, recovery: toyRecovery(), factsHash: hashOf(toyRecovery()), s, at };
      await begin(
        { kind: "move", now, target: "dr", ...known },
        r.journal,
        () => undefined,
        () => {
          asked++;
          return Promise.resolve(repository);
        },
      );
      return now.kind;
    };
    expect(await begins()).to.equal("go on");
    expect(asked).to.equal(0);
    await r.journal.append(changed(600));
    expect(await begins()).to.equal("start");
    const last = (await r.journal.entries()).findLast((e) => e.kind === "activation started");
    expect(last).to.deep.include({ epoch: 2, repository });
    expect(asked).to.equal(1);
  });
});

describe("a move that goes on while its fence is owed", function () {
  this.timeout(20_000);
  const heard: string[] = [];
  let old: Awaited<ReturnType<typeof answering>>;
  let r: Rig;
  const noReturn: Fact = { kind: "no return", epoch: 1, step: "data0/open/db0-0" };
  beforeEach(async () => {
    heard.length = 0;
    old = await answering();
    r = await fenceOwed("the room burns", old.server);
  });
  afterEach(() => old.close());

  /** Goes on; gives what is kept in the journal of what was found at work. */
  async function goesOn(
    see: () => Promise<readonly Sign[]> = () => Promise.resolve([works]),
    cannotKeep = false,
  ): Promise<readonly unknown[]> {
    const entries = await r.journal.entries();
    const s = situation(entries);
    const now = next(s, "dr", new Date());
    if (now.kind !== "go on") throw new Error(now.kind);
    const facts = factsOf(entries, s);
    if (!facts) throw new Error("no facts");
    const journal: Journal = cannotKeep
      ? { ...r.journal, append: () => Promise.reject(new Error("the disk is full")) }
      : r.journal;
    const at = {
      world: { journal, parts: toyParts, runs: withSigns(toyRuns(r.world), see) },
      journalRef: { folder: "journal" },
    };
    const known = { plan: r.made, recovery: facts.recovery, factsHash: facts.factsHash, s, at };
    await inFolder(r.folder, () =>
      begin({ kind: "move", now, target: "dr", ...known }, r.journal, (line) => heard.push(line)),
    );
    return (await r.journal.entries()).flatMap((e) => (e.kind === "worked beside" ? [e.found] : []));
  }

  it("keeps what works at the old site that answers again, before it fences it, and once", async () => {
    await r.journal.append(noReturn);
    expect(await goesOn()).to.deep.equal([["K2 Server on P is running"]]);
    expect(heard.join()).to.match(
      /^primary \(London\) worked beside the new site \(K2 Server on P is running\)/,
    );
    expect(await goesOn()).to.have.length(1);
  });

  it("keeps nothing while nothing is open at the new site, or while nothing answers", async () => {
    expect(await goesOn(), "nothing is open").to.deep.equal([]);
    await r.journal.append(noReturn);
    old.close();
    expect(await goesOn(), "dark").to.deep.equal([]);
  });

  it("keeps nothing of a system that has opened nothing at the new site yet: it works at the old one by right", async () => {
    r = await rig("unplanned", { systems: 2 });
    const { last } = situation(await r.journal.entries());
    expect(last?.systems?.map((m) => m.system)).to.deep.equal(["web0", "web1"]);
    const seen = async (): Promise<readonly string[]> => {
      const runs = withSigns(toyRuns(r.world), (facts) =>
        Promise.resolve([{ ...works, says: `open: ${JSON.stringify(facts)}` }]),
      );
      return inFolder(r.folder, () =>
        workedBeside(
          { from: "primary", to: "dr", epoch: 1, recovery: toyRecovery(2) },
          { folder: "journal" },
          { journal: r.journal, runs },
        ),
      );
    };
    expect(await seen(), "nothing is open").to.deep.equal([]);
    await r.journal.append({ kind: "no return", epoch: 1, step: "data0/open/db0-0" });
    const found = await seen();
    expect(found).to.have.length(1);
    expect(found[0]).to.contain("db0-0").and.not.contain("db1-0");
  });

  it("looks at nothing where nothing of its fence is owed", async () => {
    await r.journal.append(noReturn);
    r.world.fails.clear();
    await r.run("web0/stop/web", { attempt: 1 });
    let looked = 0;
    const see = () => Promise.resolve<readonly Sign[]>([]).finally(() => looked++);
    expect(await goesOn(see)).to.deep.equal([]);
    expect(looked).to.equal(0);
  });

  it("is not held up where that cannot be kept", async () => {
    await r.journal.append(noReturn);
    expect(await goesOn(undefined, true)).to.deep.equal([]);
    expect(heard.join()).to.equal(
      "what may work at primary beside dr is not in the journal: the disk is full",
    );
  });
});
