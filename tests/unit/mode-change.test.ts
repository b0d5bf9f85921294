import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { movingSystems } from "../../journal/mode-change.ts";
import { next, requestOf } from "../../journal/next.ts";
import { situation } from "../../journal/situation.ts";
import { standingOf } from "../../journal/standing.ts";
import { termsIn, type Terms } from "../../journal/terms.ts";
import { plan } from "../../planning/plan.ts";
import { toyParts, toyRecovery } from "./toy.ts";
import { rig, type Rig } from "./runner-rig.ts";
import { after as situationAfter, declared, moveTo, noReturn, started, word } from "./journal-facts.ts";

const now = new Date("2026-11-22T10:00:00Z");
const terms: Terms = {
  mode: "unplanned",
  as: "ben",
  disasterAt: "2026-03-10T12:30:00.000Z",
  acceptLossSec: 7200,
  incident: "INC-1",
};
const systems = [0, 1].map((n) => ({
  system: `web${String(n)}`,
  parts: [`data${String(n)}`, `web${String(n)}`],
  after: [],
}));
const change = (of: readonly string[], more: Partial<Terms> = {}, epoch = 1): Fact => ({
  kind: "mode changed",
  epoch,
  to: "dr",
  systems: [...of],
  reason: "its SQL Server died",
  ...terms,
  ...more,
});
const begun = [declared, moveTo("dr"), { ...started(1), mode: "planned", systems } as Fact];
const opens = (n: number): Fact => ({ ...noReturn(1), step: `data${String(n)}/open/x` }) as Fact;
const onward = (...facts: readonly Fact[]) => next(situationAfter(...begun, ...facts), "dr", now);

describe("a mode that is changed in the middle of a move", () => {
  it("begins a new activation with the next `up`, in which that system alone moves on the new terms", () => {
    const then = onward(change(["web1"]));
    if (then.kind !== "start") return expect.fail(then.kind);
    expect(then.epoch).to.equal(2);
    expect(then.request).to.deep.equal({
      from: "primary",
      to: "dr",
      mode: "planned",
      modes: { web1: "unplanned" },
    });
    expect([...then.terms]).to.deep.equal([["web1", terms]]);
    expect(then.declaration, "the declaration that the move was begun with").to.include({
      seq: 2,
      mode: "planned",
      as: "ann",
    });
  });

  it("counts the newest change of a system, and keeps those of others", () => {
    const then = onward(change(["web1"]), change(["web0"]), change(["web1"], { acceptLossSec: 9 }));
    if (then.kind !== "start") return expect.fail(then.kind);
    expect(then.terms.get("web1")?.acceptLossSec).to.equal(9);
    expect(then.terms.get("web0")?.acceptLossSec).to.equal(7200);
  });

  it("changes nothing of a system that opened a database meanwhile: it is finished as it is", () => {
    expect(onward(change(["web1"]), opens(1)).kind).to.equal("go on");
    const then = onward(change(["web0", "web1"]), opens(1));
    if (then.kind !== "start") return expect.fail(then.kind);
    expect([...then.terms.keys()]).to.deep.equal(["web0"]);
  });

  it("is used up by the activation that begins with it, and taken back by a withdrawal", () => {
    const second = { ...started(2), systems } as Fact;
    expect(onward(change(["web1"]), second).kind).to.equal("go on");
    expect(onward(change(["web1"]), { kind: "withdrawn", as: "ann" }).kind).to.equal("go on");
    expect(
      situationAfter(...begun, change(["web1"]), { kind: "abandoned", epoch: 1, as: "a", reason: "x" })
        .modeChanges.size,
    ).to.equal(0);
  });

  it("counts for the activation that runs, and is no word on a later one", () => {
    expect(onward({ ...started(2), systems } as Fact, change(["web1"])).kind).to.equal("go on");
  });

  it("stands in every activation that follows in that move", () => {
    const second: Fact = {
      ...started(2),
      mode: "planned",
      systems: movingSystems(systems, new Map([["web1", terms]])),
    } as Fact;
    const s = situationAfter(...begun, change(["web1"]), second, change(["web0"], {}, 2));
    if (!s.last) return expect.fail("no activation");
    expect(requestOf(s.last).modes).to.deep.equal({ web1: "unplanned" });
    const then = next(s, "dr", now);
    if (then.kind !== "start") return expect.fail(then.kind);
    expect([...then.terms.keys()].sort()).to.deep.equal(["web0", "web1"]);
  });
});

/** Begins what `next` says, and runs all of its plan. */
async function goOn(r: Rig): Promise<ReadonlyMap<string, string>> {
  const s = situation(await r.journal.entries());
  const then = next(s, "dr", new Date());
  if (then.kind !== "start") return expect.fail(then.kind);
  const made = plan(toyRecovery(2, 2), then.request, toyParts);
  await r.journal.append({
    kind: "activation started",
    epoch: then.epoch,
    from: "primary",
    to: "dr",
    factsHash: s.last?.factsHash ?? "",
    planHash: made.hash,
    declaration: then.declaration.seq,
    ...termsIn(then.declaration),
    systems: movingSystems(made.systems, then.terms),
  });
  const threw = new Map<string, string>();
  for (const step of made.steps)
    await r.run(step.id, { step, epoch: then.epoch }).catch((e: unknown) => threw.set(step.id, String(e)));
  return threw;
}

