import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rig, type Rig } from "../../lab/play/rig.ts";
import type { Stored } from "../../lab/servers/azure/stored.ts";
import { Types } from "../../lab/servers/azure/stored.ts";
import type { LabAzure } from "../../lab/world/azure.ts";
import { engineMs, failed, ok, unchanged, up } from "./stage.ts";

/** An estate whose standby servers this library makes: no step reaches them, since only aliases stand on them. */
const ESTATE = `
import { readFileSync } from "node:fs";
import { alias, defineEstate, secret, site } from "parallel-standby";

const lab = JSON.parse(readFileSync(new URL(".lab/lab.json", import.meta.url), "utf8"));
const primary = site("primary", { place: "London", timeZone: "Europe/London" });
const dr = site("dr", { place: "Leeds", timeZone: "Europe/London" });
const made = (vm, address, dataDisksGb, more = {}) =>
  dr.server(vm, {
    address,
    azure: {
      ...lab.azure,
      vm,
      provision: {
        location: "ukwest",
        size: process.env.VM_SIZE,
        subnetId: process.env.SUBNET,
        imageId: process.env.IMAGE,
        adminUser: "ops",
        adminPassword: secret.env("VM_ADMIN"),
        dataDisksGb,
        tags: { role: vm.slice(0, 3) },
      },
    },
    ...more,
  });
const dns = { server: lab.dns.address, port: lab.dns.port, keyName: "dr-key", tsigKey: secret.env("TSIG_KEY") };
const at = (name) => primary.server(name, { address: lab.hosts[name].address });

export const estate = defineEstate({
  name: "lab",
  journal: { folder: ".lab/journal" },
  systems: [
    alias("k2.corp.example", { primary: at("K2PRD01"), dr: made("K2DR02", "127.20.1.6", []), dns }),
    alias("k2-sql.corp.example", {
      primary: at("SQLPRD01"),
      dr: made("SQLDR02", "127.20.1.7", [256, 512], { sql: { user: "dr_operator", password: secret.env("SQL_DR") } }),
      dns,
    }),
  ],
});
`;

describe("a standby site whose Azure VMs are provisioned, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let azure: LabAzure;
  before(async () => {
    made = await rig({ azure: true });
    if (!made.lab.azure) throw new Error("the lab has no Azure");
    ({ azure } = made.lab);
    await writeFile(join(made.folder, "estate.ts"), ESTATE);
    ok(await made.cli(["journal", "init", "--active", "primary", "--as", "test"]));
    ok(await made.pulumi(["stack", "init", "standby", "--no-select"]));
  });
  after(() => made.close());

  const adminPassword = "Only-in-the-lab-1";
  const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    SUBNET: azure.subnetId("dr"),
    IMAGE: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/images/windows-2022-07",
    VM_SIZE: "Standard_D4s_v5",
    VM_ADMIN: adminPassword,
    ...more,
  });
  const vm = (name: string): Stored => {
    const found = azure.azure.ofType(Types.Vm).find((one) => one.at.name === name);
    if (!found) throw new Error(`there is no VM ${name}`);
    return found;
  };

  it("makes each VM with its network interface, disks and tags, and leaves it alone the second time", async () => {
    ok(await up(made, "standby", [], env()));
    for (const [name, address, dataDisks] of [
      ["K2DR02", "127.20.1.6", []],
      ["SQLDR02", "127.20.1.7", ["SQLDR02-data-1", "SQLDR02-data-2"]],
    ] as const) {
      expect(azure.azure.vmPower(name)).to.equal("running");
      expect(vm(name)).to.deep.include({ location: "ukwest" });
      expect(vm(name).body).to.deep.include({ tags: { role: name.slice(0, 3) } });
      const nic = azure.azure.ofType(Types.Nic).find((one) => one.at.name === `${name}-nic`);
      expect(JSON.stringify(nic?.body)).to.include(`"privateIPAddress":"${address}"`);
      const disks = azure.azure.ofType(Types.Disk).map((one) => one.at.name);
      expect(disks).to.include.members([`${name}-os`, ...dataDisks]);
    }
    unchanged(await up(made, "standby", [], env()));
  });

  it("protects every VM: pulumi destroy leaves both running, also once their site has become the active one", async () => {
    const { stdout } = ok(await made.pulumi(["stack", "export", "-s", "standby"]));
    const state = JSON.parse(stdout) as {
      deployment: { resources: { urn: string; type: string; protect?: boolean }[] };
    };
    const isProtected = state.deployment.resources
      .filter(({ type }) => type.startsWith("azure-native:"))
      .map(({ urn, protect }) => [urn.split("::").at(-1), protect ?? false]);
    expect(Object.fromEntries(isProtected)).to.deep.equal({
      "K2DR02-nic": true,
      "K2DR02-vm": true,
      "SQLDR02-nic": true,
      "SQLDR02-vm": true,
    });
    expect(stdout).not.to.include(adminPassword);
    failed(
      await made.pulumi(["destroy", "-s", "standby", "--yes", "--skip-preview"], env()),
      /pulumi state unprotect/,
    );
    for (const name of ["K2DR02", "SQLDR02"]) expect(azure.azure.vmPower(name)).to.equal("running");
  });

  it("does not touch a VM for a newer image or another administrator password, and resizes it in place", async () => {
    const before = vm("SQLDR02");
    const writes = before.version;
    ok(await up(made, "standby", [], env({ IMAGE: `${env()["IMAGE"] ?? ""}-new`, VM_ADMIN: "Another-2" })));
    expect(vm("SQLDR02")).to.include({ guid: before.guid, version: writes });
    ok(await up(made, "standby", [], env({ VM_SIZE: "Standard_D8s_v5" })));
    expect(vm("SQLDR02")).to.include({ guid: before.guid, version: writes + 1 });
    expect(JSON.stringify(vm("SQLDR02").body)).to.include('"vmSize":"Standard_D8s_v5"');
  });
});
