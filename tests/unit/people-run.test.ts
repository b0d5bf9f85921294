import { expect } from "chai";
import type { Io } from "../../steps/act.ts";
import { ask } from "../../steps/ask.ts";
import { rig, silent } from "./runner-rig.ts";
import { stepBench } from "./step-io.ts";
import { until as waitUntil } from "./until.ts";
import { estate, more, reply, seenBy, until, upTo } from "./people-bench.ts";

describe("a step that waits for people", () => {
  it("opens nothing before somebody has approved it, and says what is approved", async () => {
    const r = await rig("unplanned", { estate: estate({ approve: ["open"] }), waiveFence: "dead" });
    r.world.running.clear();
    await upTo(r, "web0/approve-open");
    const said: string[] = [];
    const waits = r.run("web0/approve-open", {
      progress: { ...silent, say: (line) => void said.push(line) },
    });
    // The journal has it a moment before it is said.
    await until(r, (s) => s.people.waiting.has("web0/approve-open") && said.length > 0);
    expect(r.world.open.size).to.equal(0);
    expect(said[0]).to.match(
      /^waits until .* for: parallel-standby approve web0\/approve-open --as YOUR-NAME$/,
    );
    expect((await seenBy(r)).people.waiting.get("web0/approve-open")?.says).to.match(
      /^no return: the databases of web0 are opened at dr: web0 goes to .*; lost: 0:30:00$/,
    );
    expect(await r.run("data0/open/db0-0").then(() => "", String)).to.match(/needs web0\/approve-open first/);
    await reply(r, "web0/approve-open", "approved");
    expect(await waits).to.equal('done: approved by bo ("I looked")');
    expect([...(await r.all()).keys()]).to.deep.equal([]);
    expect(r.world.open.size).to.equal(2);
  });

  it("fails when it is declined, with who and why; nothing that depends on it acts; the next run asks anew", async () => {
    const r = await rig("planned", { estate: estate({ approve: ["clients"], step: {} }), more });
    await upTo(r, "web0/approve-clients");
    const waits = r.run("web0/approve-clients").then(() => "", String);
    await until(r, (s) => s.people.waiting.has("web0/approve-clients"));
    await reply(r, "web0/approve-clients", "declined");
    expect(await waits).to.match(/declined by bo \("I looked"\).*"pulumi up" asks anew/);
    for (const after of ["lb/confirm", "complete"])
      expect(await r.run(after).then(() => "", String), after).to.match(/needs .* first/);
    const said: string[] = [];
    const again = r.run("web0/approve-clients", {
      progress: { ...silent, say: (line) => void said.push(line) },
    });
    await until(r, (s) => s.people.waiting.has("web0/approve-clients"));
    await until(r, () => said.some((line) => /^asked anew: bo declined it/.test(line)));
    await reply(r, "web0/approve-clients", "approved", "cy");
    expect(await again).to.match(/^done: approved by cy/);
  }).timeout(20_000);

  it("takes an approval that came between two runs, after a decline too", async () => {
    const r = await rig("planned", { estate: estate({ approve: ["clients"] }) });
    await upTo(r, "web0/approve-clients");
    const waits = r.run("web0/approve-clients").then(() => "", String);
    await until(r, (s) => s.people.waiting.has("web0/approve-clients"));
    await reply(r, "web0/approve-clients", "declined");
    await waits;
    await reply(r, "web0/approve-clients", "approved");
    expect(await r.run("web0/approve-clients")).to.match(/^already: approved by bo/);
  });

  it("is not satisfied by an approval of the person who declared the move, where a second one has to look", async () => {
    const r = await rig("planned", { estate: estate({ approve: ["clients"], secondPerson: true }) });
    await upTo(r, "web0/approve-clients");
    const waits = r.run("web0/approve-clients");
    await until(r, (s) => s.people.waiting.has("web0/approve-clients"));
    expect(await reply(r, "web0/approve-clients", "approved", "Ann").then(() => "", String)).to.match(
      /second person/,
    );
    await r.journal.append({
      kind: "approval",
      epoch: 1,
      step: "web0/approve-clients",
      verdict: "approved",
      as: "ann",
    });
    const entries = r.journal.entries.bind(r.journal);
    let looks = 0;
    r.journal.entries = () => (looks++, entries());
    // It reads twice a look: at the third reading a look that has seen this approval is over.
    await waitUntil("it has looked again", () => looks >= 3, 10_000);
    r.journal.entries = entries;
    expect((await seenBy(r)).people.waiting.has("web0/approve-clients"), "it waits on").to.equal(true);
    await reply(r, "web0/approve-clients", "approved", "cy");
    expect(await waits).to.match(/approved by cy/);
  });

  for (const [what, fact, says] of [
    ["given up", { kind: "abandoning", epoch: 1, as: "cy", reason: "x" }, /being abandoned since .* by cy/],
    [
      "declared anew",
      { kind: "move declared", to: "dr", mode: "planned", as: "cy", acceptLossSec: 0 },
      /declared anew: .* activation 2 asks again/,
    ],
  ] as const)
    it(`ends by itself when the move is ${what}: it must not hold that up for hours`, async () => {
      const r = await rig("planned", { estate: estate({ approve: ["open"] }) });
      await upTo(r, "web0/approve-open");
      const waits = r.run("web0/approve-open").then(() => "", String);
      await until(r, (s) => s.people.waiting.has("web0/approve-open"));
      await r.journal.append(fact);
      expect(await waits).to.match(says);
      expect(await r.journal.store.leases()).to.deep.equal([]);
    });

  it("is approved once for a chain of parts, in the phases before what lets the new site write, joined for safety", async () => {
    const r = await rig("planned", { estate: estate({ approve: ["open", "clients"], step: {} }), more });
    const of = (id: string) => r.made.steps.find((s) => s.id === id);
    expect(of("web0/approve-open")?.phase).to.equal("approve-open");
    for (const s of ["web0/approve-open", "web0/approve-clients"]) {
      expect(of(s)?.needs.map((n) => n.kind)).to.include("safety");
      expect(of(s)?.critical).to.equal(true);
      expect(of(s)?.skippable).to.equal(undefined);
    }
    const waitFor = (id: string): readonly string[] =>
      r.made.steps.filter((s) => s.needs.some((n) => n.id === id && n.kind === "safety")).map((s) => s.id);
    expect(waitFor("web0/approve-open")).to.deep.equal(["data0/open/db0-0", "data0/open/db0-1"]);
    expect(waitFor("web0/approve-clients")).to.deep.equal(["lb/confirm"]);
  });

  it("fails at its limit with a sentence that says what to do", async () => {
    const { io } = stepBench({ hosts: [] });
    const asked: string[] = [];
    const here: Io = {
      ...io,
      journal: (await rig("planned")).journal,
      activation: { epoch: 1, mode: "planned" },
      waits: (q) => Promise.resolve(void asked.push(q.says)),
    };
    const says = await ask(
      {
        step: "lb/confirm",
        for: "manual step",
        says: "point the pool at D",
        owner: "Network team",
        limitSec: 1,
      },
      here,
    ).then(() => "", String);
    expect(asked).to.deep.equal(["point the pool at D"]);
    expect(says).to.match(
      /nobody has approved it within 0:00:01 \(point the pool at D, Network team\)\. Approve it with "parallel-standby approve lb\/confirm --as YOUR-NAME" at any time, then run "pulumi up" again/,
    );
  });
});
