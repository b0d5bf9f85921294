import { expect } from "chai";
import { inTwo, note, risk, stops, type Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { gather, type GatherArgs } from "../../readiness/gather.ts";
import { countsText, inOrder, verdictOf } from "../../readiness/verdict.ts";
import type { Io, Look } from "../../steps/act.ts";
import { Unreachable } from "../../steps/transports/unreachable.ts";

describe("findings", () => {
  it("come the gravest first, each once, and give the verdict; notes give none", () => {
    const all = [note("b", "n", "t"), risk("a", "r", "t"), stops("c", "s", "t"), risk("c", "later", "t")];
    expect(inOrder(all).map((f) => [f.severity, f.at])).to.deep.equal([
      ["stops", "c"],
      ["risk", "a"],
      ["note", "b"],
    ]);
    expect(verdictOf(all)).to.equal("not ready");
    expect(verdictOf(all.slice(0, 2))).to.equal("warnings");
    expect(verdictOf(all.slice(0, 1))).to.equal("ready");
    expect(countsText(inOrder(all))).to.equal("1 stops a move, 1 risk, 1 note");
  });

  it("say first what was found and then what to do, as messages of steps do", () => {
    for (const [message, says, todo] of [
      ["it is off. Start it.", "it is off", "Start it"],
      ["it is off", "it is off", "mend it"],
      [
        "SQL Server 2022 (16.0.4236.2) is there. Look at 10.0.0.1.",
        "SQL Server 2022 (16.0.4236.2) is there",
        "Look at 10.0.0.1",
      ],
      [
        "refused: no route. It may be another. Compare it",
        "refused: no route",
        "It may be another. Compare it",
      ],
    ] as const)
      expect(inTwo(message, "mend it"), message).to.deep.equal({ says, todo });
  });
});

describe("looking side by side", () => {
  const hosts: readonly Host[] = (["primary", "dr"] as const).map((site) => ({
    id: site === "dr" ? "DR01" : "PRD01",
    site,
    address: "127.0.0.1",
    timeZone: "UTC",
    whilePassive: "running",
  }));
  const args = (more: Partial<GatherArgs> = {}): GatherArgs => ({
    io: {} as Io,
    to: "dr",
    hosts,
    limitSec: 5,
    before: () => [],
    ...more,
  });
  const look = (id: string, run: Look["run"], host?: string): Look => ({
    id,
    at: "part",
    ...(host === undefined ? {} : { host }),
    run,
  });
  const off = (host: string) => (): never => {
    throw new Unreachable(host, "127.0.0.1", 22, "refused", "refuses connections. Start it.");
  };

  it("tells a server that does not answer once, however much is looked at there; at the site that is left it is a risk", async () => {
    const looks = [
      look("a", off("DR01"), "DR01"),
      look("b", off("DR01"), "DR01"),
      look("c", off("PRD01"), "PRD01"),
      look("d", () => Promise.resolve([])),
    ];
    const { findings, asked } = await gather(looks, args());
    expect(findings.map((f) => [f.severity, f.id, f.todo])).to.deep.equal([
      ["stops", "unreachable:DR01:22", "Start it"],
      ["risk", "unreachable:PRD01:22", "Start it"],
    ]);
    expect(asked.map((a) => [a.isWell, a.isAnswered])).to.deep.equal([
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it("never throws, and waits no longer than it may", async () => {
    const begun = performance.now();
    const { findings } = await gather(
      [
        look("hangs", () => new Promise(() => undefined), "DR01"),
        look("hangs too", () => new Promise(() => undefined), "DR01"),
        look("alone", () => new Promise(() => undefined)),
        look("fails", () => Promise.reject(new Error("the login lacks rights. Grant them"))),
        look("breaks", () => {
          throw new TypeError("x is not a function");
        }),
      ],
      args({ limitSec: 0.2 }),
    );
    expect(performance.now() - begun).to.be.lessThan(2000);
    expect(findings.map((f) => f.id)).to.have.members(["silent:DR01", "silent:alone", "fails", "breaks"]);
    expect(findings.find((f) => f.id === "fails")).to.include({
      says: "the login lacks rights",
      todo: "Grant them",
    });
    expect(findings.find((f) => f.id === "silent:DR01")?.says).to.equal(
      "DR01 did not say in 0.2 s what was asked of it",
    );
  });

  it("calls another host key what it is", async () => {
    const other = look("a", () => {
      throw new Unreachable(
        "DR01",
        "127.0.0.1",
        22,
        "host key",
        "shows another host key than the estate does. Compare.",
      );
    });
    const { findings } = await gather([other], args());
    expect(findings[0]?.id).to.equal("host-key:DR01:22");
  });

  it("takes no control characters of a server into what is printed", async () => {
    const sly: Finding = stops("DR01", "fine\u001b[2J\nall well", "nothing");
    const { findings } = await gather([look("a", () => Promise.resolve([sly]))], args());
    expect(findings[0]?.says).to.equal("fine\u{FFFD}[2J · all well");
  });

  it("hands on what earlier looks have noted, and gives back what this one notes", async () => {
    const seen: number[] = [];
    const { noted } = await gather(
      [
        look("a", (_, memory) => {
          seen.push(...memory.before("ttl").map((b) => b.value));
          memory.note("ttl", 60);
          return Promise.resolve([]);
        }),
      ],
      args({ before: (name) => (name === "ttl" ? [{ atSec: 1, value: 3600 }] : []) }),
    );
    expect(seen).to.deep.equal([3600]);
    expect(noted).to.deep.equal({ ttl: 60 });
  });
});
