import { expect } from "chai";
import { hostServerFolder, type K2Server, k2Server, type Row } from "../../lab/servers/k2/server.ts";
import type { WindowsHost } from "../../lab/servers/windows/host.ts";
import { type Fixture, fixture, greeting, k2Dr, until } from "./lab-fixture.ts";

const masterKeyText = "Please create a master key in the session before performing this operation.";

describe("the K2 server of the lab", () => {
  let lab: Fixture;
  let host: WindowsHost;
  let server: K2Server;
  let licences: number;
  let keyOpens: boolean;
  let reachable: boolean;
  let worked: number[];
  const asked: string[] = [];

  beforeEach(async () => {
    lab = await fixture();
    [licences, keyOpens, reachable, worked] = [1, true, true, []];
    asked.length = 0;
  });
  afterEach(() => lab.close());

  const query = async (sql: string): Promise<readonly Row[]> => {
    asked.push(sql);
    if (!reachable) throw new Error("Failed to connect to k2-sql.corp.example:1433");
    if (sql.startsWith("SELECT")) return [{ "": licences }];
    if (!keyOpens) throw Object.assign(new Error(masterKeyText), { number: 15581 });
    return [];
  };

  async function start(fileLogging = false): Promise<void> {
    host = await lab.host(k2Dr, {
      services: [
        {
          name: "K2 Server",
          startType: "manual",
          startUpMs: 500,
          stopMs: 500,
          program: { start: () => server.start(), stop: () => server.stop() },
        },
      ],
    });
    server = k2Server({
      identity: k2Dr,
      clock: lab.clock,
      network: lab.network,
      disk: lab.disks.host("K2DR01"),
      events: host.events,
      query,
      work: async () => {
        if (!reachable) throw new Error("the database is gone");
        worked.push(lab.clock.now());
      },
      startUpMs: 2000,
      fileLogging,
    });
    await server.reservePort();
    await host.services.start("K2 Server");
    await lab.clock.advance(1000);
  }
  const errors = () =>
    (host.events.read("Application") ?? []).filter(({ level }) => level === 2).map(({ message }) => message);
  const knock = () => greeting(server.port, k2Dr.address);

  it("runs as a service before its port answers, and answers with a banner when it is ready", async () => {
    await start();
    expect(host.services.find("K2 Server")?.state).to.equal("running");
    expect(await knock()).to.equal("ECONNREFUSED");
    await lab.clock.advance(2000);
    expect(await knock()).to.equal("K2 Host Server K2DR01\r\n");
    expect(asked).to.deep.equal([
      "SELECT COUNT(*) FROM [HostServer].[LicenseKey] WHERE [HostName]=N'K2DR01'",
      "OPEN SYMMETRIC KEY SCSSOKey DECRYPTION BY CERTIFICATE SCHostServerCert; CLOSE SYMMETRIC KEY SCSSOKey;",
    ]);
  });

  it("never listens without a licence row for this machine, though its service runs", async () => {
    licences = 0;
    await start();
    await lab.clock.advance(600_000);
    expect(host.services.find("K2 Server")?.state).to.equal("running");
    expect(await knock()).to.equal("ECONNREFUSED");
    expect(errors()).to.have.length(1);
    expect(errors()[0]).to.include("NotLicensedException").and.include("K2DR01");
    expect(worked).to.deep.equal([]);
  });

  it("never listens where the database's key cannot be opened, and logs 15581", async () => {
    keyOpens = false;
    await start();
    await lab.clock.advance(600_000);
    expect(await knock()).to.equal("ECONNREFUSED");
    expect(errors()[0]).to.include("15581").and.include(masterKeyText);
  });

  it("never listens where its database cannot be reached, and starts well when it is started again later", async () => {
    reachable = false;
    await start();
    await lab.clock.advance(5000);
    expect(await knock()).to.equal("ECONNREFUSED");
    reachable = true;
    host.services.stop("K2 Server");
    await lab.clock.advance(1000);
    await host.services.start("K2 Server");
    await lab.clock.advance(3000);
    expect(await knock()).to.match(/^K2 Host Server/);
  });

  it("writes to its database every minute while it runs, not after it was stopped", async () => {
    await start();
    await lab.clock.advance(2000);
    await lab.clock.advance(10 * 60_000);
    expect(worked).to.have.length(10);
    expect((worked[9] ?? 0) - (worked[0] ?? 0)).to.equal(9 * 60_000);
    host.services.stop("K2 Server");
    await lab.clock.advance(10 * 60_000);
    expect(worked).to.have.length(10);
    expect(await knock()).to.equal("ECONNREFUSED");
  });

  it("logs an error for each minute in which its database is gone, and goes on when it is back", async () => {
    await start();
    await lab.clock.advance(2000);
    reachable = false;
    await lab.clock.advance(3 * 60_000);
    expect(errors()).to.deep.equal(Array.from({ length: 3 }, () => "the database is gone"));
    reachable = true;
    await lab.clock.advance(2 * 60_000);
    expect(worked).to.have.length(2);
  });

  it("writes its log only to the event log unless file logging is on", async () => {
    await start();
    await lab.clock.advance(2000);
    expect(await lab.disks.host("K2DR01").exists(hostServerFolder)).to.equal(false);
    expect(
      (host.events.read("Application") ?? []).map(({ provider, message }) => `${provider}: ${message}`),
    ).to.include("K2 Server: Starting Host Server");
  });

  it("writes a log file a day, named by the local date, where file logging is on", async () => {
    licences = 0;
    await start(true);
    await lab.clock.advance(2000);
    const path = `${hostServerFolder}\\HostServer261122_0.log`;
    const text = (await lab.disks.host("K2DR01").read(path)).toString();
    expect(text).to.match(
      /^"1","2026-11-22 03:10:\d\d","Info","General","1","ServerStarting","Starting Host Server"/,
    );
    expect(text).to.match(/\r\n"2","2026-11-22 03:10:\d\d","Error","General","1000","NotLicensedException",/);
  });

  it("is gone at once when its host loses power, and comes back only by its start type", async () => {
    await start();
    await lab.clock.advance(2000);
    await lab.network.hostDown("K2DR01");
    expect(await knock()).to.equal("ECONNREFUSED");
    await lab.clock.advance(10 * 60_000);
    expect(worked).to.deep.equal([]);
    await lab.network.hostUp("K2DR01");
    await lab.clock.advance(60_000);
    expect(server.isReady).to.equal(false);
    host.services.configure("K2 Server", { startType: "auto" });
    await lab.network.hostDown("K2DR01");
    await lab.network.hostUp("K2DR01");
    await lab.clock.advance(60_000);
    await until("the port answers", async () => /^K2/.test(await knock()));
  });
});
