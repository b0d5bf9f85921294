import { expect } from "chai";
import { k2 } from "../../components/k2/index.ts";
import { runnables as k2Runnables } from "../../components/k2/run.ts";
import { runnables as windowsRunnables } from "../../components/windows/run.ts";
import type { Request } from "../../model/part.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import { args, dataOf, k2Dr, k2Prd, k2Prd2, parts, recoveryOf } from "./k2-fixture.ts";

const toDr: Request = { from: "primary", to: "dr", mode: "unplanned" };
const planned: Request = { ...toDr, mode: "planned" };
const back: Request = { from: "dr", to: "primary", mode: "planned" };
const farm = { primary: [k2Prd, k2Prd2], dr: [k2Dr] } as const;

const idsIn = ({ steps }: Plan, phase: string): readonly string[] =>
  steps.filter((s) => s.phase === phase).map((s) => s.id);
const planOf = (recovery: Recovery, request: Request): Plan => plan(recovery, request, parts);

/** All steps that must have ended before a step. */
function above({ steps }: Plan, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (at: string): void => {
    for (const need of steps.find((s) => s.id === at)?.needs ?? [])
      if (!found.has(need.id)) {
        found.add(need.id);
        walk(need.id);
      }
  };
  walk(id);
  return found;
}

describe("the plan of a K2", () => {
  it("stops and disables every service of the old site in reverse order, and each is a proof of its host's fence", () => {
    const made = planOf(recoveryOf({ servers: farm, services: ["K2 Server", "K2 Configuration"] }), toDr);
    expect(idsIn(made, "fence-apps").filter((id) => id.includes("stop"))).to.deep.equal([
      "k2/stop/K2PRD01/K2 Configuration",
      "k2/stop/K2PRD01/K2 Server",
      "k2/stop/K2PRD02/K2 Configuration",
      "k2/stop/K2PRD02/K2 Server",
    ]);
    expect([...above(made, "k2/stop/K2PRD01/K2 Server")])
      .to.include("k2/stop/K2PRD01/K2 Configuration")
      .and.not.to.include("k2/stop/K2PRD02/K2 Configuration");
    const proof = made.steps.find((s) => s.id.endsWith("prove-fence"));
    expect(proof?.args)
      .to.have.nested.property("hosts.K2PRD01.together")
      .that.deep.equals(["k2/stop/K2PRD01/K2 Configuration", "k2/stop/K2PRD01/K2 Server"]);
    expect(proof?.args).to.have.property("hosts").that.has.all.keys("K2PRD01", "K2PRD02");
  });

  it("deallocates the old site's VMs, a proof of its own, and no adopted server", () => {
    expect(
      idsIn(planOf(recoveryOf(), toDr), "fence-site").filter((id) => id.includes("deallocate")),
    ).to.deep.equal([]);
    const made = planOf(recoveryOf(), back);
    const proof = made.steps.find((s) => s.id.endsWith("prove-fence"));
    expect(idsIn(made, "fence-site")).to.include("k2/deallocate/K2DR01");
    expect(proof?.args)
      .to.have.nested.property("hosts.K2DR01.strong")
      .that.deep.equals(["k2/deallocate/K2DR01"]);
  });

  it("keeps services off on hosts that have just started, before anything else is looked at there", () => {
    const made = planOf(recoveryOf(), toDr);
    expect(idsIn(made, "start-hosts")).to.deep.equal([
      "k2/start-host/K2DR01",
      "k2/keep-off/K2DR01/K2 Server",
      "k2/service-exists/K2DR01/K2 Server",
      "k2/no-other-services/K2DR01",
    ]);
    expect([...above(made, "k2/keep-off/K2DR01/K2 Server")]).to.include("k2/start-host/K2DR01");
    expect(idsIn(planOf(recoveryOf(), back), "start-hosts")).to.deep.equal(["k2/keep-off/K2PRD01/K2 Server"]);
  });

  it("looks at an adopted target's services before anything is changed, at a parked VM's once it runs", () => {
    expect(idsIn(planOf(recoveryOf(), back), "preflight")).to.include.members([
      "k2/service-exists/K2PRD01/K2 Server",
      "k2/no-other-services/K2PRD01",
    ]);
    expect(
      idsIn(planOf(recoveryOf(), toDr), "preflight").filter((id) => id.includes("service")),
    ).to.deep.equal([]);
  });

  it("finds before it starts that the target's licence rows are kept and the password is there", () => {
    expect(idsIn(planOf(recoveryOf(), toDr), "preflight")).to.include.members([
      "k2/rows-captured",
      "k2/password-resolves",
    ]);
    expect(idsIn(planOf(recoveryOf(), planned), "preflight")).to.include.members([
      "k2/rows-captured",
      "k2/master-key-opens",
    ]);
  });

  it("captures the newest rows of the site it leaves before they are overwritten, where rows tell whose they are", () => {
    for (const request of [toDr, planned, back]) {
      const made = planOf(recoveryOf(), request);
      const step = made.steps.find((s) => s.id === `k2/capture-restored/${request.from}`);
      expect(step?.args).to.deep.include({
        site: request.from,
        sql: request.to === "dr" ? "SQLDR01" : "SQLPRD01",
        keepOn: [request.to === "dr" ? "SQLDR01" : "SQLPRD01"],
      });
      expect([...above(made, step?.id ?? "")]).to.include("k2-data/open");
      expect([...above(made, "k2/licences")]).to.include(step?.id);
    }
    const unnamed = recoveryOf({ licence: { namesHosts: false } });
    expect(idsIn(planOf(unnamed, planned), "preflight")).to.include("k2/capture/primary");
    for (const request of [toDr, planned])
      expect(idsIn(planOf(unnamed, request), "repair-identity").join()).to.not.contain("capture");
  });

  it("puts the target's own rows back and protects the master keys after the databases are open, before K2 starts", () => {
    for (const request of [toDr, planned, back]) {
      const made = planOf(recoveryOf(), request);
      expect(idsIn(made, "repair-identity")).to.include.members(["k2/master-key", "k2/licences"]);
      expect(made.steps.find((s) => s.id === "k2/licences")?.args).to.deep.include({
        site: request.to,
        sql: request.to === "dr" ? "SQLDR01" : "SQLPRD01",
      });
      const host = request.to === "dr" ? "K2DR01" : "K2PRD01";
      const before = above(made, `k2/start/${host}/K2 Server`);
      expect([...before]).to.include.members([
        "k2-data/open",
        "k2/master-key",
        "k2/licences",
        "k2-sql.corp.example/flip",
        "k2/prove-fence",
      ]);
    }
  });

  it("starts the first server of a farm alone and the others when it answers", () => {
    const made = planOf(recoveryOf({ servers: farm }), back);
    expect([...above(made, "k2/start/K2PRD02/K2 Server")]).to.include.members([
      "k2/start/K2PRD01/K2 Server",
      "k2/first-answers/K2PRD01",
    ]);
    expect(
      idsIn(planOf(recoveryOf(), toDr), "start-services").filter((id) => id.includes("first")),
    ).to.deep.equal([]);
  });

  it("has K2 answer and its log read before a client alias moves, and asks through that alias after", () => {
    const made = planOf(recoveryOf(), toDr);
    expect([...above(made, "k2.corp.example/flip")]).to.include.members([
      "k2/answers/K2DR01",
      "k2/healthy/K2DR01",
    ]);
    expect(idsIn(made, "smoke-test")).to.deep.equal(["k2/through/k2.corp.example"]);
    expect(made.steps.find((s) => s.id === "k2/healthy/K2DR01")?.args).to.include({
      startedBy: "k2/start/K2DR01/K2 Server",
    });
  });

  it("reads no log where it is told to look at the port alone", () => {
    expect(idsIn(planOf(recoveryOf({ health: { log: "none" } }), toDr), "verify-services")).to.deep.equal([
      "k2/answers/K2DR01",
    ]);
  });

  it("gives K2 back when its move is abandoned: VMs, services in start order, and it answers; the target is left alone", () => {
    const part = parts["k2"];
    const recovery = recoveryOf({ servers: farm, services: ["K2 Server", "K2 Configuration"] });
    const given = (request: Request) => {
      const facts = recovery.parts.find((p) => p.kind === "k2")?.facts;
      return part?.inverse?.("k2", facts, request, lookupOf(recovery)) ?? {};
    };
    const there = given(toDr);
    expect(there["restart-hosts"]).to.deep.equal([]);
    expect(there["restart-services"]?.map((d) => d.id)).to.deep.equal([
      "k2/again/start/K2PRD01/K2 Server",
      "k2/again/start/K2PRD01/K2 Configuration",
      "k2/again/first-answers/K2PRD01",
      "k2/again/start/K2PRD02/K2 Server",
      "k2/again/start/K2PRD02/K2 Configuration",
    ]);
    expect(there["verify-again"]?.map((d) => d.id)).to.include.members(["k2/again/answers/K2PRD02"]);
    expect(given(back)["restart-hosts"]?.map((d) => d.id)).to.deep.equal(["k2/start-host/K2DR01-again"]);
    expect(JSON.stringify(there)).not.to.contain("K2DR01");
  });

  it("has no licences for a cold standby and no key without a password", () => {
    const { masterKey: _, captureKey: __, ...others } = args;
    const cold = { ...others, standby: "cold" as const };
    const recovery = recoveryOf();
    const declared = k2("k2", cold);
    const made = planOf(
      {
        ...recovery,
        parts: recovery.parts.map((p) => (p.id === "k2" ? { ...p, facts: declared.facts } : p)),
      },
      toDr,
    );
    expect(
      made.steps.filter((s) => /licences|captured|capture|master-key$|password/.test(s.id)),
    ).to.deep.equal([]);
  });

  it("survives JSON: every argument is plain data that the verb's own code takes, without a secret in it", () => {
    const code = new Map([...k2Runnables, ...windowsRunnables].map((r) => [r.name, r]));
    for (const request of [toDr, planned, back]) {
      const { steps } = planOf(recoveryOf({ servers: farm, health: { log: "file" } }), request);
      const text = JSON.stringify(steps);
      expect(JSON.parse(text)).to.deep.equal(steps);
      expect(text).to.contain('{"env":"CAPTURE_KEY"}');
      const own = steps.filter((s) => /^(k2|windows)\//.test(s.verb));
      expect(own).to.not.be.empty;
      for (const step of own)
        expect(
          () => code.get(step.verb)?.bind(step.args) ?? expect.fail(`no code for ${step.verb}`),
        ).to.not.throw();
    }
  });

  it("is the same for the same facts, and its steps have public names", () => {
    const one = planOf(recoveryOf(), toDr);
    expect(planOf(recoveryOf(), toDr).hash).to.equal(one.hash);
    expect(new Set(one.steps.filter((s) => s.id.startsWith("k2/")).map((s) => s.verb))).to.deep.equal(
      new Set([
        "machinery/complete-system",
        "k2/rows-captured",
        "k2/secret-resolves",
        "k2/protect-master-key",
        "k2/capture",
        "k2/reapply-licences",
        "k2/no-other-services",
        "k2/healthy",
        "windows/stop-service",
        "windows/start-service",
        "windows/service-exists",
        "windows/start-host",
        "windows/wait-port",
        "alias/answers",
        "machinery/prove-fence",
        ...one.steps.filter((s) => s.id.startsWith("k2/") && s.verb === "machinery/gate").map((s) => s.verb),
      ]),
    );
  });

  it("leaves VMs that receive logs while their site is passive to their data", () => {
    const both = recoveryOf({ data: [dataOf(["K2"])] });
    const running = {
      ...both,
      hosts: both.hosts.map((h) => (h.id === "K2DR01" ? { ...h, whilePassive: "running" as const } : h)),
    };
    expect(
      idsIn(planOf(running, back), "fence-site").filter((id) => id.includes("deallocate")),
    ).to.deep.equal([]);
  });
});
