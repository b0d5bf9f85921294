import { expect } from "chai";
import { loginFindings, versionFindings } from "../../components/sql/log-shipping/readiness/judge.ts";
import { spaceFindings, type SpaceAsked } from "../../components/sql/log-shipping/readiness/space.ts";
import { pointLastsUntil } from "../../components/sql/log-shipping/lasts.ts";
import type { BackupSet } from "../../components/sql/log-shipping/seen.ts";
import { told } from "./log-shipping-looks.ts";

const of = { part: "data", database: "K2", to: "dr" } as const;

describe("Readiness of log shipping", () => {
  it("knows that backups go up to a newer SQL Server and never down", () => {
    const host = (name: string, version: string) => ({ host: name, version });
    const found = (source: string, standby: string) =>
      told(versionFindings("data", host("A", source), host("B", standby)));
    expect(found("15.0.2000.5", "15.0.4430.1")).to.deep.equal([]);
    expect(found("10.50.1600.1", "10.50.6000.34")).to.deep.equal([]);
    expect(found("15.0.2000.5", "16.0.1000.6")[0]).to.match(/^risk version:data: .* a move is one way/);
    expect(found("10.0.1600.22", "10.50.1600.1")[0]).to.match(/^risk .*a move is one way/);
    expect(found("16.0.1000.6", "15.0.2000.5")).to.deep.equal([
      "stops version:data: B runs SQL Server 2019 (15.0.2000.5), A SQL Server 2022 (16.0.1000.6): an older SQL Server restores no backup of a newer one (error 3169)",
    ]);
  });

  it("asks for room for what databases have grown by, for logs, and for the first full backup", () => {
    const file = (mb: number, path: string, type = 0) => ({ database: "K2", type, path, mb });
    const asked = (change: Partial<SpaceAsked>): SpaceAsked => ({
      part: "data",
      host: "SQLDR01",
      source: [file(50_000, "E:\\K2.mdf"), file(2000, "E:\\K2.ldf", 1)],
      standby: [file(30_000, "F:\\K2.mdf"), file(2000, "L:\\K2.ldf", 1)],
      defaults: { data: "F:\\", log: "L:\\" },
      copyTo: "D:\\LogShip",
      backupFolder: "B:\\LogShip",
      free: new Map([
        ["F", 30_000],
        ["L", 5000],
        ["D", 5000],
        ["B", 60_000],
      ]),
      ...change,
    });
    expect(spaceFindings(asked({}))).to.deep.equal([]);
    const less = (drive: string, mb: number): Partial<SpaceAsked> => ({
      free: new Map([...asked({}).free, [drive, mb]]),
    });
    expect(told(spaceFindings(asked(less("F", 21_023))))).to.deep.equal([
      "stops disk:SQLDR01/F: drive F: of SQLDR01 has 21 GB free, and the databases of data need 20 GB more there than they have, and 1024 MB for logs that arrive",
    ]);
    expect(spaceFindings(asked(less("F", 21_024)))).to.deep.equal([]);
    expect(told(spaceFindings(asked(less("B", 49_999))))[0]).to.match(
      /^risk disk:SQLDR01\/B: .* the first full backup after a move may need 49 GB there$/,
    );
    expect(told(spaceFindings(asked({ standby: [] })))[0]).to.match(
      /^stops disk:SQLDR01\/F: .* need 49 GB more/,
    );
    const shared = asked({ copyTo: "\\\\NAS\\LogShip", backupFolder: "\\\\NAS\\LogShip" });
    expect(
      spaceFindings({
        ...shared,
        free: new Map([
          ["F", 30_000],
          ["L", 5000],
        ]),
      }),
    ).to.deep.equal([]);
    expect(told(spaceFindings(asked({ copyTo: "Q:\\x" })))).to.deep.equal([
      "stops drive:SQLDR01/Q: it has no drive Q:, which files of data need",
    ]);
  });

  it("lets a point be had until the first log beyond it was held for its time", () => {
    const log = (finishSec: number, more: Partial<BackupSet> = {}): BackupSet => ({
      file: "K2.trn",
      position: 1,
      type: "log",
      firstLsn: "1",
      lastLsn: "2",
      firstFork: "f",
      fork: "f",
      startSec: finishSec,
      finishSec,
      tail: false,
      bulk: false,
      damaged: false,
      ...more,
    });
    const seen = (...sets: readonly BackupSet[]) => ({ state: "RESTORING", sets: [...sets], unreadable: [] });
    const facts = { databases: ["K2"], holdMin: 180 };
    expect(pointLastsUntil(facts, { K2: seen(log(1000), log(4600), log(8200)) }, 3000)).to.equal(
      4600 + 10_800,
    );
    expect(pointLastsUntil(facts, { K2: seen(log(1000)) }, 3000), "none beyond it yet").to.equal(
      3000 + 10_800,
    );
    expect(pointLastsUntil(facts, { K2: seen(log(4600, { tail: true })) }, 3000)).to.equal(3000 + 10_800);
    const two = { databases: ["K2", "Claims"], holdMin: 180 };
    expect(pointLastsUntil(two, { K2: seen(log(9000)), Claims: seen(log(4000)) }, 3000)).to.equal(
      4000 + 10_800,
    );
  });

  it("says nothing of logins where none lack", () => {
    expect(loginFindings(of, { host: "SQLDR01" }, [], [])).to.deep.equal([]);
  });
});
