import { expect } from "chai";
import { AzureNative, requireLabProject } from "../../lab/servers/azure/provider/azure-native.ts";
import { ArmClient } from "../../lab/servers/azure/provider/arm-client.ts";
import { bodyOf, inputsNow, outputsOf } from "../../lab/servers/azure/provider/body.ts";
import { changesOf } from "../../lab/servers/azure/provider/diff.ts";
import { type Kind, KINDS, parseUrn } from "../../lab/servers/azure/provider/kinds.ts";
import { freeAddress, inSubnet } from "../../lab/servers/azure/subnets.ts";
import { coresOf } from "../../lab/servers/azure/vm.ts";

const VM = "azure-native:compute:VirtualMachine";
const NIC = "azure-native:network:NetworkInterface";
const urn = (token: string): string =>
  `urn:pulumi:dev::parallel-standby-lab::site:index:Site$${token}::k2dr01`;

describe("The mapping of azure-native's inputs onto ARM", () => {
  it("puts inputs into properties, and leaves out what is in the id", () => {
    const body = bodyOf(kind(VM), {
      resourceGroupName: "rg",
      vmName: "K2DR01",
      location: "northeurope",
      zones: ["1"],
      networkProfile: { networkInterfaces: [{ id: "nic", primary: true }] },
    });
    expect(body).to.deep.equal({
      location: "northeurope",
      zones: ["1"],
      properties: { networkProfile: { networkInterfaces: [{ id: "nic", properties: { primary: true } }] } },
    });
  });

  it("gives back what it was given, flat", () => {
    const inputs = {
      location: "northeurope",
      ipConfigurations: [{ name: "ip", subnet: { id: "subnet" }, privateIPAddress: "127.20.1.4" }],
    };
    const outputs = outputsOf(kind(NIC), { id: "nic", name: "nic", ...bodyOf(kind(NIC), inputs) });
    expect(outputs).to.deep.equal({ ...inputs, name: "nic", azureApiVersion: "2024-05-01" });
  });

  it("keeps a resource group's properties as an output of that name", () => {
    const group = kind("azure-native:resources:ResourceGroup");
    const outputs = outputsOf(group, { id: "rg", properties: { provisioningState: "Succeeded" } });
    expect(outputs["properties"]).to.deep.equal({ provisioningState: "Succeeded" });
  });
});

describe("The simulated azure-native's reading of drift", () => {
  const inputs = { tags: { role: "k2" }, osProfile: { computerName: "K2DR01", adminPassword: "kept" } };

  it("follows an output that has changed, and only where the program has set something", () => {
    const before = {
      tags: { role: "k2" },
      osProfile: { computerName: "K2DR01" },
      provisioningState: "Creating",
    };
    const now = {
      tags: { role: "other" },
      osProfile: { computerName: "K2DR01" },
      provisioningState: "Succeeded",
    };
    expect(inputsNow(inputs, before, now)).to.deep.equal({ ...inputs, tags: { role: "other" } });
  });

  it("sees no drift in another order of keys", () => {
    const before = { osProfile: { a: 1, computerName: "K2DR01" } };
    const now = { osProfile: { computerName: "K2DR01", a: 1 } };
    expect(inputsNow(inputs, before, now)).to.deep.equal(inputs);
  });
});

