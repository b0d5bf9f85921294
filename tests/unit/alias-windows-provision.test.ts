import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { AliasFacts } from "../../components/alias/facts.ts";
import { alias as declareAlias } from "../../components/alias/index.ts";
import { DnsAlias } from "../../components/alias/provision.ts";
import { stepCommand, type Provisioning } from "../../components/provisioning.ts";
import { loadAzure } from "../../components/windows/azure-native.ts";
import { isProvisioned, vmIdOf, WindowsHost } from "../../components/windows/provision.ts";
import { site } from "../../model/estate.ts";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import { secret } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { registered } from "./recorder.ts";

/** What a program passes to a resource, as Pulumi's own mocks see it: secrets still wrapped. */
async function inputsOf(type: string, program: () => void): Promise<unknown> {
  let found: unknown;
  const mocks: pulumi.runtime.Mocks = {
    newResource: (made) => {
      if (made.type === type) found = made.inputs;
      return { id: `${made.name}-id`, state: made.inputs as object };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  };
  await pulumi.runtime.setMocks(mocks, "project", "standby", false, "organization");
  program();
  await pulumi.runtime.disconnect();
  return found;
}

const dr = site("dr", { place: "Leeds" });
const primary = site("primary", { place: "London" });
const provision = {
  location: "northeurope",
  size: "Standard_D4s_v5",
  subnetId: "/subnets/servers",
  imageId: "/images/k2",
  adminUser: "ops",
  adminPassword: secret.env("ADMIN"),
  dataDisksGb: [128, 256],
  tags: { system: "k2" },
};
const azure = { subscriptionId: "sub", resourceGroup: "rg-dr", vm: "K2DR01" };
const server = dr.server("K2DR01", { address: "10.20.1.4", azure: { ...azure, provision } });
const sqlServer = dr.server("SQLDR01", {
  address: "sqldr01.corp.example",
  azure: { ...azure, vm: "SQLDR01", provision },
  sql: { user: "dr", password: secret.env("SQL") },
});
const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
const hosts = [server.host, sqlServer.host, k2Prd.host];

const at = (where: SiteId, active: SiteId): Provisioning => ({
  journal: { folder: "journal" },
  recovery: { hosts } as unknown as Recovery,
  site: where,
  active,
  epoch: 0,
});

describe("The Azure VM of a host as a resource", () => {
  const windowsHost = (host: Host, preview = false) =>
    loadAzure().then((classes) =>
      registered(
        () => {
          new WindowsHost(host.id, { host, azure: classes, adminPassword: "never-in-clear" });
        },
        { preview },
      ),
    );

  for (const preview of [false, true])
    it(`is a network interface and a VM with the host's own names, ${preview ? "in a preview" : "in an update"}`, async () => {
      const found = await windowsHost(server.host, preview);
      expect(found.map(({ type, name }) => [type, name])).to.deep.equal([
        ["parallel-standby:index:WindowsHost", "K2DR01"],
        ["azure-native:network:NetworkInterface", "K2DR01-nic"],
        ["azure-native:compute:VirtualMachine", "K2DR01-vm"],
      ]);
      expect(found.slice(1).every(({ parent }) => parent === "K2DR01")).to.equal(true);
      const [, nic, vm] = found;
      expect(nic?.inputs).to.deep.include({
        networkInterfaceName: "K2DR01-nic",
        resourceGroupName: "rg-dr",
        tags: { system: "k2" },
      });
      expect(JSON.stringify(nic?.inputs)).to.contain('"privateIPAddress":"10.20.1.4"').and.contain("Static");
      expect(vm?.inputs).to.deep.include({
        vmName: "K2DR01",
        location: "northeurope",
        tags: { system: "k2" },
      });
      const storage = JSON.stringify(vm?.inputs["storageProfile"]);
      expect(storage)
        .to.contain('"K2DR01-data-1"')
        .and.contain('"K2DR01-data-2"')
        .and.contain('"diskSizeGB":256');
      expect(storage).not.to.contain('"deleteOption":"Delete"');
    });

  it("is never replaced for a newer image or another password", async () => {
    const vm = (await windowsHost(server.host)).at(-1);
    expect(vm?.ignoreChanges).to.deep.equal(["storageProfile.imageReference", "osProfile.adminPassword"]);
  });

  it("keeps the administrator's password as a secret", async () => {
    const classes = await loadAzure();
    const inputs = await inputsOf("azure-native:compute:VirtualMachine", () => {
      const args = { host: server.host, azure: classes };
      new WindowsHost("K2DR01", { ...args, adminPassword: "never-in-clear" });
    });
    const text = JSON.stringify(inputs);
    // The mark by which Pulumi's wire format tells a secret; it is around the whole profile that holds the password.
    expect(text).to.contain(
      '"osProfile":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"',
    );
    expect(text.split("never-in-clear")).to.have.length(2);
  });

  it("is protected whichever site is active: the state keeps what it was told before a move", async () => {
    for (const host of [server.host, sqlServer.host])
      expect((await windowsHost(host)).slice(1).map(({ protect }) => protect)).to.deep.equal([true, true]);
  });

  it("gets an address from Azure where the estate knows only a name", async () => {
    const nic = (await windowsHost(sqlServer.host))[1];
    expect(JSON.stringify(nic?.inputs)).to.contain("Dynamic").and.not.contain('privateIPAddress"');
  });

  it("has an id that is known beforehand, and belongs only to hosts that are made here", () => {
    expect(vmIdOf(azure)).to.equal(
      "/subscriptions/sub/resourceGroups/rg-dr/providers/Microsoft.Compute/virtualMachines/K2DR01",
    );
    expect([server.host, k2Prd.host].map(isProvisioned)).to.deep.equal([true, false]);
  });
});

describe("The alias as a resource", () => {
  const facts = AliasFacts.parse(
    declareAlias("k2.corp.example", {
      primary: k2Prd,
      dr: server,
      dns: { server: "10.20.0.10", tsigKey: secret.env("TSIG") },
    }).facts,
  );

  for (const preview of [false, true])
    it(`is a step that creates it and one that tries its key, which run nothing on deletion, ${preview ? "in a preview" : "in an update"}`, async () => {
      const found = await registered(
        () => {
          new DnsAlias("k2.corp.example", { facts, at: at("dr", "primary") });
        },
        { preview },
      );
      expect(found.map(({ name }) => name)).to.deep.equal([
        "k2.corp.example",
        "k2.corp.example-create",
        "k2.corp.example-key-accepted",
      ]);
      const inputs = found[1]?.inputs ?? {};
      expect(Object.keys(inputs).sort()).to.deep.equal(["create", "stdin", "update"]);
      expect(inputs["create"]).to.equal(stepCommand);
      const { provision: step } = JSON.parse(String(inputs["stdin"])) as {
        provision: { args: unknown; verb: string };
      };
      expect(step.verb).to.equal("alias/create");
      expect(step.args).to.deep.equal({ facts, active: "primary", site: "dr" });
    });
});
