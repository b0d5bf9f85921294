import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { type ArmServer, serveArm } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { type Engine, ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv } from "../../tools/engine/env.ts";

const SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a";
const REPOSITORY = join(import.meta.dirname, "../..");

const PROGRAM = `
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { NetworkInterface } from "@pulumi/azure-native/network/networkInterface.js";
import { VirtualMachine } from "@pulumi/azure-native/compute/virtualMachine.js";
import { Disk } from "@pulumi/azure-native/compute/disk.js";

const vmSize = process.env.VM_SIZE ?? "Standard_D4s_v5";
const group = new ResourceGroup("rg", { resourceGroupName: "rg-dr" });
const subnet = { id: process.env.SUBNET };
const nic = new NetworkInterface("k2dr01-nic", {
  resourceGroupName: group.name,
  ipConfigurations: [{ name: "ipconfig", subnet, privateIPAddress: process.env.ADDRESS ?? "127.20.1.7", privateIPAllocationMethod: "Static" }],
});
const disk = new Disk("k2dr01-data", { resourceGroupName: group.name, diskSizeGB: 256, creationData: { createOption: "Empty" } });
const vm = new VirtualMachine("k2dr01", {
  resourceGroupName: group.name,
  vmName: "K2DR01",
  hardwareProfile: { vmSize },
  networkProfile: { networkInterfaces: [{ id: nic.id, primary: true }] },
  osProfile: { computerName: process.env.COMPUTER ?? "K2DR01", adminUsername: "ops", adminPassword: "Lab-only-1" },
  storageProfile: {
    osDisk: { createOption: "FromImage", osType: "Windows" },
    dataDisks: [{ lun: 0, createOption: "Attach", managedDisk: { id: disk.id } }],
  },
}, { customTimeouts: { create: "1m" } });
export const vmName = vm.name;
export const address = nic.ipConfigurations.apply((all) => all?.[0]?.privateIPAddress);
`;

