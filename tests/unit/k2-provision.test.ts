import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { K2Args } from "../../components/k2/index.ts";
import type { Provisioning } from "../../components/provisioning.ts";
import type { K2Facts } from "../../components/k2/facts.ts";
import type { SiteId } from "../../model/site.ts";
import { ProvisioningEnvelope } from "../../steps/envelope.ts";
import { recoveryOf } from "./k2-fixture.ts";

interface Made {
  readonly name: string;
  readonly type: string;
  readonly envelope?: ProvisioningEnvelope;
}

/** Provisions a K2 under mocks, its rows first; `unknown`: as a preview sees it, before anything has an id. */
async function provision(
  site: SiteId,
  active: SiteId,
  more: Partial<K2Args> = {},
  unknown = false,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        const stdin: unknown = (inputs as { stdin?: unknown }).stdin;
        made.push({
          name,
          type,
          ...(typeof stdin === "string" ? { envelope: ProvisioningEnvelope.parse(JSON.parse(stdin)) } : {}),
        });
        return unknown
          ? { id: undefined, state: {} }
          : { id: `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "t",
    site,
    unknown,
  );
  const { K2, K2Capture } = await import("../../components/k2/provision.ts");
  const recovery = recoveryOf(more);
  const at: Provisioning = { journal: { folder: "j" }, recovery, site, active, epoch: 0 };
  const facts = recovery.parts.find((p) => p.kind === "k2")?.facts as K2Facts;
  const before = new K2Capture("k2-before", { facts, at });
  new K2("k2", { facts, at }, { dependsOn: [before] });
  await pulumi.runtime.disconnect();
  return made;
}

const stepsOf = (made: readonly Made[]) => made.flatMap((m) => (m.envelope ? [m.envelope.provision] : []));

describe("provisioning a K2", () => {
  for (const unknown of [false, true])
    describe(unknown ? "in a preview, where nothing has an id yet" : "in a run", () => {
      it("captures the rows of both sites from the standby's stack, and of its own from production's", async () => {
        const standby = stepsOf(await provision("dr", "primary", {}, unknown)).filter(
          (s) => s.verb === "k2/capture",
        );
        expect(standby.map((s) => s.id)).to.deep.equal(["k2/capture/dr", "k2/capture/primary"]);
        expect(standby.map((s) => (s.args as { database: string }).database)).to.deep.equal(["own", "live"]);
        expect(standby.map((s) => (s.args as { part: string }).part)).to.deep.equal(["k2", "k2"]);
        const production = stepsOf(await provision("primary", "primary", {}, unknown));
        expect(production.filter((s) => s.verb === "k2/capture").map((s) => s.id)).to.deep.equal([
          "k2/capture/primary",
        ]);
      });

      it("parks only the passive site: stops, disables, deallocates there and nowhere else", async () => {
        const verbs = async (site: SiteId, active: SiteId) =>
          stepsOf(await provision(site, active, {}, unknown)).map(
            (s) => `${s.verb} ${JSON.stringify(s.args)}`,
          );
        const parks = /windows\/stop-service|windows\/park|k2\/stop-before-parking/;
        expect(
          (await verbs("dr", "primary")).filter((v) => parks.test(v)).map((v) => v.split(" ")[0]),
        ).to.deep.equal(["k2/stop-before-parking", "windows/park"]);
        expect((await verbs("primary", "primary")).filter((v) => parks.test(v))).to.deep.equal([]);
        const parked = (await verbs("primary", "dr")).filter((v) => parks.test(v));
        expect(parked).to.have.length(1);
        expect(parked[0]).to.contain(
          'windows/stop-service {"host":"K2PRD01","service":"K2 Server","disable":true',
        );
      });
    });

  it("tries the master key's password where the databases are in use, whichever stack runs", async () => {
    for (const site of ["primary", "dr"] as const)
      for (const active of ["primary", "dr"] as const) {
        const found = stepsOf(await provision(site, active)).find((s) => s.verb === "k2/master-key-opens");
        expect(found?.args).to.have.nested.property(
          "on[0].sql",
          active === "primary" ? "SQLPRD01" : "SQLDR01",
        );
      }
  });

  it("has resources with fixed names, each a step of its own under its component", async () => {
    const made = await provision("dr", "primary");
    expect(made.map((m) => `${m.type} ${m.name}`)).to.have.members([
      "parallel-standby:index:K2Capture k2-before",
      "command:local:Command k2-before-capture-dr",
      "command:local:Command k2-before-capture-primary",
      "parallel-standby:index:K2 k2",
      "command:local:Command k2-master-key-opens",
      "command:local:Command k2-stop-before-parking-K2DR01",
      "command:local:Command k2-park-K2DR01",
    ]);
  });

  it("brings the hosts that a step needs, their secrets only by reference", async () => {
    const made = await provision("dr", "primary");
    const capture = made.find((m) => m.name === "k2-before-capture-dr")?.envelope;
    expect(capture?.hosts.map((h) => h.id)).to.include.members(["SQLDR01", "SQLPRD01"]);
    expect(JSON.stringify(made.map((m) => m.envelope)))
      .to.contain('{"env":"SQL_PASSWORD"}')
      .and.to.contain('{"env":"K2_MASTER_KEY"}');
  });
});
