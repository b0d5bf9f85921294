import { expect } from "chai";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { LabClock } from "../../lab/servers/types.ts";
import { addNic, addressOf, addVm, id, nicPath, SUBSCRIPTION, vmBody, vmId, VNET } from "./azure-fixture.ts";

describe("The simulated Azure's network interfaces and disks", () => {
  let clock: LabClock;
  let azure: Azure;

  beforeEach(() => {
    clock = labClock({ startMs: Date.UTC(2026, 10, 22, 3) });
    azure = new Azure({
      clock,
      subscription: SUBSCRIPTION,
      groups: [{ name: "rg-dr", location: "northeurope" }],
      subnets: [{ id: `${VNET}/subnets/servers`, location: "northeurope", prefix: "127.20.1.0/24" }],
    });
  });
  afterEach(() => {
    azure.close();
    clock.close();
  });

  it("gives the first free address of the subnet, and refuses one that is taken or outside", () => {
    const nic = (name: string, address?: string): string | undefined =>
      addressOf(azure, addNic(azure, name, address));
    expect(nic("one")).to.equal("127.20.1.4");
    expect(nic("two", "127.20.1.5")).to.equal("127.20.1.5");
    expect(nic("three")).to.equal("127.20.1.6");
    expect(() => nic("four", "127.20.1.5")).to.throw("already allocated to resource");
    expect(() => nic("five", "127.20.2.5")).to.throw(
      "does not belong to the range of subnet prefix 127.20.1.0/24",
    );
  });

  it("does not give one network interface to two VMs, nor delete it under a VM", async () => {
    addVm(azure, "K2DR01");
    await clock.advance(10_000);
    expect(() => azure.put(vmId("OTHER"), vmBody(nicPath("K2DR01-nic")))).to.throw(
      "is used by existing resource",
    );
    expect(() => azure.delete(id("Microsoft.Network/networkInterfaces", "K2DR01-nic"))).to.throw(
      "is used by",
    );
  });

  it("makes the system disk with the VM, keeps it in a second write, and leaves it behind", async () => {
    addVm(azure, "K2DR01");
    await clock.advance(10_000);
    const disks = (): string[] => azure.ofType("Microsoft.Compute/disks").map((disk) => disk.id);
    const first = disks();
    expect(first).to.have.length(1);
    expect(first[0]).to.match(/\/disks\/K2DR01_OsDisk_1_[0-9a-f]{32}$/);
    azure.put(vmId("K2DR01"), vmBody(nicPath("K2DR01-nic")));
    await clock.advance(10_000);
    expect(disks()).to.deep.equal(first);
    expect(() => azure.delete(id("Microsoft.Compute/disks", first[0]?.split("/").at(-1) ?? ""))).to.throw(
      "is attached to VM",
    );
    azure.delete(vmId("K2DR01"));
    await clock.advance(10_000);
    expect(azure.vmPower("K2DR01")).to.equal(undefined);
    expect(disks()).to.deep.equal(first);
  });

  it("refuses to move a resource to another region", () => {
    addNic(azure, "one");
    expect(() =>
      azure.put(id("Microsoft.Network/networkInterfaces", "one"), { location: "westeurope" }),
    ).to.throw("already exists in location 'northeurope'");
  });
});
