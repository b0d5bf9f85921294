import { expect } from "chai";
import { quiesced } from "../../components/sql/log-shipping/run/quiesce.ts";
import type { ServiceSpec } from "../../lab/servers/windows/service.ts";
import { stepBench, type StepBench } from "./step-io.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

const k2: ServiceSpec = { name: "K2 Server", displayName: "K2 Host Server", startUpMs: 20, stopMs: 20 };
const services = [{ host: "K2DR01", service: "K2 Server" }];

describe("log shipping: services that stand still while the first full backup is taken", function () {
  this.timeout(20_000);
  let bench: WindowsBench;
  let step: StepBench;
  beforeEach(async () => {
    bench = await windowsBench([k2]);
    step = stepBench({ hosts: [bench.host()], secrets: { SSH: sshPassword } });
  });
  afterEach(async () => {
    await step.end();
    await bench.close();
  });
  const now = () => ({
    state: bench.server.services.find("K2 Server")?.state,
    startType: bench.server.services.find("K2 Server")?.startType,
  });

  it("are stopped before it and run again after it, with the start type that they had", async () => {
    const before = now();
    let during: unknown;
    await quiesced(services, step.io, () => {
      during = now();
      return Promise.resolve();
    });
    expect(during).to.deep.equal({ ...before, state: "stopped" });
    expect(now()).to.deep.equal({ ...before, state: "running" });
  });

  it("run again when it fails, too", async () => {
    const why = await quiesced(services, step.io, () => Promise.reject(new Error("the disk is full"))).catch(
      (e: unknown) => e,
    );
    expect(why).to.have.property("message", "the disk is full");
    expect(now().state).to.equal("running");
  });

  it("run again although an earlier run was broken off and had left them stopped", async () => {
    await quiesced(services, step.io, async () => {
      await quiesced(services, step.io, () => Promise.resolve());
    });
    expect(now().state).to.equal("running");
  });

  it("are asked for nothing where none is named", async () => {
    let done = false;
    await quiesced([], step.io, () => {
      done = true;
      return Promise.resolve();
    });
    expect(done).to.equal(true);
    expect(step.said).to.deep.equal([]);
  });
});
