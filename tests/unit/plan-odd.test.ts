import { expect } from "chai";
import type { Parts, Request } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { plan, type Plan } from "../../planning/plan.ts";
import { data, open, start, stop, system, toyParts, toyRecovery } from "./toy.ts";

const request: Request = { from: "primary", to: "dr", mode: "unplanned" };
type Facts = Recovery["parts"][number];

const estateOf = (...parts: Facts[]): Recovery => ({ ...toyRecovery(), parts });
const system0 = (id: string, uses: readonly string[]): Facts => ({
  id,
  kind: "toy",
  version: 1,
  facts: { host: { primary: "P", dr: "D" }, services: [id], data: uses },
});
const data0 = (id: string, databases: readonly string[]): Facts => ({
  id,
  kind: "toy-data",
  version: 1,
  facts: { databases, from: "P", to: "D" },
});
const needsOf = ({ steps }: Plan, id: string): readonly string[] =>
  steps.find((s) => s.id === id)?.needs.map((n) => n.id) ?? [];

describe("the plan of an odd estate", () => {
  it("fences a system without data before its services start", () => {
    const made = plan(estateOf(system0("web", [])), request, toyParts);
    expect(made.steps.map((s) => s.phase)).not.to.include.members(["choose-point", "open"]);
    expect(needsOf(made, "web/start/web")).to.have.members(["web/stop/web", "web/prove-fence"]);
    expect(made.steps.find((s) => s.id === "web/start/web")?.needs.map((n) => n.kind)).to.deep.equal([
      "safety",
      "safety",
    ]);
    expect(needsOf(made, "web/complete")).to.include("web/answers/web");
  });

  it("makes one chain of two systems on one data part: neither starts before both are fenced", () => {
    const made = plan(
      estateOf(data0("db", ["x"]), system0("a", ["db"]), system0("b", ["db"])),
      request,
      toyParts,
    );
    const proof = made.steps.filter((s) => s.verb === "machinery/prove-fence");
    expect(proof.map((s) => s.id)).to.deep.equal(["b/prove-fence"]);
    expect(JSON.stringify(proof[0]?.args)).to.contain("a/stop/a").and.to.contain("b/stop/b");
    expect(made.steps.find((s) => s.id === "db/open/x")?.probes).to.deep.equal(["db", "a", "b"]);
  });

  it("lets a part without steps change nothing, and a chain of nothing but such parts complete", () => {
    const idle: Parts = { ...toyParts, idle: { ...system, kind: "idle", plan: () => ({}), uses: () => [] } };
    const nothing: Facts = { id: "idle", kind: "idle", version: 1, facts: {} };
    const made = plan(estateOf(system0("web", []), nothing), request, idle);
    expect(made.steps).to.deep.equal(plan(estateOf(system0("web", [])), request, toyParts).steps);
    expect(plan(estateOf(nothing), request, idle).steps.map((s) => s.id)).to.deep.equal(["complete"]);
  });

  it("passes through empty phases on every way: what starts hosts is waited for where no service starts", () => {
    const hosts: Parts = {
      ...toyParts,
      toy: {
        ...system,
        plan: (id) => ({
          "fence-apps": [stop.step(`${id}/stop`, { host: "P", service: "web" }, { fences: "P" })],
          "start-hosts": [start.step(`${id}/host`, { host: "D", service: "host" })],
          open: [open.step(`${id}/open`, { database: "x" })],
        }),
      },
    };
    const made = plan(estateOf(system0("web", [])), request, hosts);
    expect(needsOf(made, "web/complete")).to.have.members(["web/open", "web/host"]);
    expect(needsOf(made, "web/host")).to.deep.equal(["web/stop"]);
  });

  it("proves the fence of the site that is left, after all that fences it, and takes a switched-off host for proof alone", () => {
    const parts: Parts = {
      toy: {
        ...system,
        plan: (id) => ({
          "fence-apps": [stop.step(`${id}/stop`, { host: "P", service: "s" }, { fences: "P" })],
          "fence-site": [stop.step(`${id}/off`, { host: "P", service: "vm" }, { fences: "P" })],
          "start-services": [start.step(`${id}/start`, { host: "D", service: "s" })],
        }),
      },
    };
    const proof = plan(estateOf(system0("web", [])), request, parts).steps.find(
      (s) => s.id === "web/prove-fence",
    );
    expect(proof?.args).to.deep.equal({
      site: "primary",
      parts: ["web"],
      hosts: { P: { strong: ["web/off"], together: ["web/stop"] } },
    });
    expect(proof?.needs).to.deep.equal([{ id: "web/off", kind: "order" }]);
  });

  it("has no gate that may fail, also between phases whose steps may", () => {
    const gates = plan(toyRecovery(1, 3), request, toyParts).steps.filter((s) => s.verb === "machinery/gate");
    expect(gates.map((g) => [g.id, g.critical])).to.deep.include(["web0/before-protect", true]);
    expect(gates.every((g) => g.critical)).to.equal(true);
  });

  it("is refused where nothing fences the site that is left", () => {
    const loose: Parts = {
      "toy-data": { ...data, plan: (id) => ({ open: [open.step(`${id}/open`, { database: "x" })] }) },
      toy: { ...system, plan: (id) => ({ "start-services": [start.step(id, { host: "D", service: "s" })] }) },
    };
    for (const part of [data0("db", []), system0("web", [])])
      expect(() => plan(estateOf(part), request, loose)).to.throw(
        /none says which of its steps fences a host of primary. Two sites could write/,
      );
  });

  it("is refused where two steps have one id, or a step waits for one of another phase by itself", () => {
    const same: Parts = {
      ...toyParts,
      toy: {
        ...system,
        plan: () => ({ "fence-apps": [stop.step("stop", { host: "P", service: "s" }, { fences: "P" })] }),
      },
    };
    expect(() => plan(estateOf(system0("a", []), system0("b", [])), request, same)).to.throw(
      /two steps are called "stop"/,
    );
    const across: Parts = {
      ...toyParts,
      toy: {
        ...system,
        plan: (id) => {
          const first = stop.step(`${id}/stop`, { host: "P", service: "s" }, { fences: "P" });
          return {
            "fence-apps": [first],
            "start-services": [start.step(`${id}/start`, { host: "D", service: "s" }, { needs: [first] })],
          };
        },
      },
    };
    expect(() => plan(estateOf(system0("a", [])), request, across)).to.throw(
      /a\/start needs a\/stop, which is no step of its phase/,
    );
  });

  it("says which part it does not know", () => {
    expect(() => plan(estateOf({ ...data0("q", []), kind: "queue" }), request, toyParts)).to.throw(
      /q: this version knows no part of kind "queue"/,
    );
  });
});
