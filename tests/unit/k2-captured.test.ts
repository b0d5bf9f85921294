import { expect } from "chai";
import fc from "fast-check";
import {
  differences,
  digestOf,
  fitted,
  sameButTimes,
  strangers,
  unnamedHosts,
  withoutHosts,
  type Captured,
  type TableRows,
} from "../../components/k2/captured.ts";
import { column, licenceRows } from "./k2-fixture.ts";

const rows = licenceRows(
  ["1", "K2DR01", "licence", "2026-11-22T03:10:00"],
  ["2", "k2dr02.corp.example", "other", null],
);
const captured = (licenceKey: TableRows): Captured => ({
  format: 1,
  part: "k2",
  site: "dr",
  at: "2026-11-22T03:10:00.000Z",
  server: licenceRows(),
  licenceKey,
});
const anyRows = fc
  .uniqueArray(fc.tuple(fc.nat(50).map(String), fc.string(), fc.option(fc.string()), fc.constant(null)), {
    selector: ([id]) => id,
    maxLength: 6,
  })
  .map((r) => licenceRows(...r));

describe("captured rows", () => {
  it("are the same in any order, and another when one cell is", () => {
    fc.assert(
      fc.property(anyRows, (t) => {
        expect(digestOf(captured({ ...t, rows: t.rows.toReversed() }))).to.equal(digestOf(captured(t)));
        if (t.rows.length > 0) {
          const changed = t.rows.with(0, (t.rows[0] ?? []).with(1, `${t.rows[0]?.[1] ?? ""}x`));
          expect(digestOf(captured({ ...t, rows: changed }))).to.not.equal(digestOf(captured(t)));
        }
      }),
    );
  });

  it("are held against a table cell by cell: every change of a captured row is told, and no other", () => {
    fc.assert(
      fc.property(anyRows, anyRows, (now, kept) => {
        const wrong = differences(now, kept);
        const byId = new Map(now.rows.map((r) => [r[0], r]));
        expect(wrong).to.have.length(
          kept.rows.filter((r) => JSON.stringify(byId.get(r[0] ?? "")) !== JSON.stringify(r)).length,
        );
        expect(strangers(now, kept)).to.equal(
          now.rows.filter((r) => !kept.rows.some((k) => k[0] === r[0])).length,
        );
        expect(differences(kept, kept)).to.deep.equal([]);
      }),
    );
  });

  it("tell which columns differ, and never what is in them", () => {
    const now = licenceRows(["1", "K2PRD01", "production", "2026-11-22T03:10:00"]);
    expect(differences(now, rows)).to.deep.equal([
      { table: "K2.HostServer.LicenseKey", key: '["1"]', columns: ["HostName", "LicenseKey"] },
      { table: "K2.HostServer.LicenseKey", key: '["2"]', columns: [] },
    ]);
  });

  it("have not changed when only a time has: K2 notes when a server was last seen", () => {
    const later = licenceRows(
      ["2", "k2dr02.corp.example", "other", "2030-01-01T00:00:00"],
      ["1", "K2DR01", "licence", null],
    );
    expect(sameButTimes(later, rows)).to.equal(true);
    expect(sameButTimes(licenceRows(["1", "K2DR01", "renewed", null]), rows)).to.equal(false);
  });

  it("name a host by its short name in any case, or they are another site's", () => {
    expect(unnamedHosts(rows, ["k2dr01", "K2DR02"])).to.deep.equal([]);
    expect(unnamedHosts(rows, ["K2DR01", "K2DR03"])).to.deep.equal(["K2DR03"]);
    expect(unnamedHosts(licenceRows(["1", "K2PRD01", "K2DR01-licence", null]), ["K2DR01"])).to.deep.equal([
      "K2DR01",
    ]);
  });

  it("of other hosts are left out: they came over with their site's data", () => {
    const both = licenceRows(["1", "K2DR01", "x", null], ["2", "k2prd02.corp.example", "y", null]);
    expect(withoutHosts(both, ["K2PRD01", "K2PRD02"]).rows).to.deep.equal([["1", "K2DR01", "x", null]]);
    expect(withoutHosts(both, []).rows).to.have.length(2);
  });

  it("fit a table of a newer K2 without the columns that it dropped, unless a type or the key changed", () => {
    const today = rows.columns.filter((c) => c.name !== "Expires");
    const found = fitted(rows, [...today, column("Edition", "int")]);
    expect(found).to.deep.include({ dropped: ["Expires"] });
    expect("rows" in found && found.rows.rows).to.deep.equal([
      ["1", "K2DR01", "licence"],
      ["2", "k2dr02.corp.example", "other"],
    ]);
    const typed = rows.columns.map((c) => (c.name === "LicenseKey" ? { ...c, type: "varbinary" } : c));
    expect(fitted(rows, typed)).to.deep.equal({
      refused:
        "column LicenseKey of K2.HostServer.LicenseKey was nvarchar when its rows were captured and is varbinary now",
    });
    expect(fitted(rows, rows.columns.slice(1)))
      .to.have.property("refused")
      .that.contains("no column ID");
    const keyed = rows.columns.map((c) => ({ ...c, isKey: c.name === "HostName" }));
    expect(fitted(rows, keyed)).to.have.property("refused").that.contains("the key");
  });
});
