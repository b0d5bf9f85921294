import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { logShipping as declaredAs } from "../../components/sql/log-shipping/index.ts";
import * as logShipping from "../../components/sql/log-shipping/run.ts";
import { guardFile } from "../../components/windows/guard/place.ts";
import { guardScript } from "../../components/windows/guard/script.ts";
import type { Fact } from "../../journal/entries.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { labDisks } from "../../lab/servers/disk.ts";
import { labNetwork } from "../../lab/servers/network.ts";
import { sqlHost, type SqlHost } from "../../lab/world/sql-host.ts";
import { site } from "../../model/estate.ts";
import { guardFolder } from "../../model/guard.ts";
import { Refused } from "../../steps/act.ts";
import {
  completed,
  declared,
  entriesFor,
  genesis,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";
import { golden } from "./guard-fixture.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";
import { until } from "./until.ts";
import { sshPassword } from "./windows-bench.ts";

/** SQL Server of a site that was left, with two databases of the estate and a guard; it came back and stands still. */
describe("databases of a returning site whose guard holds SQL Server back", function () {
  this.timeout(20_000);
  let sql: SqlHost;
  let clock: LabClock;
  let step: StepBench;
  let close: () => Promise<void>;
  const lost = [genesis, declared, moveTo("dr"), started(1), noReturn(1)];
  const owed = word("data/close-old/K2", "failed", { phase: "fence-data" });
  const over: readonly Fact[] = [...lost, owed, completed(1)];
  beforeEach(async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), "held-back-"));
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    const network = labNetwork();
    const identity = { name: "SQLPRD01", site: "primary", address: "127.20.1.5", timeZone: "UTC" } as const;
    network.addHost(identity);
    sql = await sqlHost({
      identity,
      clock,
      network,
      disks: labDisks({ root, clock, network }),
      users: [{ name: "CORP\\svc-dr", password: sshPassword }],
      speed: {},
      batches: [
        {
          database: "master",
          sql: "CREATE LOGIN [runner] WITH PASSWORD = N'one horse', CHECK_POLICY = OFF; ALTER SERVER ROLE [sysadmin] ADD MEMBER [runner]; CREATE DATABASE K2; CREATE DATABASE Claims; CREATE DATABASE Other;",
        },
      ],
    });
    const { services, disk } = sql.host;
    await disk.makeFolder(guardFolder);
    const names = ["MSSQLSERVER", "SQLSERVERAGENT"];
    const script = guardScript({
      ...golden,
      services: names.map((service) => ({ service, exclusive: false })),
    });
    await disk.write(guardFile, Buffer.from(script, "latin1"));
    for (const name of names) services.configure(name, { startType: "manual" });
    const { name, timeZone, address } = identity;
    const access = {
      timeZone,
      ssh: {
        port: sql.host.ssh.port,
        user: "CORP\\svc-dr",
        hostKey: sql.host.ssh.publicKey,
        password: { env: "SSH" },
      },
      sql: { user: "runner", password: { env: "SQL" }, port: sql.port },
    };
    const from = site("primary", { place: "London", timeZone }).server(name, { ...access, address });
    const to = site("dr", { place: "Leeds", timeZone }).server("SQLDR01", {
      ...access,
      address: "127.20.1.6",
    });
    const facts = declaredAs("data", {
      databases: ["K2", "Claims"],
      from,
      to,
      backupFolder: "S:\\LogShip",
      copyTo: "D:\\LogShip",
      backupShare: "\\\\SQLPRD01\\LogShip",
    }).facts;
    step = stepBench({
      hosts: [from.host, to.host],
      parts: [{ id: "data", kind: "sql/log-shipping", version: 1, facts }],
      secrets: { SSH: sshPassword, SQL: "one horse" },
    });
    // It lost its power, and its guard starts nothing.
    await network.hostDown(name);
    await network.hostUp(name);
    await clock.advance(6000);
    close = async () => {
      await step.end();
      await sql.host.close();
      await network.close();
      clock.close();
      await rm(root, { recursive: true });
    };
  });
  afterEach(() => close());

  const closeK2 = () =>
    bound(logShipping, "sql/log-shipping/close-old", { database: "K2", host: "SQLPRD01" });
  const io = (...facts: readonly Fact[]) => ({
    ...step.io,
    journal: { entries: () => Promise.resolve(entriesFor(...facts)) },
  });
  const running = (): readonly string[] =>
    ["MSSQLSERVER", "SQLSERVERAGENT"].filter((s) => sql.host.services.find(s)?.state !== "stopped");
  const databases = async (): Promise<string> =>
    (
      await sql.instance.run("SELECT name, state_desc FROM sys.databases WHERE database_id > 4", "master")
    ).rows
      .map((r) => `${String(r["name"])} ${String(r["state_desc"])}`)
      .join(", ");

  it("are closed in the act that starts SQL Server, all of the estate, and Agent is not started", async () => {
    expect(running()).to.deep.equal([]);
    expect(await run(closeK2(), io(...over))).to.deep.include({
      there: true,
      acted: true,
      says: "K2 on SQLPRD01 is OFFLINE",
    });
    expect(running()).to.deep.equal(["MSSQLSERVER"]);
    expect(await databases()).to.equal("K2 OFFLINE, Claims OFFLINE, Other ONLINE");
  });

  it("are closed by the step that started SQL Server, too, where that takes minutes to come up", async () => {
    const service = sql.host.services.find("MSSQLSERVER");
    if (!service) throw new Error("the lab has no MSSQLSERVER");
    Object.assign(service, { startUpMs: 3_600_000 });
    const now = performance.now.bind(performance);
    let aheadMs = 0;
    performance.now = () => now() + aheadMs;
    try {
      const step = run(closeK2(), io(...over)).catch(String);
      await until("it starts", () => service.state === "start-pending", 10_000);
      aheadMs = 200_000;
      let looks = 0;
      const { services } = sql.host;
      const find = services.find.bind(services);
      services.find = (name) => {
        looks += 1;
        return find(name);
      };
      await until("it looks again", () => looks > 1, 10_000);
      await clock.advance(3_600_000);
      expect(await step).to.deep.include({ there: true, says: "K2 on SQLPRD01 is OFFLINE" });
    } finally {
      performance.now = now;
    }
    expect(await databases()).to.equal("K2 OFFLINE, Claims OFFLINE, Other ONLINE");
  });

  it("are all closed where steps of several do so side by side, and one has begun to start SQL Server", async () => {
    const of = (database: string) =>
      bound(logShipping, "sql/log-shipping/close-old", { database, host: "SQLPRD01" });
    const own = (): StepBench["io"] => ({ ...io(...over) });
    const first = run(of("K2"), own());
    await until("it starts", () => running().length > 0, 10_000);
    const [one, other] = await Promise.all([first, run(of("Claims"), own())]);
    expect([one.says, other.says]).to.deep.equal([
      "K2 on SQLPRD01 is OFFLINE",
      "Claims on SQLPRD01 is OFFLINE",
    ]);
  });

  it("are closed within the move, too, once the new site has opened its own, and not before", async () => {
    const before = [genesis, declared, moveTo("dr"), started(1), word("k2/stop", "done")];
    expect((await failure(run(closeK2(), io(...before)))).message).to.contain(
      "the new site has not opened the databases of data",
    );
    expect(running()).to.deep.equal([]);
    expect(await run(closeK2(), io(...before, noReturn(1)))).to.include({ there: true, acted: true });
  });

  it("stay behind a stopped SQL Server while what writes to them is not stopped for sure", async () => {
    const facts = [...lost, word("k2/stop/K2PRD01", "waived"), owed, completed(1)];
    expect((await failure(run(closeK2(), io(...facts)))).message).to.equal(
      'SQL Server on SQLPRD01 is stopped and its guard keeps it so; it is started to close its databases once nothing stands against it: what would write there is not stopped: k2/stop/K2PRD01. Where a server of these is gone for good, start MSSQLSERVER on SQLPRD01 by hand, without Agent, then type "parallel-standby probe": it closes them. Re-protection begins once a server with these services answers in its place',
    );
    expect(running()).to.deep.equal([]);
    // The guard looks on and leaves it as it is.
    for (const line of ["net start MSSQLSERVER", `"${guardFile}"`]) await sql.host.run(line);
    await clock.advance(10_000);
    await until("it runs", () => sql.host.services.find("MSSQLSERVER")?.state === "running", 10_000);
    for (const database of ["K2", "Claims"])
      expect(
        await run(
          bound(logShipping, "sql/log-shipping/close-old", { database, host: "SQLPRD01" }),
          io(...facts),
        ),
      ).to.deep.include({ there: true, says: `${database} on SQLPRD01 is OFFLINE` });
    expect(running()).to.deep.equal(["MSSQLSERVER"]);
    expect(await databases()).to.equal("K2 OFFLINE, Claims OFFLINE, Other ONLINE");
  });

  it("stay behind it, and nobody is told to start it, while the new site has not opened its own either", async () => {
    const facts = [genesis, declared, moveTo("dr"), started(1), word("k2/stop/K2PRD01", "waived")];
    expect((await failure(run(closeK2(), io(...facts)))).message).to.match(
      /is not stopped: k2\/stop\/K2PRD01; the new site has not opened the databases of data$/,
    );
  });

  it("do not stay open where they cannot be closed: SQL Server is stopped again", async () => {
    const locked = {
      ...io(...over),
      secret: async (of: { env?: string }) => (of.env === "SSH" ? sshPassword : "no"),
    };
    expect((await failure(run(closeK2(), locked as typeof step.io))).message).to.contain("refused the login");
    await until("SQL Server is stopped", () => running().length === 0, 10_000);
  });

  /** Others have gone on once SQL Server is started: the first question is asked before that. */
  const overtakenLate = () => {
    let asked = 0;
    return {
      ...io(...over),
      mayStillAct: () =>
        ++asked < 2 ? Promise.resolve() : Promise.reject(new Refused("activation 2 has begun since")),
    };
  };

  it("are left open where others have gone on while they recovered, and SQL Server is not stopped", async () => {
    expect((await failure(run(closeK2(), overtakenLate()))).message).to.equal("activation 2 has begun since");
    expect(running()).to.deep.equal(["MSSQLSERVER"]);
    expect(await databases()).to.equal("K2 ONLINE, Claims ONLINE, Other ONLINE");
  });

  it("are left open where others have gone on and something else fails: people may be served from it by now", async () => {
    const locked = {
      ...overtakenLate(),
      secret: async (of: { env?: string }) => (of.env === "SSH" ? sshPassword : "no"),
    };
    expect((await failure(run(closeK2(), locked as typeof step.io))).message).to.contain("refused the login");
    expect(running()).to.deep.equal(["MSSQLSERVER"]);
    expect(sql.host.services.find("MSSQLSERVER")?.state).to.equal("running");
    expect(await databases()).to.equal("K2 ONLINE, Claims ONLINE, Other ONLINE");
  });

  it("are left alone where no guard holds SQL Server back: it is disabled, or the guard knows it not", async () => {
    const refused = async (): Promise<string> => (await failure(run(closeK2(), io(...over)))).message;
    sql.host.services.configure("MSSQLSERVER", { startType: "disabled" });
    expect(await refused()).to.contain("refuses connections");
    sql.host.services.configure("MSSQLSERVER", { startType: "manual" });
    await sql.host.disk.write(guardFile, Buffer.from(guardScript({ ...golden, services: [] }), "latin1"));
    expect(await refused()).to.contain("refuses connections");
    expect(running()).to.deep.equal([]);
  });
});
