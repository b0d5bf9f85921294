import * as fs from "node:fs/promises";
import * as path from "node:path";
import { expect } from "chai";
import * as k2 from "../../components/k2/run.ts";
import { k2SqlBench, tables, type K2SqlBench } from "./k2-sql-bench.ts";
import { bound, failure, run, type StepBench } from "./step-io.ts";

const key = { env: "CAPTURE_KEY" };
const dr = { part: "k2", site: "dr", captureKey: key, named: ["K2DR01"] };
const primary = { part: "k2", site: "primary", captureKey: key, named: ["K2PRD01"] };
const both = ["SQLPRD01", "SQLDR01"];
const own = { ...dr, database: "own", sql: "SQLDR01", tables, copies: {}, others: ["K2PRD01"], keepOn: both };
const live = {
  ...primary,
  database: "live",
  sql: "SQLPRD01",
  tables,
  copies: {},
  others: ["K2DR01"],
  keepOn: both,
};
const restored = { ...live, database: "restored", sql: "SQLDR01", keepOn: ["SQLDR01"] };
const back = { ...dr, sql: "SQLDR01", tables, keepOn: ["SQLDR01"], removeOthers: true };

describe("K2's licence rows", () => {
  let bench: K2SqlBench;
  let steps: StepBench[];
  beforeEach(async () => {
    bench = await k2SqlBench();
    steps = [];
  });
  afterEach(async () => {
    for (const step of steps) await step.end();
    await bench.close();
  });
  const step = (more?: Readonly<Record<string, string>>): StepBench => {
    const made = bench.step(more);
    steps.push(made);
    return made;
  };
  const capture = (args: object) => run(bound(k2, "k2/capture", args), step().io);
  const putBack = (args: object = back) => run(bound(k2, "k2/reapply-licences", args), step().io);
  const rowsCaptured = (
    args: object = { ...dr, keepOn: ["SQLDR01"] },
    more?: Readonly<Record<string, string>>,
  ) => bound(k2, "k2/rows-captured", args).check(step(more).io);
  const ofStandby = { ID: 11, HostName: "K2DR01", LicenseKey: "licence of K2DR01" };
  const licences = () =>
    bench.run(
      "SQLDR01",
      "SELECT [ID], [HostName], [LicenseKey] FROM [K2].[HostServer].[LicenseKey] ORDER BY [ID]",
    );
  const servers = async () =>
    (await bench.run("SQLDR01", "SELECT [Name] FROM [K2].[Server].[Server] ORDER BY [ID]")).map(
      (r) => r["Name"],
    );
  const kept = (name: "SQLPRD01" | "SQLDR01") =>
    bench.run(name, "SELECT [Part], [Site] FROM [ParallelStandby].[dbo].[CapturedRows] ORDER BY [Site]");
  const file = (site: string): string => path.join(bench.keep, "captured", `k2-${site}.json.enc`);

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
    await bench.restore("NORECOVERY");
    expect(await capture(own)).to.include({ there: true, acted: false });
    await bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect(await capture(own)).to.include({ there: true, acted: false });
    expect((await putBack()).there).to.equal(true);
    expect(await licences()).to.deep.equal([ofStandby]);
  });

  it("that were never captured and lie under production's data are asked for in a sentence", async () => {
    await bench.restore("NORECOVERY");
    const lost = await failure(capture(own));
    expect(lost.message).to.contain(
      "K2 on SQLDR01 is RESTORING, and no licence rows of k2 at dr were captured before",
    );
    expect(lost.message).to.contain('licence: { copies: { dr: { K2: "…" } } }');
    await bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await failure(capture(own))).message).to.contain(
      "they are the rows of primary, restored there before",
    );
    expect((await failure(rowsCaptured())).message).to.contain("no licence rows of k2 at dr are kept");
  });

  it("of a K2 that was renamed are found under the id that it had, which the sentence names", async () => {
    await capture(own);
    await bench.restore("NORECOVERY");
    const hint =
      'Rows of dr are kept of k2: if this K2 had that id, write it as keptAs (keptAs: "k2"). Else:';
    expect((await failure(capture({ ...own, part: "k2x" }))).message)
      .to.contain("no licence rows of k2x at dr were captured before")
      .and.contain(hint);
    await bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await failure(capture({ ...own, part: "k2x" }))).message).to.contain(hint);
    const renamed = { ...dr, part: "k2x", keepOn: ["SQLDR01"] };
    expect((await failure(rowsCaptured(renamed))).message).to.contain(hint);
    await fs.rm(path.join(bench.keep, "captured"), { recursive: true });
    expect((await failure(rowsCaptured(renamed))).message).to.contain(hint);
    await bench.run("SQLDR01", "DELETE FROM [ParallelStandby].[dbo].[CapturedRows]");
    expect((await failure(rowsCaptured(renamed))).message).not.to.contain("keptAs");
  });

  it("are read from a copy of the standby's own database where that is named", async () => {
    await bench.run("SQLDR01", "BACKUP DATABASE [K2] TO DISK = N'D:\\Nightly\\own.bak' WITH INIT;");
    await bench.restore("NORECOVERY");
    await bench.run(
      "SQLDR01",
      "RESTORE DATABASE [K2Own] FROM DISK = N'D:\\Nightly\\own.bak' WITH MOVE N'K2' TO N'D:\\Data\\own.mdf', MOVE N'K2_log' TO N'D:\\Data\\own.ldf';",
    );
    expect(await capture({ ...own, copies: { K2: "K2Own" } })).to.include({ there: true, acted: true });
    await bench.run("SQLDR01", "RESTORE DATABASE [K2] WITH RECOVERY");
    expect((await putBack()).there).to.equal(true);
  });

  it("of the active site are kept anew when a licence has changed, and not for a time alone", async () => {
    await capture(live);
    await bench.run("SQLPRD01", "UPDATE [K2].[Server].[Server] SET [LastSeen] = '2026-11-22T03:33:00'");
    expect(await capture(live)).to.include({ there: true, acted: false });
    await bench.run("SQLPRD01", "UPDATE [K2].[HostServer].[LicenseKey] SET [LicenseKey] = N'renewed'");
    expect(await capture(live)).to.include({ there: true, acted: true });
    expect(
      JSON.stringify(
        await bench.run("SQLDR01", "SELECT [Captured] FROM [ParallelStandby].[dbo].[CapturedRows]"),
      ),
    ).to.contain("renewed");
  });

  it("are put back over production's: read back column by column, and then found so", async () => {
    await capture(own);
    await bench.restore("RECOVERY");
    expect(await licences()).to.deep.equal([
      { ID: 1, HostName: "K2PRD01", LicenseKey: "licence of K2PRD01" },
    ]);
    const found = await putBack();
    expect(found).to.include({ there: true, acted: true });
    expect(await licences()).to.deep.equal([ofStandby]);
    expect(await servers()).to.deep.equal(["K2PRD01", "K2DR01"]);
    expect(await putBack()).to.include({ there: true, acted: false });
  });

  const secondServer =
    "INSERT INTO [K2].[HostServer].[LicenseKey] ([HostName], [LicenseKey]) VALUES (N'K2PRD02', N'second'); INSERT INTO [K2].[Server].[Server] ([Name]) VALUES (N'K2PRD02');";

  it("take the place of those of other servers, or leave them there where that is asked for, servers always", async () => {
    await capture(own);
    await bench.run("SQLPRD01", secondServer);
    await bench.restore("RECOVERY");
    expect(await putBack({ ...back, removeOthers: false })).to.include({ there: true, acted: true });
    expect((await licences()).map((r) => r["HostName"])).to.deep.equal(["K2PRD01", "K2PRD02", "K2DR01"]);
    expect(await putBack()).to.include({ there: true, acted: true });
    expect(await licences()).to.deep.equal([ofStandby]);
    expect(await servers()).to.deep.equal(["K2PRD01", "K2PRD02", "K2DR01"]);
  });

  it("stay beside those of other servers in a table that others refer to, and the step says so", async () => {
    await capture(own);
    await bench.run(
      "SQLPRD01",
      "CREATE TABLE [K2].[HostServer].[Use] ([ID] int NOT NULL CONSTRAINT [PK_Use] PRIMARY KEY, [LicenseKeyID] int NOT NULL CONSTRAINT [FK_Use] REFERENCES [HostServer].[LicenseKey] ([ID])); INSERT INTO [K2].[HostServer].[Use] VALUES (1, 1);",
      "K2",
    );
    await bench.restore("RECOVERY");
    const found = await putBack();
    expect(found).to.include({ there: true, acted: true });
    expect(found.says).to.contain(
      "1 row of other servers stays in K2.HostServer.LicenseKey, since other tables",
    );
    expect((await licences()).map((r) => r["HostName"])).to.deep.equal(["K2PRD01", "K2DR01"]);
    expect(await putBack()).to.include({ there: true, acted: false });
  });

  it("are added where production has no row with their key", async () => {
    await capture(own);
    await bench.run(
      "SQLPRD01",
      "UPDATE [K2].[Server].[Server] SET [LastSeen] = NULL; DELETE FROM [K2].[HostServer].[LicenseKey];",
    );
    await bench.restore("RECOVERY");
    expect(await putBack()).to.include({ there: true, acted: true });
    expect(await licences()).to.deep.equal([ofStandby]);
  });

  it("are put back all or none: a row that SQL Server refuses leaves both tables as they were", async () => {
    await capture(own);
    await bench.run(
      "SQLPRD01",
      "INSERT INTO [K2].[HostServer].[LicenseKey] ([HostName], [LicenseKey]) VALUES (N'K2DR01', N'by hand'); ALTER TABLE [K2].[HostServer].[LicenseKey] ADD CONSTRAINT [UQ_Host] UNIQUE ([HostName]);",
    );
    await bench.restore("RECOVERY");
    const before = await licences();
    const refused = await failure(putBack({ ...back, removeOthers: false }));
    expect(refused.message)
      .to.contain("SQL Server took none of the rows back")
      .and.to.contain("the same unique value");
    expect(await licences()).to.deep.equal(before);
    expect(await bench.run("SQLDR01", "SELECT [Name] FROM [K2].[Server].[Server]")).to.deep.equal([
      { Name: "K2PRD01" },
    ]);
  });

  it("of the site that is left are captured from its data at the other, before they are overwritten there", async () => {
    await capture(own);
    await capture(live);
    await bench.run("SQLPRD01", "UPDATE [K2].[HostServer].[LicenseKey] SET [LicenseKey] = N'renewed since'");
    await bench.restore("RECOVERY");
    await bench.network.hostDown("SQLPRD01");
    expect(await capture(restored)).to.include({ there: true, acted: true });
    await putBack();
    expect(await capture(restored)).to.include({ there: true, acted: false });
    const [found] = await bench.run(
      "SQLDR01",
      "SELECT [Captured] FROM [ParallelStandby].[dbo].[CapturedRows] WHERE [Site] = N'primary'",
    );
    expect(String(found?.["Captured"])).to.contain("renewed since").and.to.not.contain("K2DR01");
  });

  it("are found in the file when the SQL Server has lost them, and there when the file is lost", async () => {
    await capture(own);
    await bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
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
    await bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
    const lost = await failure(rowsCaptured(undefined, { CAPTURE_KEY: "wrong horse" }));
    expect(lost.message).to.contain("it was sealed with another key");
  });

  it("that could not be read are not called lost: nobody is told to restore a database for a variable that is not set", async () => {
    await capture(own);
    await bench.run("SQLDR01", "DROP DATABASE [ParallelStandby]");
    const args = { ...dr, captureKey: { env: "PS_NEVER_SET_KEY" }, keepOn: ["SQLDR01"] };
    const { message } = await failure(rowsCaptured(args));
    expect(message).to.match(
      /^licence rows of k2 at dr could not be read, which does not say that none are kept: .*PS_NEVER_SET_KEY/,
    );
    expect(message).to.contain("ParallelStandby.dbo.CapturedRows on SQLDR01: nothing");
    expect(message).to.not.match(/restore a backup|pulumi up/);
  });

  it("are kept without the other site's SQL Server where that is down, and brought there later", async () => {
    await bench.network.hostDown("SQLPRD01");
    expect(await capture(own)).to.include({ there: true, acted: true });
    await bench.hostUp("SQLPRD01");
    expect(await capture(own)).to.include({ there: true, acted: true });
    expect(await kept("SQLPRD01")).to.deep.equal([{ Part: "k2", Site: "dr" }]);
  });

  it("refuse a table that is not there, and one whose rows nothing tells apart", async () => {
    const absent = { ...tables, licenceKey: { ...tables.licenceKey, table: "LicenceKeys" } };
    expect((await failure(capture({ ...own, tables: absent }))).message).to.contain(
      "there is no table K2.HostServer.LicenceKeys on SQLDR01",
    );
    await bench.run("SQLDR01", "CREATE TABLE [K2].[HostServer].[Heap] ([HostName] nvarchar(50) NULL)");
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
    await bench.run("SQLDR01", create);
    await bench.run("SQLDR01", `INSERT INTO [K2].[HostServer].[Wide] (${names}) VALUES ${values};`);
    const wide = { ...tables, licenceKey: { ...tables.licenceKey, table: "Wide" } };
    const before = await bench.run("SQLDR01", `SELECT ${names} FROM [K2].[HostServer].[Wide] ORDER BY [ID]`);
    await capture({ ...own, tables: wide });
    await bench.run("SQLDR01", "DELETE FROM [K2].[HostServer].[Wide]");
    expect(await putBack({ ...back, tables: wide })).to.include({ there: true, acted: true });
    expect(
      await bench.run("SQLDR01", `SELECT ${names} FROM [K2].[HostServer].[Wide] ORDER BY [ID]`),
    ).to.deep.equal(before);
  });
});
