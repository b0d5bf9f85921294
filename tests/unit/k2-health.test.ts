import { expect } from "chai";
import { k2 as declareK2 } from "../../components/k2/index.ts";
import * as k2 from "../../components/k2/run.ts";
import { hostServerFolder } from "../../lab/servers/k2/server.ts";
import type { ServiceSpec } from "../../lab/servers/windows/service.ts";
import type { LabUser } from "../../lab/servers/windows/users.ts";
import type { Program } from "../../lab/servers/types.ts";
import { args, k2Prd } from "./k2-fixture.ts";
import { bound, failure, stepBench, type StepBench } from "./step-io.ts";
import { until } from "./until.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

const service: ServiceSpec = {
  name: "K2 Server",
  displayName: "K2 Host Server",
  startUpMs: 10,
  stopMs: 10,
  initially: "stopped",
};
const event = { kind: "event", sources: ["K2", "SourceCode"] };
const file = { kind: "file", folder: hostServerFolder };

describe("K2's health", () => {
  let bench: WindowsBench;
  let step: StepBench;
  const begin = async (
    services: readonly ServiceSpec[] = [service],
    user: Partial<LabUser> = {},
  ): Promise<void> => {
    bench = await windowsBench(services, user);
    step = stepBench({ hosts: [bench.host()], secrets: { SSH: sshPassword } });
  };
  afterEach(async () => {
    await step.end();
    await bench.close();
  });
  const startService = async (): Promise<void> => {
    await bench.server.services.start("K2 Server");
    await until("K2 Server runs", () => bench.server.services.find("K2 Server")?.state === "running");
  };
  const write = (provider: string, message: string, level: 2 | 3 = 2): void =>
    bench.server.events.write({ log: "Application", provider, id: 1000, level, message });
  const look = (log: object, more: object = {}) =>
    bound(k2, "k2/healthy", {
      host: "K2DR01",
      service: "K2 Server",
      startedBy: "k2/start/K2DR01/K2 Server",
      log,
      ignore: [],
      settleSec: 0,
      ...more,
    }).check(step.io);

  it("is good where the event log has no error of K2's since its service started, whatever was before", async () => {
    await begin();
    write("K2 Server", "not licensed");
    await startService();
    write("MSSQLSERVER", "a backup failed");
    write("K2 Server", "something odd", 3);
    expect(await look(event)).to.include({ there: true });
  });

  it("is bad where K2's source or its process wrote an error since, and says which", async () => {
    await begin();
    await startService();
    write("K2 Server", "NotLicensedException: no licence on machine K2DR01");
    const found = await look(event);
    expect(found).to.include({ there: false });
    expect(found.says).to.contain("NotLicensedException: no licence on machine K2DR01");
    expect(await look(event, { ignore: ["NotLicensedException"] })).to.include({ there: true });
    write(".NET Runtime", "Application: K2HostServer.exe terminated");
    expect((await look(event, { ignore: ["NotLicensedException"] })).says).to.contain(
      "K2HostServer.exe terminated",
    );
  });

  it("is good again once the cause is mended and the service restarted", async () => {
    await begin();
    await startService();
    write("K2 Server", "no licence");
    expect(await look(event)).to.include({ there: false });
    bench.server.services.stop("K2 Server");
    await until("K2 Server is stopped", () => bench.server.services.find("K2 Server")?.state === "stopped");
    await startService();
    expect(await look(event)).to.include({ there: true });
  });

  it("is read from the newest Host Server log by its own times, in the server's time zone", async () => {
    await begin();
    const disk = bench.server.disk;
    await disk.makeFolder(hostServerFolder);
    const line = (time: string, text: string): string =>
      `"1","${time}","Error","General","1000","Exception","${text}"\r\n`;
    await startService();
    await disk.write(
      `${hostServerFolder}\\HostServer261122_0.log`,
      Buffer.from(line("2026-11-22 02:59:00", "before")),
    );
    expect(await look(file)).to.include({ there: true });
    await disk.write(
      `${hostServerFolder}\\HostServer261122_0.log`,
      Buffer.from(line("2026-11-22 02:59:00", "before") + line("2026-11-22 03:05:00", "no key")),
    );
    expect((await look(file)).says)
      .to.contain("no key")
      .and.to.contain("an error since");
  });

  it("asks for the log to be turned on where file logging is off, as K2 installs it", async () => {
    await begin();
    await startService();
    expect((await failure(look(file))).message).to.contain("HostServerLogging.config");
  });

  it("tells who may not read the event log what to do", async () => {
    await begin([{ ...service, initially: "running" }], { rights: ["control-services"] });
    expect((await failure(look(event))).message).to.contain("Event Log Readers");
  });

  it("finds services of K2 that nobody has named", async () => {
    await begin([service, { name: "K2Cfg", displayName: "K2 Configuration Service" }, { name: "Spooler" }]);
    const probe = (services: readonly string[]) =>
      bound(k2, "k2/no-other-services", { host: "K2DR01", services }).check(step.io);
    expect((await failure(probe(["K2 Server"]))).message).to.equal(
      'K2DR01 has other services of K2: "K2Cfg" (K2 Configuration Service). Name them under services, so that they stop and start with K2, or under otherServices, so that they are left alone',
    );
    expect(await probe(["k2 server", "K2CFG"])).to.include({ there: true });
  });

  describe("alive", () => {
    const facts = (port: number) =>
      declareK2("k2", { ...args, servers: { primary: [k2Prd], dr: args.servers.dr }, port }).facts;

    it("is a service that runs, or a port that answers, and nothing where both are off", async () => {
      const port = { value: 0 };
      const program: Program = {
        start: async () => {
          const listener = await bench.network.listen("K2DR01", {
            port: 0,
            onConnection: (line) => line.resume(),
          });
          port.value = listener.port;
        },
        stop: () => Promise.resolve(),
      };
      await begin([{ ...service, program }]);
      expect(await k2.alive(facts(1), "dr", step.io)).to.equal(undefined);
      await startService();
      expect(await k2.alive(facts(1), "dr", step.io)).to.equal('"K2 Server" on K2DR01 is running');
      expect(await k2.alive(facts(port.value), "dr", step.io)).to.match(
        /port \d+ of K2DR01 answers|is running/,
      );
    });

    it("is a server that accepts a connection and says nothing, and ends within its time", async () => {
      await begin();
      bench.network.hostStalls("K2DR01");
      const began = performance.now();
      expect(await k2.alive(facts(1), "dr", step.io, 0.3)).to.equal(
        "K2DR01 accepts connections, but its services cannot be looked at: no answer within 0.3 s",
      );
      expect(performance.now() - began).to.be.within(250, 2000);
    });

    it("is a server that refuses the runner's login, and none that is off", async () => {
      await begin();
      const wrong = stepBench({ hosts: [bench.host()], secrets: { SSH: "not this one" } });
      expect(await k2.alive(facts(1), "dr", wrong.io)).to.match(
        /^K2DR01 accepts connections, but its services cannot be looked at: K2DR01 /,
      );
      await wrong.end();
      await bench.network.hostDown("K2DR01");
      expect(await k2.alive(facts(1), "dr", step.io)).to.equal(undefined);
    });

    it("shows the site whose services run to be active; those that stand, and a server that is off, show nothing", async () => {
      await begin();
      const shown = async () =>
        (await k2.signs(facts(1), "primary", step.io))
          .filter((s) => s.host === "K2DR01")
          .map(({ site, shows, says }) => [site, shows, says]);
      expect(await shown()).to.deep.equal([
        ["dr", "neither", '"K2 Server" on K2DR01 is stopped, start type auto'],
      ]);
      await startService();
      expect((await shown())[0]?.slice(0, 2)).to.deep.equal(["dr", "active"]);
      await bench.network.hostDown("K2DR01");
      await step.end();
      step = stepBench({ hosts: [bench.host()], secrets: { SSH: "x" } });
      expect((await shown())[0]?.slice(0, 2)).to.deep.equal(["dr", "neither"]);
    });
  });
});
