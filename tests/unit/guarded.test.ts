import { expect } from "chai";
import type { Host } from "../../model/host.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { guardedHosts, guardInstall } from "../../planning/guarded.ts";
import { system, toyParts, toyRecovery } from "./toy.ts";

const ssh: Host["ssh"] = { port: 22, user: "u", hostKey: "ssh-ed25519 AAAA", password: { env: "SSH" } };
const guarded: typeof system = {
  ...system,
  guards: (_id, f) => Object.values(f.host).map((host) => ({ host, service: "web", exclusive: true })),
};
const parts: Parts = { ...toyParts, toy: guarded };
const recovery = (): Recovery => {
  const plain = toyRecovery();
  return {
    ...plain,
    hosts: plain.hosts.map((h) => ({ ...h, ssh })),
    guard: {
      leaseHours: 24,
      sqlServer: true,
      witnesses: [
        { share: "\\\\P\\Witness", folder: "D:\\Witness", host: "P", site: "primary" },
        { share: "\\\\D\\Witness", folder: "D:\\Witness", host: "D", site: "dr" },
        { share: "\\\\FILE03\\Witness", folder: "\\\\FILE03\\Witness" },
      ],
    },
  };
};

describe("a guarded server", () => {
  it("are put there with the lease of the estate, and looked at by the same", () => {
    const { guard, ...rest } = recovery();
    const asked: Recovery = { ...rest, ...(guard ? { guard: { ...guard, leaseHours: 6 } } : {}) };
    expect(guardedHosts(asked, parts).map((g) => guardInstall(g, asked))[0]).to.deep.equal({
      host: "P",
      estate: asked.estate,
      services: [{ service: "web", exclusive: true }],
      witnesses: ["\\\\D\\Witness", "\\\\FILE03\\Witness"],
      leaseHours: 6,
    });
  });

  it("asks the witnesses outside of its own site alone: what a site says of itself counts for nothing", () => {
    const asked = guardedHosts(recovery(), parts).map((g) => [g.host.id, ...g.witnesses]);
    expect(asked).to.deep.equal([
      ["P", "\\\\D\\Witness", "\\\\FILE03\\Witness"],
      ["D", "\\\\P\\Witness", "\\\\FILE03\\Witness"],
    ]);
  });

  it("is none where the estate has no guard, or no part has anything to guard there", () => {
    const { guard: _guard, ...without } = recovery();
    expect(guardedHosts(without, parts)).to.deep.equal([]);
    expect(guardedHosts(recovery(), toyParts)).to.deep.equal([]);
  });
});
