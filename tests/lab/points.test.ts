import { expect } from "chai";
import { exitCodes } from "../../cli/failure.ts";
import { isDone } from "../../journal/situation.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  entriesOn,
  failed,
  k2IsWell,
  lose,
  ok,
  provisioned,
  situationOf,
  start,
  until,
  up,
  verdictOf,
} from "./stage.ts";

const folder = "D:\\LogShip";

/** Restores log after log of K2 at the standby, as somebody might who means well, until it has gone past a moment. */
async function restorePast({ lab }: Rig, atSec: number): Promise<void> {
  const stamp = new Date(atSec * 1000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const logs = (await lab.disk("SQLDR01").list(folder))
    .map((f) => f.name)
    .filter((n) => /^K2_\d+\.trn$/.test(n))
    .sort();
  for (const log of logs) {
    const { errors } = await lab
      .sql("SQLDR01")
      .run(`RESTORE LOG [K2] FROM DISK = N'${folder}\\${log}' WITH NORECOVERY`);
    // 4326: it holds nothing that is not there already.
    expect(
      errors.filter((e) => ![4326, 3013].includes(e.number)),
      log,
    ).to.deep.equal([]);
    if (log > `K2_${stamp}.trn`) return;
  }
  throw new Error(`no log goes past ${stamp}: ${logs.join(", ")}`);
}

/** Takes the full backups of K2 away from the standby; gives what puts them back. */
async function takeFulls({ lab }: Rig): Promise<() => Promise<void>> {
  const disk = lab.disk("SQLDR01");
  const names = (await disk.list(folder)).map((f) => f.name).filter((n) => /^K2_full_\d+\.bak$/.test(n));
  expect(names).not.to.deep.equal([]);
  const kept = await Promise.all(
    names.map(async (n) => ({ n, content: await disk.read(`${folder}\\${n}`) })),
  );
  for (const { n } of kept) await disk.remove(`${folder}\\${n}`);
  return async () => {
    for (const { n, content } of kept) await disk.write(`${folder}\\${n}`, content);
  };
}

describe("a point that is hard to reach, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let at: string;
  let acceptable: string;
  let putBack: () => Promise<void>;
  before(async () => {
    made = await provisioned({ hours: 5 });
    at = await lose(made);
  });
  after(() => made.close());

  const states = async (host: string): Promise<readonly unknown[]> =>
    (
      await made.lab.sql(host).run("SELECT state_desc FROM sys.databases WHERE name IN (N'K2', N'Claims')")
    ).rows.map((r) => r["state_desc"]);
  const nothingOpen = async (): Promise<void> => {
    const s = await situationOf(made);
    expect(s.noReturn).to.equal(false);
    expect(s.active).to.equal("primary");
    expect(await states("SQLDR01")).to.deep.equal(["RESTORING", "RESTORING"]);
  };
  const anew = (acceptLoss: string) =>
    declare(made, at, ["--accept-loss", acceptLoss, "--waive-fence", "no power"]);

  it("is refused where more would be lost than was accepted, with the loss to declare", async () => {
    const says = /2:00:00 of data would be lost \(point .*, disaster .*\), but 1:00:00 was accepted/;
    const declared = failed(await anew("1h"), says);
    expect(declared.code, "declared, and no point").to.equal(exitCodes.noPoint);
    const { all } = failed(await up(made, "dr-active"), says);
    acceptable = /declare again with --accept-loss (\S+)/.exec(all)?.[1] ?? "";
    expect(await verdictOf(made, "k2/choose-point")).to.equal("failed");
    await nothingOpen();
  });

  it("is refused where one database has gone past it and cannot go back, with what would help", async () => {
    await restorePast(made, Date.parse(at) / 1000 - 2 * 3600);
    putBack = await takeFulls(made);
    const says =
      /no common point: K2 can go back to .* at the earliest, but the point asked for is .*\. Bring over an older full backup, or declare a later point with --point/;
    expect(failed(await anew(acceptable), says).code).to.equal(exitCodes.noPoint);
    failed(await up(made, "dr-active"), says);
    expect(await verdictOf(made, "k2/choose-point")).to.equal("failed");
    await nothingOpen();
  });

  it("is reached from the full backup, in four hours; and nothing opens, since the old site has come back meanwhile", async () => {
    await putBack();
    const sql = made.lab.sql("SQLDR01");
    const percent = (): number | undefined =>
      [...sql.sessions.values()].find((s) => s.running?.command === "RESTORE DATABASE")?.running?.percent;
    Object.assign(sql.speed, { restoreMs: 12_000, progressMessages: 5_000 });
    const cutover = start(made, "dr-active");
    const proven = ["k2/prove-fence", "k2/choose-point"];
    await until(
      "the waiver has counted, and a point is chosen",
      async () => {
        const { verdicts } = await situationOf(made);
        return proven.every((step) => isDone(verdicts.get(step) ?? { verdict: "" }));
      },
      120_000,
    );
    await made.lab.network.siteUp("primary");
    await until("K2 is restored anew", () => percent() !== undefined);
    sql.speed.restoreMs = 0;
    await until("K2 works in London again", () => made.lab.serviceAt("K2PRD01", "K2 Server") === "running");
    for (let i = 0; i < 9; i++) {
      const seen = percent();
      expect(seen, "it still runs").to.be.a("number");
      await made.lab.clock.advance(30 * 60_000);
      await until("it goes on", () => percent() !== seen);
    }
    const { all } = failed(
      await cutover.done,
      /primary \(London\) still answers: .*Two sites must never write\. Fence it, then run "pulumi up" again/s,
    );
    expect(all).not.to.include("its time is over");
    // 5000 messages would be some 700 KB.
    expect(Buffer.byteLength(all)).to.be.lessThan(150 * 1024);
    await nothingOpen();
    const [began, ended, ...more] = await entriesOn(made, "k2-data/roll-forward/K2");
    expect([began?.verdict, ended?.verdict, more]).to.deep.equal(["started", "done", []]);
    expect(Date.parse(ended?.at ?? "") - Date.parse(began?.at ?? "")).to.be.greaterThan(4 * 3_600_000);
  });

  it("shows what it does for all that time, and says no more than the engine can carry", async () => {
    const { deployment } = JSON.parse(
      ok(await made.pulumi(["stack", "export", "-s", "dr-active"])).stdout,
    ) as {
      deployment: { resources: { urn: string; outputs?: { stderr?: string } }[] };
    };
    const said =
      deployment.resources.find((r) => r.urn.endsWith("::move-k2-data/roll-forward/K2"))?.outputs?.stderr ??
      "";
    expect(said.split("\n").filter((line) => /percent processed/.test(line))).to.have.length.within(8, 80);
    expect(Buffer.byteLength(said)).to.be.lessThan(30 * 1024);
    expect((await entriesOn(made, "k2-data/roll-forward/K2")).at(-1)?.log).to.have.length.within(8, 400);
  });

  it("opens once the old site is fenced: its services by the same `up`, its databases by hand", async () => {
    for (const database of ["K2", "Claims"])
      await made.lab.sql("SQLPRD01").run(`ALTER DATABASE [${database}] SET OFFLINE WITH ROLLBACK IMMEDIATE`);
    expect(await states("SQLPRD01")).to.deep.equal(["OFFLINE", "OFFLINE"]);
    ok(await up(made, "dr-active"));
    expect(made.lab.host("K2PRD01").services.find("K2 Server")).to.include({
      state: "stopped",
      startType: "disabled",
    });
    expect((await situationOf(made)).active).to.equal("dr");
    await k2IsWell(made);
  });
});
