import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { claimsChecks } from "../../lab/play/ledger.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { standingOf } from "../../journal/standing.ts";
import {
  declarePlanned,
  engineMs,
  failed,
  k2IsWell,
  labTime,
  ok,
  provisioned,
  situationOf,
  unchanged,
  up,
} from "./stage.ts";

describe("a planned move in which one system can lose nothing no more, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 5, systems: 2 });
    await loseLogOfLedger(made);
  });
  after(() => made.close());

  const modeUnplanned = (...more: string[]) =>
    made.cli([
      "mode",
      "unplanned",
      ...more,
      "--disaster-at",
      labTime(made),
      "--accept-loss",
      "5h",
      "--incident",
      "T1",
      "--as",
      "test",
      "--reason",
      "a log of Ledger is lost for good",
    ]);
  const statesOf = async () =>
    Object.fromEntries(standingOf(await situationOf(made)).map((x) => [x.system, `${x.mode}, ${x.state}`]));

  it("brings K2 over without a loss, and opens nothing of the system whose log is lost", async () => {
    failed(await modeUnplanned(), /no move is under way: primary is active/);
    ok(await declarePlanned(made));
    failed(await up(made, "dr-active"), /claims/);
    expect(await statesOf()).to.deep.equal({ k2: "planned, up", claims: "planned, failed" });
    await k2IsWell(made);
    const page = await readFile(
      join(made.folder, ".lab", "journal", "reports", "lab-activation-1.html"),
      "utf8",
    );
    expect(page, "the step that stopped it has left its report").to.match(
      /STOPPED: [^<]*<.*claims[^<]* has failed.*<h1>/s,
    );
  });

  it("lets that system alone go on unplanned: K2 is past its point of no return, and finished", async () => {
    failed(await modeUnplanned("--system", "k2"), /^k2: past the point of no return/m);
    failed(await made.cli(["abandon", "--as", "test", "--reason", "x"]), /past the point of no return/);
    const { stdout } = ok(await modeUnplanned("--system", "claims"));
    expect(stdout)
      .to.match(/claims: .* of data would be lost/)
      .and.to.match(/pulumi up -s dr-active/);
    expect(stdout).not.to.match(/^k2: .* would be lost/m);
  });

  it("finishes both with the next `up`: each on its own terms, and nothing of K2 done a second time", async () => {
    const before = (await made.entries()).length;
    ok(await up(made, "dr-active"));
    const s = await situationOf(made);
    expect([s.active, s.epoch, s.ended.get(2)]).to.deep.equal(["dr", 2, "completed"]);
    expect(await statesOf()).to.deep.equal({ k2: "planned, up", claims: "unplanned, up" });
    expect(s.points.get("k2")).to.include({ epoch: 1, to: "end", lossSec: 0 });
    expect(s.points.get("claims")?.lossSec).to.be.greaterThan(3600);
    await k2IsWell(made);
    const claims = await claimsChecks(made.lab, s.points.get("claims")?.atSec);
    expect(claims.filter((c) => !c.ok)).to.deep.equal([]);
    const again = (await made.entries())
      .slice(before)
      .flatMap((e) =>
        e.kind === "step" && /^k2(-data|-sql\.corp\.example|\.corp\.example)?\//.test(e.step) ? [e.step] : [],
      );
    expect(again).to.deep.equal([]);
    unchanged(await up(made, "dr-active"));
  });

  it("tells in status and report what each lost", async () => {
    const status = JSON.parse(ok(await made.cli(["status", "--json"])).stdout) as {
      readonly lastActivation: {
        readonly systems: readonly { readonly system: string; readonly state: string }[];
      };
    };
    expect(status.lastActivation.systems.map((x) => [x.system, x.state]).sort()).to.deep.equal([
      ["claims", "up"],
      ["k2", "up"],
    ]);
    const { stdout } = ok(await made.cli(["report", "--out", `${made.folder}/report.html`]));
    expect(stdout).to.match(/k2: up; cut over in .*; lost nothing/);
    expect(stdout).to.match(/claims \(unplanned\): up; away .*; lost \d/);
  });
});

/** Takes the last held log of Ledger out of every place where it lies: its chain ends there for good. */
async function loseLogOfLedger({ lab }: Rig): Promise<void> {
  const stamp = new Date(lab.clock.now() - 3_600_000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  for (const host of ["SQLDR01", "SQLPRD01"]) {
    const disk = lab.disk(host);
    const logs = (await disk.list("D:\\LogShip"))
      .map((f) => f.name)
      .filter((n) => /^Ledger_\d+\.trn$/.test(n));
    const last = logs
      .filter((n) => n < `Ledger_${stamp}.trn`)
      .sort()
      .at(-1);
    if (last !== undefined) await disk.remove(`D:\\LogShip\\${last}`);
  }
}