describe("The simulated azure-native's diff", () => {
  it("finds nothing between equal inputs", () => {
    expect(changesOf({ a: [{ b: 1 }], c: null }, { a: [{ b: 1 }], c: null }, [])).to.deep.equal([]);
  });

  it("names each change by its path and says which ones replace", () => {
    const before = { vmName: "A", tags: { x: "1", y: "2" }, storageProfile: { dataDisks: [{ lun: 0 }] } };
    const after = { vmName: "B", tags: { x: "3" }, storageProfile: { dataDisks: [{ lun: 0 }, { lun: 1 }] } };
    expect(changesOf(before, after, ["vmName"])).to.deep.equal([
      { path: "vmName", kind: "update", replaces: true },
      { path: "tags.x", kind: "update", replaces: false },
      { path: "tags.y", kind: "delete", replaces: false },
      { path: "storageProfile.dataDisks[1]", kind: "add", replaces: false },
    ]);
  });

  it("replaces for what lies below a replacing path, not for a path that begins alike", () => {
    const replaces = ["creationData"];
    const below = changesOf(
      { creationData: { createOption: "Empty" } },
      { creationData: { createOption: "Copy" } },
      replaces,
    );
    const alike = changesOf({ creationDataX: 1 }, { creationDataX: 2 }, replaces);
    expect([below[0]?.replaces, alike[0]?.replaces]).to.deep.equal([true, false]);
  });
});

describe("The simulated azure-native's check", () => {
  const provider = new AzureNative(new ArmClient("http://127.0.0.1:9"), { location: "northeurope" });
  const never = new AbortController().signal;
  const seed = Buffer.from("seed");

  it("makes up a name once and keeps it, and takes the configured location", async () => {
    const first = await provider.check(urn(VM), {}, { resourceGroupName: "rg" }, seed, never);
    expect(first.inputs["vmName"]).to.match(/^k2dr01[0-9a-f]{8}$/);
    expect(first.inputs["location"]).to.equal("northeurope");
    const again = await provider.check(
      urn(VM),
      first.inputs,
      { resourceGroupName: "rg" },
      Buffer.from("other"),
      never,
    );
    expect(again.inputs["vmName"]).to.equal(first.inputs["vmName"]);
  });

  it("names the required inputs that are missing", async () => {
    const checked = await provider.check(urn("azure-native:compute:Disk"), {}, {}, seed, never);
    expect(checked.missing).to.deep.equal(["resourceGroupName", "creationData"]);
  });

  it("refuses a resource that the lab has not, and names those that it has", async () => {
    const failed = await provider
      .check(urn("azure-native:storage:StorageAccount"), {}, {}, seed, never)
      .catch((error: unknown) => error);
    expect(failed)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.includes("has no azure-native:storage:StorageAccount; it has azure-native:resources");
  });

  it("serves the lab's project only", () => {
    expect(() => {
      requireLabProject("urn:pulumi:dev::contoso::pulumi:providers:azure-native::default");
    }).to.throw('serves the project parallel-standby-lab only, not "contoso"');
  });

  it("reads the innermost type and a name with colons from a URN", () => {
    expect(parseUrn("urn:pulumi:dev::lab::a:b:C$d:e:F::x::y")).to.deep.equal({
      project: "lab",
      token: "d:e:F",
      name: "x::y",
    });
  });
});

describe("The simulated Azure's arithmetic", () => {
  it("reads cores from the names of sizes", () => {
    expect(
      ["Standard_D4s_v5", "Standard_DS2_v2", "Standard_E16-8s_v4", "Standard_B2ms"].map(coresOf),
    ).to.deep.equal([4, 2, 16, 2]);
  });

  it("gives addresses from the fifth on, never the broadcast address", () => {
    expect(freeAddress("10.0.0.0/29", new Set())).to.equal("10.0.0.4");
    expect(freeAddress("10.0.0.0/29", new Set(["10.0.0.4", "10.0.0.5", "10.0.0.6"]))).to.equal(undefined);
    expect(inSubnet("10.0.0.0/29", "10.0.0.8")).to.equal(false);
    expect(inSubnet("10.0.0.0/29", "not an address")).to.equal(false);
  });

  it("refuses a prefix that is none", () => {
    expect(() => freeAddress("10.0.0.0/33", new Set())).to.throw('"10.0.0.0/33" is no IPv4 prefix');
  });
});

function kind(token: string): Kind {
  const found = KINDS.get(token);
  if (!found) throw new Error(`there is no kind ${token}`);
  return found;
}
