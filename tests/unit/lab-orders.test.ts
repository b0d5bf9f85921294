import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { orderOf } from "../../lab/control/orders.ts";
import { labIn, order, runningLabs } from "../../lab/control/running.ts";
import { startLab, type Lab } from "../../lab/world/start.ts";
import { greeting } from "./lab-fixture.ts";

describe("orders to a lab that runs", function () {
  this.timeout(20_000);
  let root: string;
  let folder: string;
  let lab: Lab;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "lab-orders-"));
    folder = join(root, "rehearsals", "kept");
    lab = await startLab({ folder });
  });
  after(async () => {
    await lab.close();
    await rm(root, { recursive: true });
  });
  const give = async (...words: readonly string[]) => {
    const found = await labIn(folder);
    if (!found) throw new Error("the lab takes no orders");
    return order(found.control, words);
  };

  it("reach the lab that a rehearsal keeps, the newest, and after the one that was started by hand", async () => {
    const stale = join(root, "rehearsals", "stale");
    await mkdir(join(stale, ".lab"), { recursive: true });
    const other = createServer((_request, response) => response.end("another program"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const control = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}/`;
    await writeFile(join(stale, ".lab", "lab.json"), JSON.stringify({ control }));
    const older = join(root, "rehearsals", "older");
    await mkdir(join(older, ".lab"), { recursive: true });
    const own = (await labIn(folder))?.control ?? "";
    await writeFile(join(older, ".lab", "lab.json"), JSON.stringify({ control: own }));
    await utimes(join(older, ".lab", "lab.json"), 1, 1);
    const found = async (project: string) =>
      (await runningLabs(project, join(root, "rehearsals"))).map((l) => l.folder);
    expect(await found(join(root, "project"))).to.deep.equal([folder, older]);
    expect(await found(older)).to.deep.equal([older, folder, older]);
    expect(await runningLabs(stale, join(root, "none"))).to.deep.equal([]);
    await new Promise((resolve) => other.close(resolve));
  });

  it("ask a SQL Server of it, and print its rows as a table", async () => {
    const { ok, says } = await give(
      "sql",
      "sqlprd01",
      "SELECT [HostName] AS host, NULL AS nothing, 0x0aff AS bytes FROM [K2].[HostServer].[LicenseKey]; SELECT N'a  b' AS [two spaces]",
    );
    expect(ok).to.equal(true);
    expect(says).to.equal(
      [
        "host     nothing  bytes",
        "K2PRD01  NULL     0x0AFF",
        "(1 row)",
        "",
        "two spaces",
        "a  b",
        "(1 row)",
      ].join("\n"),
    );
  });

  it("change a SQL Server of it, and print what it says and what it refuses", async () => {
    const saved = await give(
      "sql",
      "SQLPRD01",
      "BACKUP DATABASE [Claims] TO DISK = N'D:\\Nightly\\saved.bak'",
    );
    expect(saved.says).to.match(/BACKUP DATABASE successfully processed \d+ pages/);
    expect(await give("sql", "SQLPRD01", "DECLARE @a int = 1")).to.deep.equal({ ok: true, says: "done" });
    const refused = await give("sql", "SQLPRD01", "SELECT 1 AS [one]; SELECT * FROM [Nothing].[dbo].[There]");
    expect(refused.ok).to.equal(false);
    expect(refused.says)
      .to.contain("(1 row)")
      .and.match(/Msg 208, Level 16, Line 1: Invalid object name 'Nothing.dbo.There'/);
  });

  it("name what the lab has where something else was written", async () => {
    const wrong = async (...words: readonly string[]) => (await give(...words)).says;
    expect(await wrong("fault", "primry", "down")).to.equal(
      'the lab has no site or server "primry"; it has primary, dr, K2PRD01, SQLPRD01, K2DR01, SQLDR01, DNS01. Did you mean primary?',
    );
    expect(await wrong("sql", "K2PRD01", "SELECT 1")).to.match(
      /no server with SQL Server "K2PRD01"; it has SQLPRD01, SQLDR01\./,
    );
    expect(await wrong("fault", "primary", "dwn")).to.match(
      /one of down, up, .*answers\. Did you mean down\?/,
    );
    expect(await wrong("stats")).to.contain("Did you mean status?");
    expect(orderOf(["sql", "SQLPRD01", " "])).to.have.property("wrong");
  });

  it("cut a site off: its port accepts nothing, its services work on, and joining brings it back", async () => {
    const address = lab.host("K2PRD01").identity.address;
    const rows = async () =>
      Number(
        (await lab.sql("SQLPRD01").run("SELECT COUNT(*) AS n FROM [K2].[ServerLog].[ProcInst]")).rows[0]?.[
          "n"
        ],
      );
    await lab.clock.advance(120_000);
    expect(await greeting(lab.k2Port, address)).to.match(/^K2 Host Server K2PRD01/);
    expect((await give("fault", "primary", "cut")).ok).to.equal(true);
    expect((await give("status")).says)
      .to.contain("primary is cut off")
      .and.contain("K2PRD01 (primary): up, K2 Server running");
    for (const host of ["K2PRD01", "SQLPRD01"])
      expect(
        await greeting(
          host === "K2PRD01" ? lab.k2Port : lab.sqlLogin(host).port,
          lab.host(host).identity.address,
        ),
        host,
      ).to.equal("ECONNREFUSED");
    const before = await rows();
    // The alias of the database moves meanwhile: a site that is cut off does not hear of it.
    const { zone } = lab.dns.server;
    const moved = Buffer.from(lab.host("SQLDR01").identity.address.split(".").map(Number));
    zone.replace(zone.records.map((r) => (r.name === "k2-sql.corp.example." ? { ...r, rdata: moved } : r)));
    await lab.clock.advance(5 * 60_000);
    expect(await rows()).to.equal(before + 5);
    expect((await give("fault", "primary", "joined")).ok).to.equal(true);
    expect(await greeting(lab.k2Port, address)).to.match(/^K2 Host Server K2PRD01/);
    expect((await give("status")).says).to.not.contain("cut off");
  });

  it("ask no SQL Server that has no power", async () => {
    await give("fault", "SQLPRD01", "down");
    expect(await give("sql", "SQLPRD01", "SELECT 1")).to.deep.equal({
      ok: false,
      says: "SQL Server on SQLPRD01 is without power",
    });
  });
});
