import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { hashOf } from "../../model/recovery.ts";
import { failureOf } from "./cli-fixture.ts";
import { begun, made, move, recovery, runBench as rig } from "./run-bench.ts";

describe("run, without Pulumi", () => {
  it("begins what was declared, runs every step once, and says what has come of it", async () => {
    const r = await rig([...begun, move]);
    await r.run({ to: "dr" });
    expect([...r.started].sort()).to.deep.equal(made.steps.map((s) => s.id).sort());
    expect(r.terminal.lines[0]).to.match(
      /^planned move from primary \(London\) to dr \(Leeds\), activation 1/,
    );
    expect(r.terminal.lines.at(-1)).to.equal(
      [
        "activation 1 is completed: dr is active; owed: nothing",
        "next: give dr a standby again, once primary can be reached: parallel-standby reprotect --as YOUR-NAME --reason WHY (saves what primary alone holds), then pulumi up -s standby, then pulumi up -s primary",
      ].join("\n"),
    );
    expect(situation(await r.entries()).active).to.equal("dr");
    expect((await r.entries()).find((e) => e.kind === "activation started")).to.include({
      epoch: 1,
      planHash: made.hash,
      declaration: 2,
    });
    expect(r.terminal.notes.join("\n")).to.match(/^✔ web0\/stop\/web \(0:00:0\d\): done: it is stopped$/m);
    expect(await r.journal.store.leases()).to.deep.equal([]);
  });

  it("runs nothing a second time once it is completed, and without --to does not begin a way back", async () => {
    const r = await rig([...begun, move]);
    await r.run();
    r.started.length = 0;
    await r.run({ to: "dr" });
    expect(r.started).to.deep.equal([]);
    expect(r.terminal.lines.at(-1)).to.contain("activation 1 is completed: dr is active");
    expect((await failureOf(r.run())).message).to.match(
      /no move is declared, and dr is active: nothing was changed/,
    );
  });

  it("stops at a step that fails what depends on it alone, says why and what next; again, it goes on from there", async () => {
    const r = await rig([...begun, move]);
    r.toys.fails.set("roll", "the disk is full");
    const { message, exitCode } = await failureOf(r.run());
    expect(exitCode).to.equal(1);
    expect(message).to.match(/^NOT FINISHED: activation 1 toward dr: 2 steps failed, \d+ steps not begun\n/);
    expect(message).to.contain("\n  ✘ data0/roll/db0-0: the disk is full\n");
    expect(message).to.match(
      /"parallel-standby run --to dr", or "pulumi up -s dr-active": only what has not succeeded runs$/,
    );
    expect(r.started).to.include("web0/prove-fence");
    const before = new Set(r.started);
    r.started.length = 0;
    r.toys.fails.clear();
    await r.run();
    expect(r.started.filter((id) => before.has(id)).sort()).to.deep.equal([
      "data0/roll/db0-0",
      "data0/roll/db0-1",
    ]);
    const acts = r.toys.acts.filter((a) => !a.startsWith("roll"));
    expect(acts).to.deep.equal([...new Set(acts)]);
    expect(situation(await r.entries()).active).to.equal("dr");
  });

  it("takes over from another driver, which may have left a step begun and ended others", async () => {
    const r = await rig([...begun, move]);
    r.toys.fails.set("open", "not now");
    await failureOf(r.run());
    r.toys.fails.clear();
    await r.journal.append({
      kind: "step",
      epoch: 1,
      step: "data0/open/db0-0",
      phase: "open",
      verdict: "started",
      critical: true,
      says: "",
    });
    await r.run();
    expect(
      (await r.kinds()).filter((k) => k === "activation started" || k === "plan changed"),
    ).to.have.length(1);
    expect(situation(await r.entries()).active).to.equal("dr");
  });

  it("changes nothing that nobody has declared, and prints the command to declare it", async () => {
    const r = await rig(begun);
    const { message } = await failureOf(r.run());
    expect(message).to.match(/no move is declared, and primary is active: nothing was changed/);
    expect(message).to.contain("parallel-standby declare --to dr --mode planned --as YOUR-NAME");
    expect(await r.kinds()).to.deep.equal(["genesis", "declared"]);
    expect(r.started).to.deep.equal([]);
  });

  it("prints the plan with --preview, writes nothing, and does not care who runs", async () => {
    const r = await rig([...begun, move]);
    const other = await r.journal.store.lease("run", 30_000);
    await r.run({ preview: true });
    expect(r.terminal.lines.join("\n")).to.contain("---- no return");
    expect(await r.kinds()).to.deep.equal(["genesis", "declared", "move declared"]);
    if (isLease(other)) await other.release();
  });

  it("is refused while another run is under way, and lets the next one run when it has failed", async () => {
    const r = await rig([...begun, move]);
    const other = await r.journal.store.lease("run", 30_000);
    expect((await failureOf(r.run())).message).to.match(
      /another run is under way: .* since .* journal follow/,
    );
    if (isLease(other)) await other.release();
    r.toys.fails.set("stop", "access is denied");
    await failureOf(r.run());
    expect(await r.journal.store.leases()).to.deep.equal([]);
  });

  it("refuses a journal that lacks what the stack has seen, and only says so where the stack cannot be read", async () => {
    const older = await rig([...begun, move]);
    const { message } = await failureOf(
      older.run({ outputs: () => Promise.resolve({ genesis: "f".repeat(64), head: "e".repeat(64) }) }),
    );
    expect(message).to.match(/stack dr-active has seen a journal that begins with ffffffffffff/);
    expect(older.started).to.deep.equal([]);
    const broken = await rig([...begun, move]);
    await broken.run({ outputs: () => Promise.reject(new Error("no pulumi")) });
    expect(broken.terminal.notes[0]).to.match(/what stack dr-active has seen of the journal cannot be read/);
    const head = (await broken.entries())[2]?.hash;
    await broken.run({ to: "dr", outputs: () => Promise.resolve({ head }) });
  });

  it("tries what is owed once more, with its number of vain tries, and nothing else", async () => {
    const r = await rig([...begun, move]);
    r.toys.fails.set("backup", "no room");
    await r.run();
    expect(r.terminal.lines.at(-1)).to.match(/is completed: dr is active; owed: 2 of its steps/);
    r.started.length = 0;
    r.toys.fails.clear();
    await r.run();
    expect(r.started.sort()).to.deep.equal(["data0/backup/db0-0 1", "data0/backup/db0-1 1"]);
    expect(r.terminal.lines.at(-1)).to.contain("owed: nothing");
    r.started.length = 0;
    await r.run({ to: "dr" });
    expect(r.started).to.deep.equal([]);
  });

  it("begins nothing new after Ctrl+C, waits for what runs, and says how to go on; the second one leaves", async () => {
    const r = await rig([...begun, move], ({ step }, { signals }) => {
      if (step.id !== "web0/stop/web") return;
      signals.emit("SIGINT");
      signals.emit("SIGTERM");
    });
    const { message } = await failureOf(r.run());
    expect(r.started).to.deep.equal(["web0/stop/web"]);
    expect(message).to.match(
      /^stopped: activation 1 toward dr is not completed, \d+ steps not begun\. Go on with "parallel-standby run --to dr"/,
    );
    expect(r.terminal.notes[0]).to.match(
      /^stopping: nothing new begins; waiting for web0\/stop\/web\. Once more/,
    );
    expect(r.terminal.notes[1]).to.match(
      /^left: web0\/stop\/web runs on and ends in the journal\. Go on with/,
    );
    expect(r.exits).to.deep.equal([130]);
    expect(r.signals.listenerCount("SIGINT")).to.equal(0);
    await r.run();
    expect(situation(await r.entries()).active).to.equal("dr");
  });

  it("says so where another activation has begun meanwhile, or this one was given up: none of its steps acts", async () => {
    for (const [facts, says] of [
      [
        [
          move,
          {
            kind: "activation started",
            epoch: 2,
            from: "primary",
            to: "dr",
            mode: "planned",
            as: "bob",
            factsHash: hashOf(recovery),
            planHash: "p",
            declaration: 4,
            acceptLossSec: 0,
          },
        ],
        /activation 1 is past: activation 2 has begun meanwhile/,
      ],
      [[{ kind: "abandoning", epoch: 1, as: "bob", reason: "x" }], /is being abandoned since .* by bob/],
      [
        [{ kind: "abandoned", epoch: 1, as: "bob", reason: "x" }],
        /activation 1 was abandoned meanwhile: primary is active/,
      ],
    ] satisfies readonly (readonly [readonly Fact[], RegExp])[]) {
      const r = await rig([...begun, move], async ({ step }, { journal }) => {
        if (step.id === "data0/copy/db0-0") for (const f of facts) await journal.append(f);
      });
      expect((await failureOf(r.run())).message).to.match(says);
      expect(r.toys.acts.filter((a) => a.startsWith("open"))).to.deep.equal([]);
    }
  });
});
