import { expect } from "chai";
import fc from "fast-check";
import type { Column, TableRows } from "../../components/k2/captured.ts";
import * as keys from "../../components/k2/tsql-keys.ts";
import * as tsql from "../../components/k2/tsql.ts";
import { column, licenceRows } from "./k2-fixture.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";

const table = { database: "K2", schema: "Server", table: "Server" };
const names: keys.KeyNames = {
  symmetricKey: "SCSSOKey",
  certificate: "SCHostServerCert",
  proof: { schema: "HostServer", table: "Configuration", value: "VariableValue", flag: "Encrypted" },
};
const types = [
  ..."bigint int smallint tinyint bit decimal numeric money smallmoney float real char varchar nchar".split(
    " ",
  ),
  ..."nvarchar text ntext sysname binary varbinary image uniqueidentifier date time datetime".split(" "),
  ..."smalldatetime datetime2 datetimeoffset xml".split(" "),
];
const wide: Column[] = types.map((type, i) =>
  column(`c${String(i)} ] '`, type, { precision: 18, scale: 4, isKey: i < 2 }),
);
const statements = (rows: TableRows, removeOthers = false): readonly string[] =>
  tsql.putBack([{ rows, removeOthers }]).split("\n");

describe("K2's T-SQL", () => {
  const texts: Readonly<Record<string, string>> = {
    databaseState: tsql.databaseState("K2's"),
    columnsOf: tsql.columnsOf(table),
    keyColumnsOf: tsql.keyColumnsOf(table),
    isReferred: tsql.isReferred(table),
    rowsOf: tsql.rowsOf(table, wide),
    putBack: tsql.putBack([
      {
        rows: { name: table, columns: wide, rows: [wide.map(() => "1'"), wide.map(() => null)] },
        removeOthers: true,
      },
      { rows: licenceRows(["1", "K2DR01", "x", null]), removeOthers: false },
    ]),
    createKeepDatabase: tsql.createKeepDatabase,
    createKeepTable: tsql.createKeepTable,
    hasKeepTable: tsql.hasKeepTable,
    readKept: tsql.readKept,
    readKeptParts: tsql.readKeptParts,
    writeKept: tsql.writeKept,
    keysOf: keys.keysOf("K2", names),
    openKey: keys.openKey("K2", names),
    undecryptable: keys.undecryptable("K2", names),
    tryMasterKey: keys.tryMasterKey("K2", "it's; -- a password"),
    protectMasterKey: keys.protectMasterKey("K2", "it's; -- a password"),
  };
  for (const [name, text] of Object.entries(texts))
    itParses(`${name} is accepted by every SQL Server since 2008`, async () => {
      expect(await expectTsql(text)).to.not.be.empty;
    });

  itParses("a password is one literal whatever is in it", async () => {
    const kinds = ["UseStatement", "OpenMasterKeyStatement", "CloseMasterKeyStatement"];
    for (const password of ["'; DROP DATABASE K2; --", "''", "a\nb", "]", "/*"])
      expect(await expectTsql(keys.tryMasterKey("K2", password), ["2012", "2019"])).to.deep.equal(kinds);
  });

  it("knows a conversion for every type that K2 can have, and says no to the others", () => {
    expect(types.filter((type) => !tsql.canKeep(type))).to.deep.equal([]);
    for (const type of ["geometry", "hierarchyid", "sql_variant", "timestamp", ""])
      expect(tsql.canKeep(type), type).to.equal(false);
  });

  it("reads text columns whole and keeps all digits of decimals, money and times", () => {
    const of = (type: string) =>
      tsql.rowsOf(table, [column("c", type, { precision: 18, scale: 4 })]).split("\n")[0];
    expect(of("ntext")).to.equal("SELECT CONVERT(nvarchar(max), [c]) AS [c0]");
    expect(of("money")).to.equal("SELECT CONVERT(varchar(50), [c], 2) AS [c0]");
    expect(of("float")).to.equal("SELECT CONVERT(float, [c]) AS [c0]");
    expect(of("datetimeoffset")).to.equal("SELECT CONVERT(varchar(40), [c], 126) AS [c0]");
    expect(of("image")).to.equal("SELECT CONVERT(varchar(max), CONVERT(varbinary(max), [c]), 1) AS [c0]");
  });

  it("overwrites the row with the same key and adds it where there is none, in one transaction", () => {
    expect(statements(licenceRows(["7", "K2DR01", "it's", null]))).to.deep.equal([
      "SET NOCOUNT ON;",
      "SET XACT_ABORT ON;",
      "BEGIN TRANSACTION;",
      "SET IDENTITY_INSERT [K2].[HostServer].[LicenseKey] ON;",
      "UPDATE [K2].[HostServer].[LicenseKey] SET [HostName] = CONVERT(nvarchar(max), N'K2DR01'), [LicenseKey] = CONVERT(nvarchar(max), N'it''s'), [Expires] = NULL WHERE [ID] = CONVERT(int, N'7');",
      "IF @@ROWCOUNT = 0",
      "INSERT INTO [K2].[HostServer].[LicenseKey] ([ID], [HostName], [LicenseKey], [Expires]) VALUES (CONVERT(int, N'7'), CONVERT(nvarchar(max), N'K2DR01'), CONVERT(nvarchar(max), N'it''s'), NULL);",
      "SET IDENTITY_INSERT [K2].[HostServer].[LicenseKey] OFF;",
      "COMMIT TRANSACTION;",
    ]);
  });

  it("never touches IDENTITY_INSERT where the server does not number the rows", () => {
    const rows = {
      ...licenceRows(["1", "K2DR01", "x", null]),
      columns: [column("ID", "int", { isKey: true }), ...licenceRows().columns.slice(1)],
    };
    const text = statements(rows).join();
    expect(text).to.not.contain("IDENTITY_INSERT");
    expect(text).to.contain("SET [ID] = CONVERT(int, N'1')");
  });

  it("finds a row whose key holds nothing with IS NULL, and one that is all key by its presence", () => {
    const columns = [
      column("A", "int", { isKey: true, isIdentity: true }),
      column("B", "nvarchar", { isKey: true }),
    ];
    const all = statements({ name: table, columns, rows: [["1", null]] }).join("\n");
    expect(all).to.contain("WHERE [A] = CONVERT(int, N'1') AND [B] IS NULL;");
    const only = statements({ name: table, columns: columns.slice(0, 1), rows: [["1"]] }).join("\n");
    expect(only).to.contain(
      "IF NOT EXISTS (SELECT * FROM [K2].[Server].[Server] WHERE [A] = CONVERT(int, N'1'))\nINSERT",
    );
    expect(only).to.not.contain("UPDATE");
  });

  it("deletes other rows only when asked, before it writes, and never when nothing was captured", () => {
    const rows = licenceRows(["1", "K2DR01", "x", null], ["2", "K2DR02", "y", null]);
    expect(statements(rows).join()).to.not.contain("DELETE");
    const asked = statements(rows, true);
    expect(asked.findIndex((s) => s.startsWith("DELETE"))).to.be.lessThan(
      asked.findIndex((s) => s.startsWith("UPDATE")),
    );
    expect(asked.join()).to.contain(
      "DELETE FROM [K2].[HostServer].[LicenseKey] WHERE NOT (([ID] = CONVERT(int, N'1')) OR ([ID] = CONVERT(int, N'2')));",
    );
    expect(statements(licenceRows(), true)).to.deep.equal([
      "SET NOCOUNT ON;",
      "SET XACT_ABORT ON;",
      "BEGIN TRANSACTION;",
      "COMMIT TRANSACTION;",
    ]);
  });

  itParses("stays one statement for each row whatever the values are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer(), fc.string(), fc.option(fc.string())), { minLength: 1, maxLength: 3 }),
        async (rows) => {
          const text = tsql.putBack([
            {
              rows: licenceRows(...rows.map(([id, host, key]) => [String(id), host, key, null])),
              removeOthers: false,
            },
          ]);
          const found = await expectTsql(text, ["2012"]);
          expect(found.filter((kind) => kind === "UpdateStatement")).to.have.length(rows.length);
          expect(found.filter((kind) => kind === "InsertStatement")).to.have.length(rows.length);
          expect(found.at(-1)).to.equal("CommitTransactionStatement");
        },
      ),
      { numRuns: 40 },
    );
  });
});