describe("The simulated azure-native, on the real engine", function () {
  this.timeout(120_000);
  let engine: Engine;
  let folder: string;
  let clock: LabClock;
  let azure: Azure;
  let arm: ArmServer;

  before(async function () {
    this.timeout(1_200_000);
    engine = await ensureEngine();
  });
  beforeEach(async () => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    const at = { subscription: SUBSCRIPTION };
    azure = new Azure({
      ...at,
      clock,
      subnets: [{ id: subnetId, location: "northeurope", prefix: "127.20.1.0/24" }],
      coresLimit: 10,
      durations: { create: 50, update: 20, delete: 20 },
    });
    arm = await serveArm(azure);
    folder = await projectFolder("parallel-standby-lab");
  });
  afterEach(async () => {
    await arm.close();
    azure.close();
    clock.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = async (args: readonly string[], more: Record<string, string> = {}): Promise<Ended> => {
    const env = offlineEnv(
      engine.env["PULUMI_HOME"] ?? "",
      {
        PULUMI_CONFIG_PASSPHRASE: "lab",
        ARM_SUBSCRIPTION_ID: SUBSCRIPTION,
        ARM_LOCATION_NAME: "northeurope",
        LAB_ARM: arm.url,
        SUBNET: subnetId,
        ...more,
      },
      dirname(engine.pulumi),
    );
    const { all, exitCode } = await execa(engine.pulumi, [...args, "--non-interactive"], {
      cwd: folder,
      env,
      extendEnv: false,
      all: true,
      reject: false,
    });
    return { all, exitCode };
  };
  const up = (more: Record<string, string> = {}, ...args: string[]): Promise<Ended> =>
    pulumi(["up", "-y", "-s", "dev", "--skip-preview", "--diff", ...args], more);

  it("previews, creates, leaves alone, changes in place and removes", async () => {
    await pulumi(["stack", "init", "dev"]);
    const preview = await pulumi(["preview", "-s", "dev"]);
    expect(preview, preview.all).to.include({ exitCode: 0 });
    expect(preview.all).to.include("+ 5 to create");
    expect(azure.ofType("Microsoft.Compute/virtualMachines")).to.have.length(0);

    const created = await up();
    expect(created, created.all).to.include({ exitCode: 0 });
    expect(azure.vmPower("K2DR01")).to.equal("running");
    const outputs = await pulumi(["stack", "output", "--json", "-s", "dev"]);
    expect(JSON.parse(outputs.all)).to.deep.equal({ vmName: "K2DR01", address: "127.20.1.7" });

    const again = await up({}, "--expect-no-changes");
    expect(again, again.all).to.include({ exitCode: 0 });

    azure.setPower("K2DR01", "deallocated");
    const refreshed = await pulumi(["refresh", "-y", "-s", "dev", "--skip-preview", "--expect-no-changes"]);
    expect(refreshed, refreshed.all).to.include({ exitCode: 0 });

    const larger = await up({ VM_SIZE: "Standard_D8s_v5" });
    expect(larger.all, larger.all)
      .to.include("~ 1 updated")
      .and.to.match(/vmSize *: "Standard_D4s_v5" => "Standard_D8s_v5"/);
    expect(azure.coresUsed("northeurope")).to.equal(8);
    expect(azure.vmPower("K2DR01")).to.equal("deallocated");

    const gone = await pulumi(["destroy", "-y", "-s", "dev", "--skip-preview"]);
    expect(gone, gone.all).to.include({ exitCode: 0 });
    expect(azure.ofType("Microsoft.Resources/resourceGroups")).to.have.length(0);
  });

  it("shows the replacement of a VM in the preview, and replaces it by deleting it first", async () => {
    await pulumi(["stack", "init", "dev"]);
    await up();
    const preview = await pulumi(["preview", "-s", "dev", "--diff"], { COMPUTER: "K2DR02" });
    expect(preview.all).to.include("+-1 to replace");
    const first = azure.ofType("Microsoft.Compute/virtualMachines")[0]?.guid;
    const replaced = await up({ COMPUTER: "K2DR02" });
    expect(replaced, replaced.all).to.include({ exitCode: 0 });
    expect(replaced.all).to.include("+-1 replaced");
    // Had the new one come first, it would have been refused: a VM of that name was there.
    const [second, ...more] = azure.ofType("Microsoft.Compute/virtualMachines");
    expect(more).to.deep.equal([]);
    expect(second?.guid).to.not.equal(first);
  });

  it("keeps a VM that could not be allocated in the state, and mends it in the next run", async () => {
    await pulumi(["stack", "init", "dev"]);
    azure.faults.setFull("northeurope", true);
    const failed = await up();
    expect(failed.exitCode).to.not.equal(0);
    expect(failed.all).to.include('Code="AllocationFailed"').and.include("sufficient capacity");
    azure.faults.setFull("northeurope", false);
    const mended = await up();
    expect(mended, mended.all).to.include({ exitCode: 0 });
    expect(mended.all).to.include("~ 1 updated");
  });

  it("refuses any project but the lab's, before it makes anything", async () => {
    await rm(folder, { recursive: true, force: true });
    folder = await projectFolder("contoso");
    await pulumi(["stack", "init", "dev"]);
    const refused = await up();
    expect(refused.exitCode).to.not.equal(0);
    expect(refused.all).to.include('serves the project parallel-standby-lab only, not "contoso"');
    expect(azure.ofType("Microsoft.Resources/resourceGroups")).to.have.length(0);
  });

  it("says that the lab is not running when its Azure does not answer", async () => {
    await pulumi(["stack", "init", "dev"]);
    await arm.close();
    const failed = await up();
    expect(failed.all).to.include(`the lab's Azure at ${arm.url} does not answer`);
    arm = await serveArm(azure);
  });
});

interface Ended {
  readonly all: string;
  readonly exitCode: number | undefined;
}

const subnetId =
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-dr` +
  "/subnets/servers";

/** A Pulumi project outside the repository, with the repository's packages and its simulated provider. */
async function projectFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "azure-native-test-"));
  await mkdir(join(folder, ".state"));
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  await symlink(join(REPOSITORY, "lab/servers/azure/provider"), join(folder, "azure-native"));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    [
      `name: ${name}`,
      "runtime: { name: nodejs, options: { typescript: false } }",
      "main: main.js",
      'backend: { url: "file://./.state" }',
      "plugins: { providers: [{ name: azure-native, path: ./azure-native }] }",
      "",
    ].join("\n"),
  );
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await writeFile(join(folder, "main.js"), PROGRAM);
  return folder;
}
