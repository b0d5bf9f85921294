import { expect } from "chai";
import type { EntryOf } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { systemOf } from "../../journal/systems.ts";
import { toyParts } from "./toy.ts";
import { rig, type Rig } from "./runner-rig.ts";
import { after as situationAfter, declared, moveTo, noReturn, started, word } from "./journal-facts.ts";
import { mayActivate } from "../../steps/may-act.ts";
import type { Fact } from "../../journal/entries.ts";

const completedOf = async (r: Rig): Promise<readonly EntryOf<"system completed">[]> =>
  (await r.journal.entries()).filter((e) => e.kind === "system completed");

describe("several systems that are moved", () => {
  it("have a verdict each: one that fails does not stop the other, and the whole waits for both", async () => {
    const r = await rig("planned", { systems: 2 });
    r.world.reach["db1-0"] = { refused: "a log lacks" };
    const threw = await r.all();
    expect(threw.get("web1/choose-point")).to.match(
      /a log lacks.*"declare" is refused: write "parallel-standby mode unplanned --system web1 --reason WHY" in its place/,
    );
    expect([...threw.keys()].filter((id) => systemOf(id, r.moving) === "web0")).to.deep.equal([]);
    expect([...threw.keys()]).to.include.members(["web1/complete", "complete"]);
    const s = situation(await r.journal.entries());
    expect([...s.completed.keys()]).to.deep.equal(["web0"]);
    expect([...s.opened.keys()]).to.deep.equal(["web0"]);
    expect(s.active, "the estate moves until all are up").to.equal("primary");

    r.world.reach["db1-0"] = { fromSec: 0, toSec: 1, complete: true, evidence: "log" };
    const acts = r.world.acts.filter((a) => !a.includes("db1-")).length;
    expect([...(await r.all())]).to.deep.equal([]);
    expect(r.world.acts.filter((a) => !a.includes("db1-")).length, "acts of the one that was up").to.equal(
      acts,
    );
    expect((await completedOf(r)).map((e) => e.system)).to.deep.equal(["web0", "web1"]);
    expect(situation(await r.journal.entries()).active).to.equal("dr");
  });

  it("pass the point of no return one by one, once each", async () => {
    const r = await rig("planned", { systems: 2 });
    await r.all();
    const turns = (await r.journal.entries()).flatMap((e) => (e.kind === "no return" ? [e.step] : []));
    expect(turns).to.deep.equal(["data0/open/db0-0", "data1/open/db1-0"]);
  });

  it("leave one that is up alone, whatever its steps' inputs are later, but for what it owes", async () => {
    const r = await rig("planned", { systems: 2 });
    r.world.reach["db1-0"] = { refused: "a log lacks" };
    await r.all();
    r.world.running.clear();
    expect(await r.run("web0/start/web")).to.match(/web0 is completed in activation 1/);
    expect(r.world.running.size).to.equal(0);
  });

  it("finish one whose runner died between the entry that it is up and its last step's verdict", async () => {
    const r = await rig("planned", { systems: 2 });
    for (const step of r.made.steps.filter((s) => s.id !== "web0/complete" && s.id !== "complete"))
      await r.run(step.id);
    await r.journal.append({ kind: "system completed", epoch: 1, system: "web0", owed: [], exceptions: [] });
    expect(await r.run("web0/complete")).to.match(/^already: web0 is up/);
    await r.run("complete");
    expect(situation(await r.journal.entries()).active).to.equal("dr");
  });

  it("let a system wait for another until that is verified, while its databases open", async () => {
    const say = [
      { id: "web0", after: [], optional: [] },
      { id: "web1", after: ["web0"], optional: [] },
    ];
    const r = await rig("planned", { systems: 2, say });
    r.world.fails.set("start", "no licence");
    const threw = await r.all();
    expect(threw.get("web1/start/db")).to.match(/it needs web1\/after-web0 first/);
    expect([...r.world.open].sort()).to.deep.equal(["db0-0", "db0-1", "db1-0", "db1-1"]);
    r.world.fails.clear();
    expect([...(await r.all())]).to.deep.equal([]);
  });
});

describe("what went otherwise than planned", () => {
  const failing = async (): Promise<Rig> => {
    const { toy } = toyParts;
    if (!toy) throw new Error("the toy system is missing");
    return rig("planned", {
      systems: 2,
      say: [{ id: "web0", after: [], optional: ["smoke-test"] }],
      parts: {
        ...toyParts,
        toy: {
          ...toy,
          plan: (id, f, request, lookup) => ({
            ...toy.plan(id, f, request, lookup),
            "smoke-test":
              id === "web0"
                ? [
                    {
                      id: "web0/smoke",
                      verb: "toy/answers",
                      args: { host: "D", service: "x" },
                      needs: [],
                      timeoutSec: 1,
                    },
                  ]
                : [],
          }),
        },
      },
    });
  };

  it("is an exception of its system and of the whole where an owner lets it fail, and stops neither", async () => {
    const r = await failing();
    expect([...(await r.all())]).to.deep.equal([]);
    expect(await r.verdict("web0/smoke")).to.equal("failed");
    const all = await r.journal.entries();
    expect((await completedOf(r)).map((e) => [e.system, e.exceptions])).to.deep.equal([
      ["web0", ["web0/smoke"]],
      ["web1", []],
    ]);
    expect(all.find((e) => e.kind === "completed")).to.deep.include({ exceptions: ["web0/smoke"] });
    expect(situation(all).verdicts.get("web0/complete")?.says).to.equal(
      "web0 is up, with exceptions: web0/smoke",
    );
  });

  it("is owed and no exception where it can be done later", async () => {
    const r = await rig("planned", { systems: 2 });
    r.world.fails.set("backup", "share is full");
    await r.all();
    const [one] = await completedOf(r);
    expect(one).to.deep.include({
      system: "web0",
      owed: ["data0/backup/db0-0", "data0/backup/db0-1"],
      exceptions: [],
    });
  });
});