describe("a planned move of two systems, of which one loses its old site", () => {
  /** web0 is up; the old site of web1 died while its logs were copied. */
  const half = async (): Promise<Rig> => {
    const r = await rig("planned", { systems: 2 });
    r.world.fails.set("copy", "no answer in 10 s");
    for (const db of ["db0-0", "db0-1"]) r.world.copied.add(db);
    const threw = await r.all();
    expect(threw.get("data1/copy/db1-0")).to.match(/no answer/);
    r.world.running.delete("P:web");
    const s = situation(await r.journal.entries());
    expect(standingOf(s).map((x) => [x.system, x.state])).to.deep.equal([
      ["web0", "up"],
      ["web1", "failed"],
    ]);
    for (const db of ["db1-0", "db1-1"])
      r.world.reach[db] = {
        fromSec: Date.parse(terms.disasterAt ?? "") / 1000 - 9000,
        toSec: Date.parse(terms.disasterAt ?? "") / 1000 - 1800,
        complete: false,
        evidence: "log",
      };
    return r;
  };

  it("finishes it within the loss that was accepted for that one, and touches nothing of the one that is up", async () => {
    const r = await half();
    await r.journal.append(change(["web1"], { waiveFence: "its power is cut" }));
    const acts = r.world.acts.filter((a) => a.includes("db0-")).length;
    r.world.running.delete("D:db");
    expect([...(await goOn(r))]).to.deep.equal([]);
    const s = situation(await r.journal.entries());
    expect([s.active, s.ended.get(2)]).to.deep.equal(["dr", "completed"]);
    expect(r.world.acts.filter((a) => a.includes("db0-")).length).to.equal(acts);
    expect(s.points.get("web0")).to.include({ epoch: 1, to: "end", lossSec: 0 });
    expect(s.points.get("web1")).to.include({ epoch: 2, to: "time", lossSec: 1800 });
    expect(standingOf(s).map((x) => [x.system, x.mode, x.state])).to.deep.equal([
      ["web0", "planned", "up"],
      ["web1", "unplanned", "up"],
    ]);
    expect(await r.verdict("data1/copy/db1-0")).to.equal("waived");
  });

  it("opens nothing of it without a fence that is proven or waived for that system, and says what to type", async () => {
    const r = await half();
    await r.journal.append(change(["web1"]));
    for (const verb of ["stop", "copy"]) r.world.fails.set(verb, "no answer in 10 s");
    r.world.running.add("P:db");
    const threw = await goOn(r);
    expect(threw.get("web1/prove-fence")).to.match(
      /nothing of primary answers.*"parallel-standby waive --as YOUR-NAME/,
    );
    expect([...r.world.open].sort()).to.deep.equal(["db0-0", "db0-1"]);
  });

  it("refuses more loss than was accepted for that one, and takes a second change that accepts it", async () => {
    const r = await half();
    await r.journal.append(change(["web1"], { waiveFence: "its power is cut", acceptLossSec: 60 }));
    expect((await goOn(r)).get("web1/choose-point")).to.match(
      /but 0:01:00 was accepted.*mode unplanned --system web1/,
    );
    await r.journal.append(change(["web1"], { waiveFence: "its power is cut" }, 2));
    expect([...(await goOn(r))]).to.deep.equal([]);
    expect(situation(await r.journal.entries()).ended.get(3)).to.equal("completed");
  });
});

describe("how a system stands", () => {
  const two = [
    { system: "web0", parts: ["data0", "web0"], after: [] },
    { system: "web1", parts: ["data1", "web1"], after: ["web0"] },
  ];
  const stand = (...facts: readonly Fact[]) =>
    standingOf(situationAfter(declared, moveTo("dr"), { ...started(1), systems: two } as Fact, ...facts)).map(
      (x) => [x.state, x.failed.map((f) => f.step), x.waitsFor],
    );
  const ran = (step: string, verdict: "done" | "failed" | "started"): Fact =>
    word(step, verdict, { critical: true, phase: "open" });

  it("is told from its own steps, and what it waits for from the gate that it has not passed", () => {
    expect(stand()).to.deep.equal([
      ["not begun", [], []],
      ["not begun", [], ["web0"]],
    ]);
    expect(stand(ran("data0/roll/x", "failed"), ran("data1/roll/x", "done"), opens(1))).to.deep.equal([
      ["failed", ["data0/roll/x"], []],
      ["waits", [], ["web0"]],
    ]);
    expect(
      stand(ran("data0/roll/x", "failed"), ran("data0/roll/x", "started"), ran("web1/after-web0", "done")),
    ).to.deep.equal([
      ["moving", [], []],
      ["moving", [], []],
    ]);
  });

  it("waits for no system that is up, though it has not come so far itself", () => {
    const up: Fact = { kind: "system completed", epoch: 1, system: "web0", owed: [], exceptions: [] };
    expect(stand(up, ran("data1/roll/x", "failed"))[1]).to.deep.equal(["failed", ["data1/roll/x"], []]);
  });

  it("is up with the exceptions that it has, and none of another", () => {
    const up = (system: string): Fact => ({
      kind: "system completed",
      epoch: 1,
      system,
      owed: [],
      exceptions: [],
    });
    const odd = word("web0/smoke", "failed", { phase: "smoke-test" });
    expect(stand(odd, up("web0"), up("web1")).map(([state]) => state)).to.deep.equal([
      "up with exceptions",
      "up",
    ]);
  });
});
