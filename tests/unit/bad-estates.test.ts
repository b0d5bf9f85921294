import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import { describe as describeEstate, EstateError } from "../../model/describe.ts";
import type { Declared, Estate, Server } from "../../model/estate.ts";
import { exampleEstate } from "./example-estate.ts";

type Facts = Record<string, unknown>;

/** The example estate with the facts of one part changed, as a program without types could write them. */
function withFacts(id: string, change: (facts: Facts) => Facts): Estate {
  const walk = (d: Declared): Declared => ({
    ...d,
    ...(d.id === id ? { facts: change(d.facts as Facts) } : {}),
    uses: d.uses.map(walk),
  });
  const estate = exampleEstate();
  return { ...estate, systems: estate.systems.map(walk) };
}

/** The example estate without the servers of a site. */
function withoutServers(site: string): Estate {
  const walk = (d: Declared): Declared => ({
    ...d,
    servers: d.servers.filter((s: Server) => s.site !== site),
    uses: d.uses.map(walk),
  });
  const estate = exampleEstate();
  return { ...estate, systems: estate.systems.map(walk) };
}

function sentences(estate: Estate): readonly string[] {
  try {
    describeEstate(estate, parts);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.message.split("\n");
  }
}

const data = (more: Facts): Estate => withFacts("k2-data", (f) => ({ ...f, ...more }));

describe("a bad estate", () => {
  it("is none: the example describes without a problem", () => {
    expect(sentences(exampleEstate())).to.deep.equal([]);
  });

  for (const [what, estate, says] of [
    [
      "a misspelt host",
      data({ host: { primary: "SQLPRD01", dr: "SQLDR1" } }),
      /k2-data.*SQLDR1.*(Did you mean|Write).*SQLDR01/,
    ],
    [
      "a database named twice",
      data({ databases: ["K2", "Claims", "k2"] }),
      /k2-data\.databases: "k2" is there twice\. Write /,
    ],
    [
      "an alias outside its zone",
      withFacts("k2.corp.example", (f) => ({ ...f, zone: "other.example" })),
      /alias k2\.corp\.example\.zone: k2\.corp\.example is not in the zone other\.example\. Write /,
    ],
    [
      "an alias with the address of the wrong site",
      withFacts("k2.corp.example", (f) => ({
        ...f,
        value: { primary: { type: "A", value: "10.20.1.4" }, dr: { type: "A", value: "10.10.1.4" } },
      })),
      /alias k2\.corp\.example\.value\.primary: 10\.20\.1\.4 is K2DR01, a server of the site dr\. Write /,
    ],
    [
      "no standby server",
      withoutServers("dr"),
      /estate\.systems: no standby server is declared\. Write dr\.server\(/,
    ],
    ["an RPO smaller than the shipping interval allows", data({ rpoMin: 60 }), /k2-data\.rpoMin.*Write /],
    [
      "a target that its data cannot keep",
      {
        ...exampleEstate(),
        systems: exampleEstate().systems.map((s) => ({ ...s, targets: { rtoMin: 60, rpoMin: 30 } })),
      },
      /k2\.targets\.rpoMin: 30 minutes may be lost, but k2-data can lose 120.* Write /,
    ],
    [
      "a hold that leaves too little time to decide",
      data({ holdMin: 150 }),
      /k2-data\.(holdMin|decisionMin|point).*60.*Write /,
    ],
    [
      "a secret in clear",
      withFacts("k2", (f) => ({ ...f, captureKey: "hunter2" })),
      /captureKey: is not a reference to a secret\. Write secret\.env\("NAME"\)/,
    ],
  ] as const)
    it(`with ${what} ends in one sentence that names the key and what to write`, () => {
      const all = sentences(estate);
      const own = all.filter((s) => says.test(s));
      expect(own.length, all.join("\n") || "no problem was found").to.be.at.least(1);
      expect(all.join("\n")).not.to.include("hunter2");
    });

  it("names everything that has to be mended at once", () => {
    expect(sentences(data({ databases: ["K2", "K2"], rpoMin: 60, holdMin: 130 })).length).to.be.at.least(3);
  });
});
