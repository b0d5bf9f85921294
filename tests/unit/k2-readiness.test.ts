import { expect } from "chai";
import type { Captured } from "../../components/k2/captured.ts";
import { keyFindings, licenceFindings } from "../../components/k2/readiness.ts";
import * as k2 from "../../components/k2/run.ts";
import { k2 as part } from "../../components/k2/part.ts";
import { secret } from "../../model/secret.ts";
import type { Finding } from "../../model/finding.ts";
import { gather } from "../../readiness/gather.ts";
import { looksFor } from "../../readiness/looks.ts";
import { holdingRecovery } from "./cli-fixture.ts";
import { recoveryOf } from "./k2-fixture.ts";
import { k2SqlBench, tables, type K2SqlBench } from "./k2-sql-bench.ts";

const day = 86_400_000;
const nowMs = Date.UTC(2026, 10, 22, 3);

describe("Readiness of K2's licences and keys", () => {
  const column = (name: string, isKey = false) => ({
    name,
    type: isKey ? "nvarchar" : "datetime",
    precision: 0,
    scale: 0,
    isIdentity: false,
    isKey,
  });
  const captured = (expires: string | null, name = "Expires"): Captured => ({
    format: 1,
    part: "k2",
    site: "dr",
    at: "2026-11-22T03:00:00.000Z",
    server: { name: tables.server, columns: [column("Name", true)], rows: [["K2DR01"]] },
    licenceKey: {
      name: tables.licenceKey,
      columns: [column("HostName", true), column(name)],
      rows: [["K2DR01", expires]],
    },
  });
  const ends = (inDays: number): string => new Date(nowMs + inDays * day).toISOString().slice(0, 23);

  it("finds a licence that ends within a month, and one that has ended", () => {
    const told = (c: Captured) => licenceFindings("k2", c, nowMs).map((f) => `${f.severity}: ${f.says}`);
    expect(told(captured(null))).to.deep.equal([]);
    expect(told(captured(ends(31)))).to.deep.equal([]);
    expect(told(captured(ends(29.5)))).to.deep.equal([
      "risk: a captured licence of dr in K2.HostServer.LicenseKey ends in 30 days",
    ]);
    expect(told(captured(ends(-2)))).to.deep.equal([
      "stops: a captured licence of dr in K2.HostServer.LicenseKey has ended 2 days ago: K2 does not start on it",
    ]);
  });

  it("says that the end of a licence can't be read, and then goes by the day that the estate gives", () => {
    const told = (c: Captured, endsAt?: string) =>
      licenceFindings("k2", c, nowMs, endsAt).map((f) => `${f.severity}: ${f.says}`);
    const cannot =
      "note: when the licence of dr ends can't be read: no column of K2.HostServer.LicenseKey is named after an end and holds dates";
    expect(told(captured(ends(2), "LastSeen")), "another date").to.deep.equal([cannot]);
    expect(told(captured("on demand")), "no date").to.deep.equal([cannot]);
    expect(told(captured("2026-12-01 00:00:00")), "text as SQL Server writes a date").to.deep.equal([
      "risk: a captured licence of dr in K2.HostServer.LicenseKey ends in 9 days",
    ]);
    expect(told(captured(ends(2), "LastSeen"), "2027-03-31")).to.deep.equal([]);
    expect(told(captured(ends(2), "LastSeen"), "2026-11-22"), "its last day").to.deep.equal([
      "risk: the licence of dr (licence.endsAt.dr of the estate) ends in 1 day",
    ]);
    expect(told(captured(ends(2), "LastSeen"), "2026-11-21")).to.deep.equal([
      "stops: the licence of dr (licence.endsAt.dr of the estate) has ended 1 day ago: K2 does not start on it",
    ]);
    expect(told(captured(null), "2026-11-21"), "a column that tells comes first").to.deep.equal([]);
  });

  it("finds keys by which nothing can be proven", () => {
    const there = { database: "K2", host: "SQLPRD01", masterKey: 1, symmetricKey: 1, certificate: 1 };
    const names = { symmetricKey: "SCSSOKey", certificate: "SCHostServerCert" };
    expect(keyFindings("k2", [there], names)).to.deep.equal([]);
    expect(keyFindings("k2", [{ ...there, masterKey: 0, certificate: 0 }], names)).to.deep.equal([]);
    expect(keyFindings("k2", [{ ...there, symmetricKey: 0, certificate: 0 }], names)[0]?.says).to.equal(
      "K2 on SQLPRD01 has a master key and no symmetric key SCSSOKey and no certificate SCHostServerCert: that K2 can decrypt its settings after a move is not proven",
    );
  });

  describe("seen at two SQL Servers", function () {
    this.timeout(60_000);
    let bench: K2SqlBench;
    before(async () => {
      bench = await k2SqlBench();
    });
    after(() => bench.close());

    async function look(password: string): Promise<readonly Finding[]> {
      const parts = recoveryOf({ masterKey: { password: secret.env(password) } }).parts.filter(
        (p) => p.id === "k2",
      );
      const looks = await looksFor(
        { ...holdingRecovery(), parts },
        { from: "primary", to: "dr", mode: "planned" },
        { journal: {} as never, parts: { k2: part }, runs: { k2: () => Promise.resolve(k2) } },
      );
      const step = bench.step();
      const { findings } = await gather(
        looks.filter((l) => /keys|licence|rows-captured|master-key/.test(l.id)),
        { io: step.io, to: "dr", hosts: [], limitSec: 20, before: () => [] },
      );
      await step.end();
      return findings;
    }

    it("finds the wrong password of a master key, licence rows that were never captured, and a certificate that lacks", async () => {
      const wrong = await look("WRONG");
      const ids = wrong.map((f) => `${f.severity} ${f.id}`);
      expect(ids).to.have.members([
        "stops preflight:k2/master-key-opens",
        "stops preflight:k2/rows-captured",
      ]);
      expect(wrong.find((f) => f.id === "preflight:k2/master-key-opens")?.says).to.contain(
        "is not that of the master key of K2 on SQLPRD01",
      );
      expect(wrong.find((f) => f.id === "preflight:k2/rows-captured")?.says).to.contain(
        "no licence rows of k2 at dr are kept",
      );
      await bench.run("SQLPRD01", "DROP SYMMETRIC KEY [SCSSOKey]; DROP CERTIFICATE [SCHostServerCert]", "K2");
      const right = await look("K2_MASTER_KEY");
      expect(right.map((f) => `${f.severity} ${f.id}`)).to.include("risk keys:k2/K2");
      expect(JSON.stringify(right)).to.not.contain("staple");
    });
  });
});
