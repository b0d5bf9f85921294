import { expect } from "chai";
import { createServer, type Server } from "node:net";
import { answerTo } from "../../cli/approve/may.ts";
import { skipOf } from "../../cli/skip/may.ts";
import { manualStep, type ManualArgs } from "../../components/manual/index.ts";
import { manual } from "../../components/manual/part.ts";
import { approvalsFrom, type Approved } from "../../model/approvals.ts";
import type { Some } from "../../model/estate.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Io } from "../../steps/act.ts";
import { ask } from "../../steps/ask.ts";
import { rig, silent, type Rig } from "./runner-rig.ts";
import { stepBench } from "./step-io.ts";
import { toyParts } from "./toy.ts";
import { until as waitUntil } from "./until.ts";

const parts = { ...toyParts, manual };
const more = { parts: { manual }, runs: { manual: () => import("../../components/manual/run.ts") } };

/** The toy estate with a system that wants approvals, and one that has a manual step. */
const estate =
  ({
    approve,
    secondPerson,
    step,
  }: {
    approve?: Some<Approved>;
    secondPerson?: boolean;
    step?: Partial<ManualArgs>;
  }) =>
  (plain: Recovery): Recovery => {
    const lb = manualStep("lb", {
      text: "point the pool at D",
      owner: "Network team",
      telephone: "+44 1",
      ...step,
    });
    return {
      ...plain,
      parts: [
        ...(step ? [{ id: lb.id, kind: lb.kind, version: 1, facts: manual.facts.parse(lb.facts) }] : []),
        ...plain.parts.map((p) =>
          p.kind === "toy"
            ? {
                ...p,
                facts: {
                  ...(p.facts as object),
                  ...(step ? { uses: ["lb"] } : {}),
                  ...(approve
                    ? { approve: approvalsFrom({ before: approve, secondPerson: secondPerson ?? false }) }
                    : {}),
                },
              }
            : p,
        ),
      ],
    };
  };

const seenBy = async (r: Rig): Promise<Situation> => situation(await r.journal.entries());
const until = async (r: Rig, holds: (s: Situation) => boolean, limitMs = 10_000): Promise<void> => {
  await waitUntil(holds.toString(), async () => holds(await seenBy(r)), limitMs);
};
/** Runs all steps before one, in order. */
const upTo = async (r: Rig, id: string): Promise<void> => {
  for (const s of r.made.steps.slice(
    0,
    r.made.steps.findIndex((q) => q.id === id),
  ))
    await r.run(s.id);
};
const reply = (r: Rig, step: string, verdict: "approved" | "declined", as = "bo"): Promise<void> =>
  r.journal.append((now) => answerTo(now, { step, verdict, as, reason: "I looked" }));

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

describe("a manual step", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const listen = async (): Promise<{ address: string; port: number }> => {
    server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const at = server.address();
    return { address: "127.0.0.1", port: typeof at === "object" && at ? at.port : 0 };
  };

  it("ends by itself when its probe answers", async () => {
    const at = await listen();
    await new Promise((resolve) => server?.close(resolve));
    const r = await rig("planned", { estate: estate({ step: { probe: at } }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    expect((await seenBy(r)).people.waiting.get("lb/confirm")).to.include({
      for: "manual step",
      says: "point the pool at D",
      owner: "Network team",
      telephone: "+44 1",
      limitSec: 3600,
    });
    server = createServer((socket) => socket.end());
    server.listen(at.port, at.address);
    expect(await waits).to.equal(`done: it is done: 127.0.0.1 answers on port ${String(at.port)}`);
    expect([...(await r.all()).keys()]).to.deep.equal([]);
  });

  it("asks nobody where its probe answers already", async () => {
    const r = await rig("planned", { estate: estate({ step: { probe: await listen() } }), more });
    await upTo(r, "lb/confirm");
    expect(await r.run("lb/confirm")).to.match(/^already: it is done/);
    expect((await seenBy(r)).people.asked.size).to.equal(0);
  });

  it("ends when it is skipped while it waits, and the move completes with that exception", async () => {
    const r = await rig("planned", { estate: estate({ step: {} }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    await r.journal.append((now) => skipOf(now, parts, { step: "lb/confirm", as: "bo", reason: "tomorrow" }));
    expect(await waits).to.equal('skipped by bo ("tomorrow")');
    expect(await r.run("lb/confirm"), "run again").to.match(/^already: skipped by bo/);
    expect([...(await r.all()).keys()]).to.deep.equal([]);
    const completed = (await r.journal.entries()).find((e) => e.kind === "completed");
    expect(completed).to.deep.include({ exceptions: ["lb/confirm"] });
  });

  it("that a move can do without ends with a verdict when somebody declines it, and the move goes on", async () => {
    const r = await rig("planned", { estate: estate({ step: { critical: false } }), more });
    await upTo(r, "lb/confirm");
    const waits = r.run("lb/confirm");
    await until(r, (s) => s.people.waiting.has("lb/confirm"));
    await reply(r, "lb/confirm", "declined");
    expect(await waits).to.match(/^failed, and the cutover goes on: declined by bo/);
    expect([...(await r.all({ but: ["lb/confirm"] })).keys()]).to.deep.equal([]);
    expect((await seenBy(r)).active).to.equal("dr");
  });
});

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
