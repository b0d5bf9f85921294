import { expect } from "chai";
import { failure } from "./step-io.ts";
import { back, licencesBench, live, ofStandby, own, restored } from "./k2-licences-bench.ts";

describe("K2's licence rows", () => {
  const at = licencesBench();
  const { capture, putBack, licences, servers } = at;

  it("are put back over production's: read back column by column, and then found so", async () => {
    await capture(own);
    await at.bench.restore("RECOVERY");
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
    await at.bench.run("SQLPRD01", secondServer);
    await at.bench.restore("RECOVERY");
    expect(await putBack({ ...back, removeOthers: false })).to.include({ there: true, acted: true });
    expect((await licences()).map((r) => r["HostName"])).to.deep.equal(["K2PRD01", "K2PRD02", "K2DR01"]);
    expect(await putBack()).to.include({ there: true, acted: true });
    expect(await licences()).to.deep.equal([ofStandby]);
    expect(await servers()).to.deep.equal(["K2PRD01", "K2PRD02", "K2DR01"]);
  });

  it("stay beside those of other servers in a table that others refer to, and the step says so", async () => {
    await capture(own);
    await at.bench.run(
      "SQLPRD01",
      "CREATE TABLE [K2].[HostServer].[Use] ([ID] int NOT NULL CONSTRAINT [PK_Use] PRIMARY KEY, [LicenseKeyID] int NOT NULL CONSTRAINT [FK_Use] REFERENCES [HostServer].[LicenseKey] ([ID])); INSERT INTO [K2].[HostServer].[Use] VALUES (1, 1);",
      "K2",
    );
    await at.bench.restore("RECOVERY");
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
    await at.bench.run(
      "SQLPRD01",
      "UPDATE [K2].[Server].[Server] SET [LastSeen] = NULL; DELETE FROM [K2].[HostServer].[LicenseKey];",
    );
    await at.bench.restore("RECOVERY");
    expect(await putBack()).to.include({ there: true, acted: true });
    expect(await licences()).to.deep.equal([ofStandby]);
  });

  it("are put back all or none: a row that SQL Server refuses leaves both tables as they were", async () => {
    await capture(own);
    await at.bench.run(
      "SQLPRD01",
      "INSERT INTO [K2].[HostServer].[LicenseKey] ([HostName], [LicenseKey]) VALUES (N'K2DR01', N'by hand'); ALTER TABLE [K2].[HostServer].[LicenseKey] ADD CONSTRAINT [UQ_Host] UNIQUE ([HostName]);",
    );
    await at.bench.restore("RECOVERY");
    const before = await licences();
    const refused = await failure(putBack({ ...back, removeOthers: false }));
    expect(refused.message)
      .to.contain("SQL Server took none of the rows back")
      .and.to.contain("the same unique value");
    expect(await licences()).to.deep.equal(before);
    expect(await at.bench.run("SQLDR01", "SELECT [Name] FROM [K2].[Server].[Server]")).to.deep.equal([
      { Name: "K2PRD01" },
    ]);
  });

  it("of the site that is left are captured from its data at the other, before they are overwritten there", async () => {
    await capture(own);
    await capture(live);
    await at.bench.run(
      "SQLPRD01",
      "UPDATE [K2].[HostServer].[LicenseKey] SET [LicenseKey] = N'renewed since'",
    );
    await at.bench.restore("RECOVERY");
    await at.bench.network.hostDown("SQLPRD01");
    expect(await capture(restored)).to.include({ there: true, acted: true });
    await putBack();
    expect(await capture(restored)).to.include({ there: true, acted: false });
    const [found] = await at.bench.run(
      "SQLDR01",
      "SELECT [Captured] FROM [ParallelStandby].[dbo].[CapturedRows] WHERE [Site] = N'primary'",
    );
    expect(String(found?.["Captured"])).to.contain("renewed since").and.to.not.contain("K2DR01");
  });
});
