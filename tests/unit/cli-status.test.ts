import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { statusOf, leaseText } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { status } from "../../cli/status/run.ts";
import { begunActivation, completed, move, point, recovery, Scribe } from "./report-fixture.ts";
import { tempProject, writtenTerminal, write } from "./cli-fixture.ts";
import { toyParts } from "./toy.ts";

const now = new Date("2026-11-22T06:00:00Z");
const args = { now, place: "/j", leases: [] };
const declared = (to: "dr" | "primary"): Scribe =>
  new Scribe()
    .add({ kind: "genesis", estate: "toys", active: "primary" })
    .add({ kind: "declared", factsHash: "facts1", recovery })
    .add({ kind: "move declared", to, mode: "planned", as: "op", acceptLossSec: 0 });

describe("status", () => {
  const cases: readonly (readonly [string, Scribe, RegExp, RegExp])[] = [
    [
      "before the first facts",
      new Scribe().add({ kind: "genesis", estate: "toys", active: "dr" }),
      /active\s+dr\nstate\s+at rest\nfacts\s+none yet: run "pulumi up -s primary"/,
      /^(?!.*next:)/s,
    ],
    [
      "at rest with a declaration",
      declared("dr"),
      /declared\s+planned move to dr, by op, good until 2026-11-23 05:40:00 UTC/,
      /use the declaration: PULUMI_CONTINUE_ON_ERROR=true PULUMI_PARALLEL=64 pulumi up -s dr-active\n.*withdraw/,
    ],
    [
      "moving before no return",
      begunActivation().step("a", "hold", 5, "failed", "SQLDR01 is silent"),
      /active\s+primary \(London\)\nstate\s+MOVING from primary to dr, before the point of no return\nstopped by\s+a: SQLDR01 is silent/,
      /finish it: .*pulumi up -s dr-active/,
    ],
    [
      "moving past no return",
      begunActivation().add({ kind: "no return", epoch: 1, step: "open" }),
      /active\s+neither is at rest: databases are open at dr \(Leeds\) since 2026-11-22 05:46:03 UTC, and nothing may write at primary \(London\)\nstate\s+MOVING from primary to dr, PAST NO RETURN: finish it, or go back and lose what was written since/,
      /^(?!.*\nheld).*finish it: .*dr-active/s,
    ],
    [
      "completed and owing",
      begunActivation().step("data0/backup", "protect", 5, "failed", "share is full", false).add(completed),
      /active\s+dr \(Leeds\)[^]*owed\s+data0\/backup: share is full \(last tried 2026-11-22 05:46:08 UTC\)/,
      /do what is owed, once it can be done: .*pulumi up -s dr-active/,
    ],
    [
      "held after a withdrawal",
      declared("dr").add({ kind: "held", part: "data", says: "s" }).add({ kind: "withdrawn", as: "op" }),
      /held\s+data: restore jobs stand still/,
      /release what is still held: parallel-standby withdraw/,
    ],
  ];
  for (const [what, scribe, shows, does] of cases)
    it(`says how it stands and what to do: ${what}`, () => {
      const text = statusText(statusOf(scribe.entries, args), "linux");
      expect(text).to.match(shows);
      expect(text).to.match(does);
    });

  const shown = (s: Scribe, at = now): string =>
    statusText(statusOf(s.entries, { ...args, now: at }), "linux");

  it("never tells whoever reads it to start a server of a site that is not fenced, and does not call that at rest", () => {
    const off =
      "P (10.0.0.1:22) refuses connections: the server is off. Start the server, or its service sshd.";
    const s = begunActivation().step("web0/stop/web", "fence-apps", 5, "waived", off, false);
    expect(shown(s)).to.match(
      /not had +web0\/stop\/web: P \(10\.0\.0\.1:22\) refuses connections: the server is off;/,
    );
    s.add(completed);
    const text = shown(s);
    expect(text).to.match(/^state +active, primary IS NOT FENCED, NO STANDBY$/m);
    expect(text).to.match(
      /^owed +web0\/stop\/web: NOT FENCED: keep the power or the network of primary off; if it comes back, run "parallel-standby probe" \(P .* is off\)/m,
    );
    expect(text).to.not.contain("Start the server");
  });

  it("counts only steps of the plan: what goes back to the old site is none of it", () => {
    const s = begunActivation()
      .step("a", "hold", 5)
      .step("b", "may-go-back", 5)
      .add({ kind: "abandoned", epoch: 1, as: "op", reason: "x", lossSec: 5 });
    const text = statusText(statusOf(s.entries, { ...args, plannedSteps: 1 }), "linux");
    expect(text).to.match(/1 of 1 step done/);
    expect(text).to.match(/^state +active, NO STANDBY$/m);
  });

  it("keeps what stops a move apart from what it goes on without, the first first", () => {
    const s = begunActivation()
      .step("web0/stop/web", "fence-apps", 5, "failed", "P did not answer in 10 s", false)
      .step("data0/copy/db0-0", "final-sync", 5, "waived", "P is silent", false)
      .step(
        "data0/roll/db0-0",
        "roll-forward",
        5,
        "failed",
        'the disk of D is full. Make room, then "pulumi up"',
      );
    const text = shown(s);
    expect(text.split("\n")[3]).to.match(
      /^stopped by {2}data0\/roll\/db0-0: the disk of D is full\. Make room, then "pulumi up"$/,
    );
    expect(text.match(/^stopped by/gm)).to.have.length(1);
    expect(text).to.match(/not had\s+web0\/stop\/web: P did not answer in 10 s; the move goes on\n/);
    expect(text).to.match(/not had\s+data0\/copy\/db0-0: P is silent; the move goes on\n/);
    expect(text).to.match(/; 0 of 3 steps done, 1 failed, 2 not had\n/);
    expect(text, "the same is not said twice").to.not.match(/^owed/m);
  });

  it("offers a declaration that waits, since the next up begins anew with it", () => {
    const waiting = begunActivation()
      .step("a", "hold", 5)
      .add({ kind: "move declared", ...move });
    const next = shown(waiting).split("next:\n")[1]?.split("\n") ?? [];
    expect(next[0]).to.match(
      /^ {2}begin anew with what R\. Okafor declared \(unplanned\): .*pulumi up -s dr-active$/,
    );
    expect(next[1]).to.contain("or take it back: parallel-standby withdraw");
    expect(next[2]).to.contain("or give it up, primary stays active");
    expect(next.join("\n")).to.not.contain("finish it");
  });

  it("goes on with the move where the declaration that waits has expired, and says so", () => {
    const waiting = begunActivation()
      .step("a", "hold", 5)
      .add({ kind: "move declared", ...move });
    const text = shown(waiting, new Date("2026-11-23T06:00:00Z"));
    expect(text).to.match(/finish it: .*\n[^]*the declaration that waits has expired/);
    expect(text).to.not.contain("begin anew");
  });

  it("offers a new declaration beside giving back, while a move is being abandoned", () => {
    const s = begunActivation()
      .step("a", "hold", 5)
      .add({ kind: "abandoning", epoch: 1, as: "op", reason: "x" });
    expect(shown(s)).to.not.contain("begin anew");
    expect(shown(s.add({ kind: "move declared", ...move }))).to.match(
      /go on giving back: .*\n {2}or begin anew with what R\. Okafor declared/,
    );
  });

  it("lets a move back that was declared past no return wait for the end of this one", () => {
    const s = begunActivation()
      .add({ kind: "no return", epoch: 1, step: "open" })
      .add({ kind: "move declared", to: "primary", mode: "planned", as: "op", acceptLossSec: 0 });
    expect(shown(s)).to.match(
      /finish it: .*pulumi up -s dr-active\n {2}or go back to primary, .*\n {2}the move back to primary that op declared comes after that$/,
    );
  });

  it("says what the data costs, and what the latest point would, before and after it is open", () => {
    const s = begunActivation().step("web0/choose-point", "choose-point", 5);
    const chosen = point(9000);
    if (chosen.kind !== "point chosen") throw new Error("no point");
    const at = Date.parse("2026-11-22T03:10:00Z") / 1000;
    s.add({ ...chosen, databases: [{ database: "db", fromSec: 0, toSec: at - 420, evidence: "db_1.trn" }] });
    expect(shown(s)).to.contain(
      "web0: to 2026-11-22 00:40:00 UTC, 2:30:00 would be lost to the declared time of the disaster; at the latest point: 0:07:00, with --point latest (target 4:00:00)",
    );
    s.add({ kind: "no return", epoch: 1, step: "x" }).add(completed);
    expect(shown(s)).to.contain(
      "2:30:00 lost to the declared time of the disaster; at the latest point it would have been 0:07:00 (target 4:00:00)",
    );
  });

  it("says that a declaration has expired instead of offering it", () => {
    const text = statusText(
      statusOf(declared("dr").entries, { ...args, now: new Date("2026-11-23T05:40:01Z") }),
      "linux",
    );
    expect(text).to.contain("EXPIRED 2026-11-23 05:40:00 UTC");
    expect(text).to.contain("the declaration has expired");
    expect(text).to.not.contain("use the declaration");
  });

  it("offers nothing but to watch while a run is under way", () => {
    const leases = [
      { name: "run", who: "op@runner#1", since: "2026-11-22T05:50:00Z" },
      { name: "step 1 k2/stop/K2 Server", who: "op@runner#2", since: "2026-11-22T05:55:00Z" },
    ];
    const text = statusText(statusOf(begunActivation().entries, { ...args, leases }), "linux");
    expect(text).to.contain("running    pulumi up, by op@runner#1, since 2026-11-22 05:50:00 UTC");
    expect(text).to.contain("step k2/stop/K2 Server of activation 1");
    expect(text.split("next:\n")[1]).to.equal('  it runs: follow it with "parallel-standby journal follow"');
  });

  it("shows what servers said without the signs that move a cursor", () => {
    const s = begunActivation().step("a", "hold", 5, "failed", "\u001b[2Kall is well\r\nreally");
    const text = statusText(statusOf(s.entries, args), "linux");
    expect(text).to.not.match(/[\u001b\r]/);
    expect(text).to.contain("[2Kall is well · really");
  });

  it("names every kind of lease", () => {
    expect(["run", "step 3 k2/open", "provision k2/park", "doctor"].map(leaseText)).to.deep.equal([
      "pulumi up",
      "step k2/open of activation 3",
      "provisioning step k2/park",
      "doctor",
    ]);
  });

  it("gives a machine the same, counts the steps of the whole plan, and names the report of the last move alone", async () => {
    const project = await tempProject();
    try {
      const terminal = writtenTerminal(now);
      await write(project, [
        { kind: "genesis", estate: "toys", active: "primary" },
        { kind: "declared", factsHash: "facts1", recovery },
        { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
        {
          kind: "activation started",
          epoch: 1,
          from: "primary",
          to: "dr",
          mode: "planned",
          as: "op",
          factsHash: "facts1",
          planHash: "p",
          declaration: 2,
          acceptLossSec: 0,
        },
        {
          kind: "step",
          epoch: 1,
          step: "web0/stop/web",
          phase: "fence-apps",
          verdict: "done",
          critical: true,
          says: "stopped",
        },
      ]);
      await status({ json: true }, project, { parts: toyParts }, terminal);
      const read = JSON.parse(terminal.lines.join("")) as ReturnType<typeof statusOf>;
      expect(read).to.deep.include({
        state: "moving",
        active: { site: "primary", place: "London" },
        held: [],
        owed: [],
      });
      expect(read.lastActivation?.steps).to.include({ done: 1, total: 1 });
      expect(read.lastActivation?.steps.planned).to.be.greaterThan(10);
      const reports = path.join(project.folder, "reports");
      await fs.mkdir(reports, { recursive: true });
      const shown = async (kept: number): Promise<string | undefined> => {
        await fs.writeFile(path.join(reports, `toys-activation-${String(kept)}.html`), "");
        terminal.lines.length = 0;
        await status({ json: true }, project, { parts: toyParts }, terminal);
        return (JSON.parse(terminal.lines.join("")) as ReturnType<typeof statusOf>).lastReport;
      };
      expect(await shown(0), "the report of an earlier move is not this one's").to.equal(undefined);
      expect(await shown(1)).to.equal(path.join(reports, "toys-activation-1.html"));
    } finally {
      await project.leave();
    }
  });
});
