import { expect } from "chai";
import * as windows from "../../components/windows/run.ts";
import { dependentsOf, serviceState } from "../../components/windows/services.ts";
import { Refused } from "../../steps/act.ts";
import type { CommandResult, Ssh } from "../../steps/transports/ssh.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { bound, failure, run, stepBench, type StepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";
import type { ServiceSpec } from "../../lab/servers/windows/service.ts";
import type { LabUser } from "../../lab/servers/windows/users.ts";

const k2: ServiceSpec = { name: "K2 Server", displayName: "K2 Host Server", startUpMs: 20, stopMs: 20 };
const stop = { host: "K2DR01", service: "K2 Server", disable: true };
const start = { host: "K2DR01", service: "K2 Server", startType: "auto" };

describe("Services of a Windows host", () => {
  let bench: WindowsBench;
  let step: StepBench;
  const begin = async (services: readonly ServiceSpec[], user: Partial<LabUser> = {}): Promise<void> => {
    bench = await windowsBench(services, user);
    step = stepBench({ hosts: [bench.host()], secrets: { SSH: sshPassword } });
  };
  const service = (name = "K2 Server") => bench.server.services.find(name);
  afterEach(async () => {
    await step.end();
    await bench.close();
  });

  it("are stopped and disabled, and found so again without acting", async () => {
    await begin([k2]);
    const found = await run(bound(windows, "windows/stop-service", stop), step.io);
    expect(found).to.include({ there: true, acted: true });
    expect(service()).to.include({ state: "stopped", startType: "disabled" });
    expect(await run(bound(windows, "windows/stop-service", stop), step.io)).to.include({
      there: true,
      acted: false,
    });
  });

  it("are neither enabled nor started once others have ended what it belongs to, asked before each", async () => {
    for (const [late, startType] of [
      [1, "disabled"],
      [2, "auto"],
    ] as const) {
      await begin([k2]);
      await run(bound(windows, "windows/stop-service", stop), step.io);
      let asked = 0;
      const mayStillAct = (): Promise<void> =>
        ++asked < late ? Promise.resolve() : Promise.reject(new Refused("activation 2 has begun since"));
      expect(
        String(
          await failure(run(bound(windows, "windows/start-service", start), { ...step.io, mayStillAct })),
        ),
      ).to.match(/activation 2 has begun since/);
      expect(service()).to.include({ state: "stopped", startType });
      if (late === 1) {
        await step.end();
        await bench.close();
      }
    }
  });

  it("are neither disabled nor stopped once others have ended what it belongs to, asked before each", async () => {
    for (const [late, startType] of [
      [1, "auto"],
      [2, "disabled"],
    ] as const) {
      await begin([k2]);
      let asked = 0;
      const mayStillAct = (): Promise<void> =>
        ++asked < late ? Promise.resolve() : Promise.reject(new Refused("activation 2 has begun since"));
      expect(
        String(await failure(run(bound(windows, "windows/stop-service", stop), { ...step.io, mayStillAct }))),
      ).to.match(/activation 2 has begun since/);
      expect(service()).to.include({ state: "running", startType });
      if (late === 1) {
        await step.end();
        await bench.close();
      }
    }
  });

  it("are only stopped where they shall not be disabled", async () => {
    await begin([k2]);
    await run(bound(windows, "windows/stop-service", { ...stop, disable: false }), step.io);
    expect(service()).to.include({ state: "stopped", startType: "auto" });
  });

  it("are disabled even where they are stopped already", async () => {
    await begin([{ ...k2, initially: "stopped" }]);
    const found = await run(bound(windows, "windows/stop-service", stop), step.io);
    expect(found).to.include({ there: true, acted: true });
    expect(service()?.startType).to.equal("disabled");
  });

  it("are stopped as soon as they take commands, when they are just starting", async () => {
    await begin([{ ...k2, startUpMs: 1500, initially: "stopped" }]);
    await bench.server.services.start("K2 Server");
    expect(service()?.state).to.equal("start-pending");
    await run(bound(windows, "windows/stop-service", stop), step.io);
    expect(service()?.state).to.equal("stopped");
  });

  it("that hang when they stop end in a message with the process to end", async () => {
    await begin([{ ...k2, faults: { hangsOnStop: true } }]);
    const error = await failure(
      run(bound(windows, "windows/stop-service", { ...stop, waitSec: 1 }), step.io),
    );
    expect(error.message).to.contain("K2DR01").and.contain("stop pending");
    expect(error.message).to.contain(`taskkill /F /PID ${String(service()?.pid)}`);
  });

  it("are set to start by themselves and started, though they were disabled", async () => {
    await begin([{ ...k2, startType: "disabled", initially: "stopped" }]);
    const found = await run(bound(windows, "windows/start-service", start), step.io);
    expect(found).to.include({ there: true, acted: true });
    expect(service()).to.include({ state: "running", startType: "auto" });
  });

  it("that run with another start type get the one that is wanted, and run on", async () => {
    await begin([{ ...k2, startType: "manual", initially: "running" }]);
    const { pid } = service() ?? {};
    await run(bound(windows, "windows/start-service", { ...start, startType: "delayed-auto" }), step.io);
    expect(service()).to.include({ state: "running", startType: "delayed-auto", pid });
  });

  const failures = [
    { code: 1069, says: "log on" },
    { code: 1067, says: "ended as it started" },
  ];
  for (const { code, says } of failures)
    it(`that fail to start with ${String(code)} say why`, async () => {
      await begin([{ ...k2, initially: "stopped", faults: { failsToStart: code } }]);
      const error = await failure(run(bound(windows, "windows/start-service", start), step.io));
      expect(error.message).to.contain(says).and.contain(String(code)).and.contain('"K2 Server"');
    });

  it("that hang when they start end in a message after the time that the step gives", async () => {
    await begin([{ ...k2, initially: "stopped", faults: { hangsOnStart: true } }]);
    const error = await failure(
      run(bound(windows, "windows/start-service", { ...start, waitSec: 1 }), step.io),
    );
    expect(error.message).to.contain("start pending").and.contain("1 s");
  });

  it("are not believed to have started because sc said so", async () => {
    await begin([{ ...k2, initially: "stopped" }]);
    bench.server.ssh.fault = { kind: "lies", matching: /start "/ };
    const error = await failure(
      run(bound(windows, "windows/start-service", { ...start, waitSec: 1 }), step.io),
    );
    expect(error.message).to.contain("ended as it started");
  });

  it("are looked at before a move, and nothing is changed", async () => {
    await begin([{ ...k2, startType: "delayed-auto" }]);
    const before = { ...service() };
    const found = await run(
      bound(windows, "windows/service-exists", { host: "K2DR01", service: "K2 Server" }),
      step.io,
    );
    expect(found.there).to.equal(true);
    expect({ ...service() }).to.deep.equal(before);
  });

  it("that are written by their display name are answered with the name that is meant", async () => {
    await begin([k2]);
    const look = bound(windows, "windows/service-exists", { host: "K2DR01", service: "K2 Host Server" });
    expect((await failure(look.check(step.io))).message).to.contain('write "K2 Server"');
  });

  it("that are misspelt are answered with the name that is close to it, where there is one", async () => {
    await begin([k2]);
    const look = (service: string) =>
      failure(run(bound(windows, "windows/service-exists", { host: "K2DR01", service }), step.io));
    expect((await look("K2 Sever")).message).to.equal(
      'K2DR01 has no service "K2 Sever". Did you mean K2 Server? Look at the name in the estate (sc query).',
    );
    expect((await look("Claims Service")).message).to.equal(
      'K2DR01 has no service "Claims Service". Look at the name in the estate (sc query).',
    );
  });

  it("that the user may not change are found out before a move", async () => {
    await begin([k2], { rights: ["read-events"] });
    const look = bound(windows, "windows/service-exists", { host: "K2DR01", service: "K2 Server" });
    expect((await failure(look.check(step.io))).message)
      .to.contain("error 5")
      .and.contain("Administrators");
  });

  it("that do not exist are none", async () => {
    await begin([]);
    expect(await serviceState(await sshTo("K2DR01", step.io), "K2 Server")).to.equal(undefined);
  });

  it("have ports that are waited for", async () => {
    await begin([k2]);
    const open = bound(windows, "windows/wait-port", { host: "K2DR01", port: bench.server.ssh.port });
    expect((await open.check(step.io)).there).to.equal(true);
    await bench.server.ssh.stop();
    expect((await open.check(step.io)).there).to.equal(false);
  });
});

describe("What depends on a service", () => {
  it("is told without those that are stopped already", async () => {
    const states: Readonly<Record<string, number>> = { One: 4, Two: 1 };
    const answer = (command: string): CommandResult => {
      const name = /"(.+)"/.exec(command)?.[1] ?? "";
      const done = (stdout: string): CommandResult => ({ code: 0, stdout, stderr: "" });
      if (command.includes("enumdepend"))
        return done(
          "Enum: entriesRead  = 2\r\n\r\nSERVICE_NAME: One\r\nDISPLAY_NAME: 1\r\n\r\nSERVICE_NAME: Two\r\nDISPLAY_NAME: 2\r\n",
        );
      if (command.includes("queryex"))
        return done(`\r\nSERVICE_NAME: ${name}\r\n  TYPE : 10 X\r\n  STATE : ${String(states[name])} X\r\n`);
      return done(`\r\nSERVICE_NAME: ${name}\r\n  TYPE : 10 X\r\n  START_TYPE : 2 AUTO_START\r\n`);
    };
    const ssh: Ssh = {
      host: "K2DR01",
      run: (command) => Promise.resolve(answer(command)),
      readFile: () => Promise.reject(new Error("no files here")),
      writeFile: () => Promise.reject(new Error("no files here")),
    };
    expect(await dependentsOf(ssh, "K2 Server")).to.deep.equal(["One"]);
  });
});