describe("an activation that goes on in another mode", () => {
  const systems = [
    { system: "web0", parts: ["data0", "web0"], after: [] },
    { system: "web1", parts: ["data1", "web1"], after: [] },
  ];
  const begun = { ...started(1), systems } as Fact;
  const onward = { ...started(2), systems } as Fact;
  const point = (group: string): Fact => ({
    kind: "point chosen",
    epoch: 1,
    group,
    atSec: 1,
    to: "end",
    lossSec: 0,
    databases: [],
  });
  const opens = (n: number): Fact => ({ ...noReturn(1), step: `data${String(n)}/open/x` }) as Fact;
  const both = (verdict: "done" | "failed", step: string): Fact[] =>
    [0, 1].map((n) => word(`web${String(n)}/${step}`, verdict, { critical: true, phase: "start-hosts" }));
  const s = situationAfter(
    declared,
    moveTo("dr"),
    begun,
    ...both("done", "keep-off"),
    point("web0"),
    point("web1"),
    opens(0),
    onward,
  );

  it("keeps what was done of a system whose databases are open, and forgets the rest", () => {
    expect([...s.verdicts.keys()]).to.deep.equal(["web0/keep-off"]);
    expect([...s.points.keys()]).to.deep.equal(["web0"]);
    expect([...s.opened.keys()]).to.deep.equal(["web0"]);
    expect(s.noReturn).to.equal(true);
    expect(s.epoch).to.equal(2);
  });

  it("keeps one that has no databases once a service of it was started", () => {
    const begins = situationAfter(
      declared,
      moveTo("dr"),
      begun,
      word("web1/start/x", "done", { phase: "start-services" }),
      word("web0/stop/x", "done"),
      onward,
    );
    expect([...begins.verdicts.keys()]).to.deep.equal(["web1/start/x"]);
    expect([[...begins.arrived], begins.noReturn]).to.deep.equal([["web1"], false]);
  });

  it("takes no gate for a started service: a system that has only waited for another can still change", () => {
    const waiting = {
      ...begun,
      systems: systems.map((m) => ({ ...m, after: m.system === "web1" ? ["web0"] : [] })),
    } as Fact;
    const gates = ["web1/after-web0", "web1/before-start-services"].map((step) =>
      word(step, "already", { critical: true, phase: "start-services" }),
    );
    expect(situationAfter(declared, moveTo("dr"), waiting, ...gates).arrived.size).to.equal(0);
  });

  it("does nothing of that system a second time: what keeps its services off would stop them", () => {
    const step = (id: string) => ({
      id,
      verb: "toy/stop",
      args: {},
      phase: "fence-data" as const,
      needs: [],
      critical: true,
      timeoutSec: 5,
    });
    expect(mayActivate(s, 2, undefined, step("web0/keep-off"))).to.deep.equal({
      kind: "answer",
      says: "it was done in activation 1, and is not done again",
    });
    expect(mayActivate(s, 2, undefined, step("web1/keep-off")).kind).to.equal("act");
    expect(mayActivate(s, 2, undefined, step("web0/another")).kind).to.equal("act");
  });

  it("keeps nothing where the one before had ended, or went the other way", () => {
    const ended = situationAfter(
      declared,
      moveTo("dr"),
      begun,
      opens(0),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
      onward,
    );
    const back = situationAfter(declared, moveTo("dr"), begun, opens(0), {
      ...started(2, "primary"),
      systems,
    } as Fact);
    for (const other of [ended, back]) expect([other.opened.size, other.noReturn]).to.deep.equal([0, false]);
  });

  it("finds the system of a step by the longest id of a part that it begins with", () => {
    const known = [
      { system: "a", parts: ["k2"], after: [] },
      { system: "b", parts: ["k2/test", "other"], after: [] },
    ];
    expect(systemOf("k2/start/X", known)).to.equal("a");
    expect(systemOf("k2/test/start/X", known)).to.equal("b");
    expect(systemOf("complete", known)).to.equal(undefined);
    expect(systemOf("k2-other/start", known)).to.equal(undefined);
    expect(systemOf("k2/start/X")).to.equal(undefined);
  });
});
