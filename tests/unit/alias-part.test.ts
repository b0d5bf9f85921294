import { expect } from "chai";
import * as fc from "fast-check";
import { AliasFacts } from "../../components/alias/facts.ts";
import { alias as declare, type AliasArgs } from "../../components/alias/index.ts";
import { decide, holds, witnessesOf } from "../../components/alias/judge.ts";
import { alias } from "../../components/alias/part.ts";
import { site } from "../../model/estate.ts";
import { lookupOf } from "../../model/recovery.ts";
import { secret } from "../../model/secret.ts";
import { otherSite, siteIds } from "../../model/site.ts";

const primary = site("primary", { place: "London" });
const dr = site("dr", { place: "Leeds" });
const servers = {
  primary: primary.server("K2PRD01", { address: "10.10.1.4" }),
  dr: dr.server("K2DR01", { address: "10.20.1.4" }),
};
const dns = { server: "10.20.0.10", tsigKey: secret.env("TSIG") };
const lookup = lookupOf({ hosts: [servers.primary.host, servers.dr.host], parts: [] });
const facts = (change: Partial<AliasArgs> = {}, name = "k2.corp.example"): AliasFacts =>
  AliasFacts.parse(declare(name, { ...servers, dns, ...change }).facts);
const problems = (change: Partial<AliasArgs> = {}, name?: string): readonly string[] =>
  alias
    .problems(name ?? "k2.corp.example", facts(change, name), lookup)
    .map((p) => `${p.at}: ${p.says}. Write ${p.write}.`);

describe("An alias as its owner declares it", () => {
  it("stands for the servers' addresses, in the zone without its first label, for 60 seconds", () => {
    expect(facts()).to.deep.equal({
      name: "k2.corp.example",
      zone: "corp.example",
      value: { primary: { type: "A", value: "10.10.1.4" }, dr: { type: "A", value: "10.20.1.4" } },
      ttlSec: 60,
      role: "client",
      dns: {
        update: { primary: { address: "10.20.0.10", port: 53 }, dr: { address: "10.20.0.10", port: 53 } },
        key: { name: "parallel-standby", algorithm: "hmac-sha256", secret: { env: "TSIG" } },
        also: [],
      },
    });
    expect(problems()).to.be.empty;
  });

  it("may have a name server at each site, and others that have to agree", () => {
    const made = facts({
      dns: {
        ...dns,
        server: { primary: "10.10.0.10", dr: { address: "10.20.0.10", port: 5353 } },
        port: 54,
        also: ["10.30.0.10", { address: "10.20.0.11", site: "dr" }],
      },
    });
    expect(made.dns.update).to.deep.equal({
      primary: { address: "10.10.0.10", port: 54 },
      dr: { address: "10.20.0.10", port: 5353 },
    });
    expect(made.dns.also).to.deep.equal([
      { address: "10.30.0.10", port: 54 },
      { address: "10.20.0.11", port: 54, site: "dr" },
    ]);
  });

  it("holds no secret, survives JSON, and declares both servers", () => {
    const declared = declare("k2.corp.example", { ...servers, dns });
    expect(AliasFacts.parse(JSON.parse(JSON.stringify(declared.facts)))).to.deep.equal(declared.facts);
    expect(declared.servers).to.have.members([servers.primary, servers.dr]);
  });

  const mistakes: readonly [string, Partial<AliasArgs>, RegExp][] = [
    [
      "a zone that does not hold it",
      { zone: "other.example" },
      /not in the zone other\.example.*Write .*"corp\.example"/,
    ],
    ["a zone that only ends alike", { zone: "orp.example" }, /not in the zone/],
    ["itself as its zone", { zone: "k2.corp.example" }, /the name itself/],
    [
      "a name instead of an address",
      { value: { primary: "k2prd01", dr: "10.20.1.4" } },
      /value\.primary: "k2prd01" is not an IPv4 address.*recordType: "CNAME"/,
    ],
    ["an address as a CNAME", { recordType: "CNAME" }, /is not a host name, which a CNAME needs/],
    [
      "the other site's server",
      { value: { primary: "10.20.1.4", dr: "10.20.1.5" } },
      /value\.primary: 10\.20\.1\.4 is K2DR01, a server of the site dr/,
    ],
    [
      "one value for both sites",
      { value: { primary: "10.9.9.9", dr: "10.9.9.9" } },
      /a flip would change nothing/,
    ],
    [
      "itself as its value",
      { recordType: "CNAME", value: { primary: "k2.corp.example", dr: "k2dr.corp.example" } },
      /points at itself/,
    ],
  ];
  for (const [what, change, says] of mistakes)
    it(`is refused with ${what}, in a sentence that says what to write`, () => {
      expect(problems(change).join("\n")).to.match(says);
    });

  it("is refused with a name that is none", () => {
    expect(problems({}, "k2_ü.corp.example")[0]).to.contain("is not a host name");
  });

  it("is flipped where its role says, and checked before", () => {
    for (const [role, phase] of [
      ["client", "flip-client-aliases"],
      ["dependency", "flip-dependency-aliases"],
    ] as const) {
      const plan = alias.plan(
        "k2.corp.example",
        facts({ role }),
        { from: "primary", to: "dr", mode: "planned" },
        lookup,
      );
      expect(Object.keys(plan)).to.deep.equal(["preflight", phase]);
      const [flip] = plan[phase] ?? [];
      expect(flip).to.include({ id: "k2.corp.example/flip", verb: "alias/flip" });
      expect(flip?.args).to.deep.equal({ alias: "k2.corp.example", from: "primary", to: "dr" });
    }
  });
});

