import * as fs from "node:fs/promises";
import * as path from "node:path";
import { expect } from "chai";
import * as k2 from "../../components/k2/run.ts";
import { tables } from "./k2-sql-bench.ts";
import { bound, failure } from "./step-io.ts";
import { back, dr, licencesBench, live, ofStandby, own } from "./k2-licences-bench.ts";

describe("K2's licence rows", () => {
  const at = licencesBench();
  const { step, capture, putBack, rowsCaptured, licences, kept, file } = at;

  it("are kept on both SQL Servers and in a sealed file, and found so again without acting", async () => {
    expect(await capture(own)).to.include({ there: true, acted: true });
    expect(await kept("SQLPRD01")).to.deep.equal([{ Part: "k2", Site: "dr" }]);
    expect(await kept("SQLDR01")).to.deep.equal([{ Part: "k2", Site: "dr" }]);
    expect(await fs.readFile(file("dr"), "utf8")).to.not.contain("K2DR01");
    expect(await capture(own)).to.include({ there: true, acted: false });
    expect((await rowsCaptured()).there).to.equal(true);
  });

  it("of the standby are kept as they were once its database is being restored", async () => {
    await capture(own);
    await at.bench.restore("NORECOVERY");
    expect(await capture(own)).to.include({ there: true, acted: false });
    await at.bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect(await capture(own)).to.include({ there: true, acted: false });
    expect((await putBack()).there).to.equal(true);
    expect(await licences()).to.deep.equal([ofStandby]);
  });

  it("that were never captured and lie under production's data are asked for in a sentence", async () => {
    await at.bench.restore("NORECOVERY");
    const lost = await failure(capture(own));
    expect(lost.message).to.contain(
      "K2 on SQLDR01 is RESTORING, and no licence rows of k2 at dr were captured before",
    );
    expect(lost.message).to.contain('licence: { copies: { dr: { K2: "…" } } }');
    await at.bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await failure(capture(own))).message).to.contain(
      "they are the rows of primary, restored there before",
    );
    expect((await failure(rowsCaptured())).message).to.contain("no licence rows of k2 at dr are kept");
  });

  it("of a K2 that was renamed are found under the id that it had, which the sentence names", async () => {
    await capture(own);
    await at.bench.restore("NORECOVERY");
    const hint =
      'Rows of dr are kept of k2: if this K2 had that id, write it as keptAs (keptAs: "k2"). Else:';
    expect((await failure(capture({ ...own, part: "k2x" }))).message)
      .to.contain("no licence rows of k2x at dr were captured before")
      .and.contain(hint);
    await at.bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await failure(capture({ ...own, part: "k2x" }))).message).to.contain(hint);
    const renamed = { ...dr, part: "k2x", keepOn: ["SQLDR01"] };
    expect((await failure(rowsCaptured(renamed))).message).to.contain(hint);
    await fs.rm(path.join(at.bench.keep, "captured"), { recursive: true });
    expect((await failure(rowsCaptured(renamed))).message).to.contain(hint);
    await at.bench.run("SQLDR01", "DELETE FROM [ParallelStandby].[dbo].[CapturedRows]");
    expect((await failure(rowsCaptured(renamed))).message).not.to.contain("keptAs");
  });

  it("are read from a copy of the standby's own database where that is named", async () => {
    await at.bench.run("SQLDR01", "BACKUP DATABASE [K2] TO DISK = N'D:\\Nightly\\own.bak' WITH INIT;");
    await at.bench.restore("NORECOVERY");
    await at.bench.run(
      "SQLDR01",
      "RESTORE DATABASE [K2Own] FROM DISK = N'D:\\Nightly\\own.bak' WITH MOVE N'K2' TO N'D:\\Data\\own.mdf', MOVE N'K2_log' TO N'D:\\Data\\own.ldf';",
    );
    expect(await capture({ ...own, copies: { K2: "K2Own" } })).to.include({ there: true, acted: true });
    await at.bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await putBack()).there).to.equal(true);
  });

  it("of the active site are kept anew when a licence has changed, and not for a time alone", async () => {
    await capture(live);
    await at.bench.run("SQLPRD01", "UPDATE [K2].[Server].[Server] SET [LastSeen] = '2026-11-22T03:33:00'");
    expect(await capture(live)).to.include({ there: true, acted: false });
    await at.bench.run("SQLPRD01", "UPDATE [K2].[HostServer].[LicenseKey] SET [LicenseKey] = N'renewed'");
    expect(await capture(live)).to.include({ there: true, acted: true });
    expect(
      JSON.stringify(
        await at.bench.run("SQLDR01", "SELECT [Captured] FROM [ParallelStandby].[dbo].[CapturedRows]"),
      ),
    ).to.contain("renewed");
  });

  it("are found in the file when the SQL Server has lost them, and there when the file is lost", async () => {
    await capture(own);
    await at.bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
    expect((await rowsCaptured()).says).to.contain("captured/k2-dr.json.enc");
    expect(await capture(own)).to.include({ there: true, acted: true });
    await fs.rm(file("dr"));
    expect((await rowsCaptured()).says).to.contain("ParallelStandby.dbo.CapturedRows on SQLDR01");
    expect(await capture(own)).to.include({ there: true, acted: true });
    await fs.access(file("dr"));
  });

  it("stay readable on SQL Server with another key of the file, and say whose key does not fit", async () => {
    await capture(own);
    const other = step({ CAPTURE_KEY: "wrong horse" });
    const found = await bound(k2, "k2/rows-captured", { ...dr, keepOn: ["SQLDR01"] }).check(other.io);
    expect(found.there).to.equal(true);
    expect(other.said.join()).to.contain("cannot be opened with environment variable CAPTURE_KEY");
    expect(other.said.join()).to.not.contain("wrong horse");
    await at.bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
    const lost = await failure(rowsCaptured(undefined, { CAPTURE_KEY: "wrong horse" }));
    expect(lost.message).to.contain("it was sealed with another key");
  });

  it("that could not be read are not called lost: nobody is told to restore a database for a variable that is not set", async () => {
    await capture(own);
    await at.bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
    const args = { ...dr, captureKey: { env: "PS_NEVER_SET_KEY" }, keepOn: ["SQLDR01"] };
    const { message } = await failure(rowsCaptured(args));
    expect(message).to.match(
      /^licence rows of k2 at dr could not be read, which does not say that none are kept: .*PS_NEVER_SET_KEY/,
    );
    expect(message).to.contain("ParallelStandby.dbo.CapturedRows on SQLDR01: nothing");
    expect(message).to.not.match(/restore a backup|pulumi up/);
  });

  it("are kept without the other site's SQL Server where that is down, and brought there later", async () => {
    await at.bench.network.hostDown("SQLPRD01");
    expect(await capture(own)).to.include({ there: true, acted: true });
    await at.bench.hostUp("SQLPRD01");
    expect(await capture(own)).to.include({ there: true, acted: true });
    expect(await kept("SQLPRD01")).to.deep.equal([{ Part: "k2", Site: "dr" }]);
  });

  it("refuse a table that is not there, and one whose rows nothing tells apart", async () => {
    const absent = { ...tables, licenceKey: { ...tables.licenceKey, table: "LicenceKeys" } };
    expect((await failure(capture({ ...own, tables: absent }))).message).to.contain(
      "there is no table K2.HostServer.LicenceKeys on SQLDR01",
    );
    await at.bench.run("SQLDR01", "CREATE TABLE [K2].[HostServer].[Heap] ([HostName] nvarchar(50) NULL)");
    const heap = { ...tables, licenceKey: { ...tables.licenceKey, table: "Heap" } };
    expect((await failure(capture({ ...own, tables: heap }))).message).to.contain('key: ["HostName"]');
  });

  it("keep every value as it was, whatever its type", async () => {
    const columns = [
      "[Big] bigint",
      "[Flag] bit",
      "[Amount] decimal(18,4)",
      "[Price] money",
      "[Ratio] float",
      "[Small] real",
      "[Code] char(5)",
      "[Text] nvarchar(max)",
      "[Bytes] varbinary(50)",
      "[Guid] uniqueidentifier",
      "[Day] date",
      "[At] datetime",
      "[Exact] datetime2(7)",
      "[There] datetimeoffset(3)",
      "[Version] rowversion",
      "[Twice] AS [Big] * 2",
    ];
    const values =
      "(1, N'K2DR01', 9223372036854775807, 1, 12345678901234.5678, 922337203685477.5807, 0.1, 1.5, 'ab', N'ünï''code', 0x00FF10, '0E984725-C51C-4BF4-9960-E1C80E27ABA0', '2026-11-22', '2026-11-22T03:10:00.007', '2026-11-22T03:10:00.1234567', '2026-11-22T03:10:00.123 +05:30'), (2, N'none', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    const names =
      "[ID], [HostName], [Big], [Flag], [Amount], [Price], [Ratio], [Small], [Code], [Text], [Bytes], [Guid], [Day], [At], [Exact], [There]";
    const create = `CREATE TABLE [K2].[HostServer].[Wide] ([ID] int NOT NULL CONSTRAINT [PK_Wide] PRIMARY KEY, [HostName] nvarchar(50) NOT NULL, ${columns.join(", ")});`;
    await at.bench.run("SQLDR01", create);
    await at.bench.run("SQLDR01", `INSERT INTO [K2].[HostServer].[Wide] (${names}) VALUES ${values};`);
    const wide = { ...tables, licenceKey: { ...tables.licenceKey, table: "Wide" } };
    const before = await at.bench.run(
      "SQLDR01",
      `SELECT ${names} FROM [K2].[HostServer].[Wide] ORDER BY [ID]`,
    );
    await capture({ ...own, tables: wide });
    await at.bench.run("SQLDR01", "DELETE FROM [K2].[HostServer].[Wide]");
    expect(await putBack({ ...back, tables: wide })).to.include({ there: true, acted: true });
    expect(
      await at.bench.run("SQLDR01", `SELECT ${names} FROM [K2].[HostServer].[Wide] ORDER BY [ID]`),
    ).to.deep.equal(before);
  });
});
