import { expect } from "chai";
import { ofParts } from "../../cli/exercise/of-parts.ts";
import { exercise } from "../../components/windows/exercise.ts";
import type { ServiceSpec } from "../../lab/servers/windows/service.ts";
import type { LabUser } from "../../lab/servers/windows/users.ts";
import type { Finding } from "../../model/finding.ts";
import { looksFor } from "../../readiness/looks.ts";
import type { World } from "../../steps/find.ts";
import { parts, recoveryOf } from "./k2-fixture.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";
import { stepBench } from "./step-io.ts";

const service: ServiceSpec = {
  name: "K2 Server",
  account: "CORP\\svc-k2",
  startType: "disabled",
  initially: "stopped",
};
const world: World = {
  journal: {} as never,
  parts,
  runs: {
    k2: () => import("../../components/k2/run.ts"),
    windows: () => import("../../components/windows/run.ts"),
  },
};

describe("What an exercise of a parked K2 server looks at beside Windows", function () {
  this.timeout(30_000);
  let bench: WindowsBench;
  afterEach(() => bench.close());

  const exercised = async (
    services: readonly ServiceSpec[],
    user: Partial<LabUser> = {},
  ): Promise<readonly string[]> => {
    bench = await windowsBench(services, user);
    const known = recoveryOf();
    const host = bench.host();
    const recovery = { ...known, hosts: known.hosts.map((h) => (h.id === host.id ? host : h)) };
    const step = stepBench({ hosts: recovery.hosts, secrets: { SSH: sshPassword } });
    const { strays, lookBeside } = ofParts(host, recovery, world);
    const found: Finding[] = [...(await exercise.keepOff(host.id, await strays(step.io), step.io))];
    found.push(...(await lookBeside(step.io)));
    await step.end();
    return found.map((f) => `${f.severity} ${f.id}: ${f.says}`);
  };
  /** The active site's server does not answer in these tests. */
  const others = (found: readonly string[]): readonly string[] => found.filter((f) => !f.includes("K2PRD01"));

  it("is nothing where its services are named and the runner may change them", async () => {
    expect(others(await exercised([service]))).to.deep.equal([]);
  });

  it("has a service of K2 that nobody has named kept off: it would work beside production's", async () => {
    const found = others(
      await exercised([
        service,
        { name: "K2Cfg", displayName: "K2 Configuration Service", startType: "auto", initially: "running" },
        { name: "Spooler", startType: "auto", initially: "running" },
      ]),
    );
    expect(found[0]).to.equal(
      'risk enabled:K2DR01/K2Cfg: "K2Cfg" was running, start type auto, when the server started: it would have worked beside the active site\'s. It is stopped and disabled now',
    );
    expect(found[1]).to.match(
      /^stops preflight:k2\/no-other-services\/K2DR01: K2DR01 has other services of K2: "K2Cfg"/,
    );
    expect(found).to.have.length(2);
    expect(bench.server.services.find("K2Cfg")).to.include({ state: "stopped", startType: "disabled" });
    expect(bench.server.services.find("Spooler")).to.include({ state: "running", startType: "auto" });
  });

  it("finds that the runner may not change its services, and compares it with the active site's server", async () => {
    const found = await exercised([service], { rights: [] });
    expect(others(found)[0]).to.match(/^stops preflight:k2\/service-exists\/K2DR01\/K2 Server: /);
    expect(found.filter((f) => f.includes("K2PRD01")).join()).to.match(/^risk \S+:K2PRD01/);
  });
});

describe("What readiness looks at on K2's servers", () => {
  const looked = async (more: Parameters<typeof recoveryOf>[0], whilePassive?: "running") => {
    const known = recoveryOf(more);
    const hosts = known.hosts.map((h) => (whilePassive && h.site === "dr" ? { ...h, whilePassive } : h));
    const recovery = { ...known, parts: known.parts.filter((p) => p.id === "k2"), hosts };
    const looks = await looksFor(recovery, { from: "primary", to: "dr", mode: "planned" }, world);
    return looks.map((l) => l.id);
  };
  const on = (host: string): readonly string[] => [
    `preflight:k2/service-exists/${host}/K2 Server`,
    `preflight:k2/no-other-services/${host}`,
  ];

  it("is, at the site that a planned move leaves, whether they can be stopped and disabled there: that is its fence", async () => {
    expect(await looked({})).to.include.members([...on("K2PRD01")]);
  });

  it("is the same at the standby on a VM that runs, and not on one that is parked", async () => {
    expect(await looked({}, "running")).to.include.members([...on("K2DR01")]);
    expect((await looked({})).filter((id) => on("K2DR01").includes(id))).to.deep.equal([]);
  });
});