const address = fc.ipV4();
const seen = fc.option(
  fc.record({
    type: fc.constantFrom("A" as const, "CNAME" as const),
    values: fc.array(fc.oneof(address, fc.constantFrom("10.10.1.4", "10.20.1.4")), {
      minLength: 1,
      maxLength: 2,
    }),
    ttlSec: fc.nat(),
  }),
  { nil: undefined },
);

describe("The decision to flip", () => {
  it("swaps only the old site's value, keeps only the new site's, and refuses all else with a sentence", () => {
    fc.assert(
      fc.property(seen, fc.constantFrom(...siteIds), (found, from) => {
        const to = otherSite(from);
        const made = facts();
        const decision = decide(made, found, from, to);
        if (decision === "swap")
          expect(found).to.deep.include({ type: "A", values: [made.value[from].value] });
        else if (decision === "already")
          expect(found).to.deep.include({ type: "A", values: [made.value[to].value] });
        else {
          expect(holds(found, made.value.primary) || holds(found, made.value.dr)).to.equal(false);
          expect(decision.refused).to.contain("k2.corp.example").and.contain("run this again");
        }
      }),
    );
  });

  it("is the same in any case of letters", () => {
    const made = facts({
      recordType: "CNAME",
      value: { primary: "K2PRD01.corp.example", dr: "k2dr01.corp.example" },
    });
    const found = { type: "CNAME", values: ["k2prd01.CORP.example"], ttlSec: 60 } as const;
    expect(decide(made, found, "primary", "dr")).to.equal("swap");
  });

  it("names the whole command that makes one again which somebody has deleted: up alone runs no step whose input is the same", () => {
    const decision = decide(facts(), undefined, "primary", "dr");
    expect(typeof decision === "object" && decision.refused).to.match(
      /^k2\.corp\.example does not exist\. Create it with \S+ by hand, or before a move with: pulumi up -s standby --replace "\*\*command:local:Command::\*\*"; then run this again$/,
    );
  });

  it("is proven by the servers of the new site, by those of none as far as they answer, and never by those left behind", () => {
    const made = facts({
      dns: {
        ...dns,
        also: [
          "10.30.0.10",
          { address: "10.20.0.11", site: "dr" },
          { address: "10.10.0.11", site: "primary" },
        ],
      },
    });
    expect(witnessesOf(made, "dr").map(({ address: at, mustAnswer }) => [at, mustAnswer])).to.deep.equal([
      ["10.20.0.10", true],
      ["10.30.0.10", false],
      ["10.20.0.11", true],
    ]);
  });
});
