import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { next } from "../../journal/next.ts";
import { situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { hashOf } from "../../model/recovery.ts";
import { begin } from "../../stacks/begin.ts";
import { failureOf } from "./cli-fixture.ts";
import { rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRecovery, toyRuns } from "./toy.ts";

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
