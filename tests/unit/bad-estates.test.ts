import { expect } from "chai";
import { site } from "../../index.ts";
import type { Declared, Server } from "../../model/estate.ts";
import { secret } from "../../model/secret.ts";
import { exampleEstate } from "./example-estate.ts";
import {
  aliasDns,
  changed,
  data,
  masterKey,
  sentences,
  system,
  withFacts,
  withServers,
  written,
  type Facts,
} from "./estate-mistakes.ts";

describe("a bad estate", () => {
  it("is none: the example, and one that is written by hand, describe without a problem", () => {
    expect(sentences(exampleEstate())).to.deep.equal([]);
    expect(sentences(written({}))).to.deep.equal([]);
  });

  for (const [what, estate, says] of [
    [
      "a misspelt host under its data",
      data({ host: { primary: "SQLPRD01", dr: "SQLDR1" } }),
      /^logShipping k2-data\.to: there is no server SQLDR1\. Did you mean SQLDR01\? Write one of /,
    ],
    [
      "a misspelt server of K2",
      system({ servers: { primary: ["K2PRD01"], dr: ["K2DR1"] } }),
      /^k2 k2\.servers\.dr: there is no server K2DR1\. Did you mean K2DR01\? Write a server of the site dr, such as /,
    ],
    [
      "a server of K2 that is like none",
      system({ servers: { primary: ["K2PRD01"], dr: ["WORKFLOW"] } }),
      /^k2 k2\.servers\.dr: there is no server WORKFLOW\. Write a server of the site dr/,
    ],
    [
      "a misspelt alias of K2",
      system({ aliases: ["k2-sql.corp.example", "k2.crop.example"] }),
      /^k2 k2\.aliases: k2\.crop\.example is no alias\. Did you mean k2\.corp\.example\? Write what alias\(…\) gives\.$/,
    ],
    [
      "a misspelt data part of K2",
      withFacts("k2", (f) => ({
        ...f,
        data: (f["data"] as Facts[]).map((d) => ({ ...d, id: "k2-dta" })),
      })),
      /^k2 k2\.data: there is no data part k2-dta\. Did you mean k2-data\? Write what logShipping/,
    ],
    [
      "a misspelt database of its master keys",
      system({ masterKey: { ...masterKey(), databases: ["Cliams"] } }),
      /^k2 k2\.masterKey\.databases: Cliams is no database of its data\. Did you mean Claims\? Write some of K2, Claims\.$/,
    ],
    [
      "a misspelt database in a licence's copies",
      written({ k2: { licence: { copies: { dr: { K22: "K2Own" } } } } }),
      /^k2 k2\.licence\.copies\.dr: K22 holds neither of the two tables\. Did you mean K2\? Write K2: /,
    ],
    ...["31.03.2027", "2027-03-31T00:00:00Z", "2027-02-30"].map(
      (day) =>
        [
          `a licence's last day as ${day}`,
          written({ k2: { licence: { endsAt: { dr: day } } } }),
          /^k2 k2\.licence\.endsAt\.dr: is no date\. Write the licence's last day, such as 2027-03-31/,
        ] as const,
    ),
    [
      "a site that is none in a licence's copies",
      written({ k2: { licence: { copies: { drr: { K2: "K2Own" } } } } }),
      /^k2 k2\.licence\.copies\.drr: it is not known\. Did you mean dr\? Write one of primary, dr\.$/,
    ],
    [
      "a misspelt database that gives way",
      data({ replaces: ["Cliams"] }),
      /^logShipping k2-data\.replaces: "Cliams" is none of its databases\. Did you mean Claims\? Write some of K2, Claims\.$/,
    ],
    [
      "a database named twice",
      data({ databases: ["K2", "Claims", "k2"] }),
      /^logShipping k2-data\.databases: "k2" is there twice\. Write /,
    ],
    [
      "an alias outside its zone",
      withFacts("k2.corp.example", (f) => ({ ...f, zone: "other.example" })),
      /^alias k2\.corp\.example\.zone: k2\.corp\.example is not in the zone other\.example\. Write /,
    ],
    [
      "an alias with the address of the wrong site",
      withFacts("k2.corp.example", (f) => ({
        ...f,
        value: { primary: { type: "A", value: "10.10.1.4" }, dr: { type: "A", value: "10.10.1.4" } },
      })),
      /^alias k2\.corp\.example\.value\.dr: 10\.10\.1\.4 is K2PRD01, a server of the site primary\. Write /,
    ],
    [
      "the secret of an alias in clear",
      aliasDns({ key: { name: "dr-key", algorithm: "hmac-sha256", secret: "hunter2" } }),
      /^alias k2\.corp\.example\.dns\.tsigKey: is not a reference to a secret\. Write secret\.env\("NAME"\)/,
    ],
    [
      "a misspelt algorithm of an alias",
      aliasDns({ key: { name: "dr-key", algorithm: "hmac-sha265", secret: { env: "TSIG" } } }),
      /^alias k2\.corp\.example\.dns\.algorithm: it is not known\. Did you mean hmac-sha256\? Write hmac-sha256 or /,
    ],
    [
      "a name server that is none",
      written({ alias: { dns: { server: { primary: "10.10.0.10" }, tsigKey: secret.env("TSIG") } } }),
      /^alias k2\.corp\.example\.dns\.server\.dr\.address: is not the IPv4 address of a name server\. Write its address/,
    ],
    [
      "a misspelt site of another name server",
      written({
        alias: {
          dns: {
            server: "10.20.0.10",
            tsigKey: secret.env("TSIG"),
            also: [{ address: "10.20.0.11", site: "drr" }],
          },
        },
      }),
      /^alias k2\.corp\.example\.dns\.also\.0\.site: it is not known\. Did you mean dr\? Write primary or dr\.$/,
    ],
    [
      "a record type for one site only",
      written({ alias: { recordType: { primary: "A" } } }),
      /^alias k2\.corp\.example\.recordType\.dr: it is missing\. Write A or CNAME\.$/,
    ],
    [
      "a misspelt role of an alias",
      written({ alias: { role: "dependancy" } }),
      /^alias k2\.corp\.example\.role: it is not known\. Did you mean dependency\? Write dependency or client\.$/,
    ],
    [
      "a misspelt key of an alias",
      written({ alias: { ttlSecs: 60 } }),
      /^alias k2\.corp\.example\.ttlSecs: it is not known\. Did you mean ttlSec\? Write one of /,
    ],
    [
      "a misspelt key of log shipping",
      written({ data: { holdMn: 60 } }),
      /^logShipping k2-data\.holdMn: it is not known\. Did you mean holdMin\? Write one of backupFolder, backupShare, copyTo, databases, from, to, /,
    ],
    [
      "a misspelt key that must be there",
      written({ data: { copyTo: undefined, copyToo: "D:\\LogShip" } }),
      /^logShipping k2-data\.copyToo: it is not known\. Did you mean copyTo\? Write one of /,
    ],
    [
      "a folder that is left out",
      written({ data: { copyTo: undefined } }),
      /^logShipping k2-data\.copyTo: it is missing\. Write /,
    ],
    [
      "a misspelt point",
      written({ data: { point: "lastest" } }),
      /^logShipping k2-data\.point: is neither "latest" nor whole minutes\. Write "latest" or \{ minutesBefore: 120 \}\.$/,
    ],
    [
      "a misspelt way to manage",
      written({ data: { manage: "adpot" } }),
      /^logShipping k2-data\.manage: it is not known\. Did you mean adopt\? Write provision or adopt\.$/,
    ],
    [
      "a misspelt start type",
      written({ k2: { startType: "manuel" } }),
      /^k2 k2\.startType: it is not known\. Did you mean manual\? Write auto or delayed-auto or manual\.$/,
    ],
    [
      "a version that there is not",
      written({ k2: { version: 6 } }),
      /^k2 k2\.version: it is not known\. Write 4 or 5\.$/,
    ],
    [
      "a misspelt layout of the licence tables",
      written({ k2: { licence: { layout: "seperate" } } }),
      /^k2 k2\.licence\.layout: "seperate" is not known\. Did you mean separate\? Write consolidated or separate or pre-4\.6\.$/,
    ],
    [
      "a misspelt log of its health",
      written({ k2: { health: { log: "evnt" } } }),
      /^k2 k2\.health\.log: it is not known\. Did you mean event\? Write none or event or file\.$/,
    ],
    [
      "a misspelt key of K2",
      written({ k2: { clientsPort: 443 } }),
      /^k2 k2\.clientsPort: it is not known\. Did you mean clientPort\? Write one of /,
    ],
    [
      "a misspelt target",
      written({ k2: { targets: { rtoMin: 60, rpoMn: 240 } } }),
      /^k2 k2\.targets\.rpoMn: it is not known\. Did you mean rpoMin\? Write one of rtoMin, rpoMin\.$/,
    ],
    [
      "a misspelt site",
      written({ site: "drr" }),
      /^site "drr": an estate has no such site\. Did you mean dr\? Write "primary" or "dr"\.$/,
    ],
    [
      "a misspelt time zone of a site",
      written({ timeZone: "Europe/Londn" }),
      /^site dr\.timeZone: "Europe\/Londn" is not a time zone\. Did you mean Europe\/London\? Write an IANA name/,
    ],
    [
      "a misspelt time zone of a server",
      written({ server: { timeZone: "Europe/Londn" } }),
      /^server K2DR01\.timeZone: "Europe\/Londn" is not a time zone\. Did you mean Europe\/London\? Write an IANA name/,
    ],
    [
      "a misspelt key of a server",
      written({ server: { whilePasive: "running" } }),
      /^server K2DR01\.whilePasive: it is not known\. Did you mean whilePassive\? Write one of /,
    ],
    [
      "a misspelt key of a server's SSH",
      written({ server: { ssh: { hostkey: "x" } } }),
      /^server K2DR01\.ssh\.hostkey: it is not known\. Did you mean hostKey\? Write one of port, user, hostKey, /,
    ],
    [
      "an empty name",
      written({ estate: { name: " " } }),
      /^estate\.name: it is empty\. Write a short name\.$/,
    ],
    [
      "a misspelt key of the estate",
      written({ estate: { jornal: { folder: "j" }, journal: undefined } }),
      /^estate\.jornal: it is not known\. Did you mean journal\? Write one of name, journal, coolDownMin, runner, contacts, systems, guard, observers\.$/,
    ],
    [
      "a misspelt key of the journal's place",
      written({ estate: { journal: { folder: "j", miror: "k" } } }),
      /^estate\.journal\.miror: it is not known\. Did you mean mirror\? Write one of folder, mirror\.$/,
    ],
    [
      "a misspelt key of the journal's SQL Server",
      written({ estate: { journal: { sql: { adress: "10.0.0.1", user: "u", password: { env: "P" } } } } }),
      /^estate\.journal\.sql\.adress: it is not known\. Did you mean address\? Write one of address, port, /,
    ],
    [
      "a journal's password in clear",
      written({ estate: { journal: { sql: { address: "a", user: "u", password: "hunter2" } } } }),
      /^estate\.journal\.sql\.password: is not a reference to a secret\. Write secret\.env/,
    ],
    [
      "a journal's database that needs quoting",
      written({
        estate: {
          journal: { sql: { address: "a", user: "u", password: { env: "P" }, database: "a]; DROP" } },
        },
      }),
      /^estate\.journal\.sql\.database: is no name of a database/,
    ],
    [
      "a journal's container over a line that anybody reads",
      written({ estate: { journal: { blob: { container: "http://st.blob.core.windows.net/journal" } } } }),
      /^estate\.journal\.blob\.container: is no address of a container\. Write its https address/,
    ],
    [
      "no place for the journal",
      written({ estate: { journal: undefined } }),
      /^estate\.journal: it is missing\. Write \{ folder: "journal" \}/,
    ],
    [
      "no system",
      written({ estate: { systems: [] } }),
      /^estate\.systems: no system is declared\. Write at least one, such as k2\(…\)\.$/,
    ],
    [
      "no standby server",
      withServers((s) => (s.site === "dr" ? [] : [s])),
      /^estate\.systems: no standby server is declared\. Write dr\.server\(/,
    ],
    [
      "an RPO smaller than the shipping interval allows",
      data({ rpoMin: 60 }),
      /^logShipping k2-data\.rpoMin: .*Write /,
    ],
    [
      "a target that its data cannot keep",
      changed((d) => (d.id === "k2" ? { ...d, targets: { rtoMin: 60, rpoMin: 30 } } : d)),
      /^k2 k2\.targets\.rpoMin: 30 minutes may be lost, but k2-data can lose 120.* Write /,
    ],
    [
      "a hold that leaves too little time to decide",
      data({ holdMin: 150 }),
      /^logShipping k2-data\.holdMin: .*60.*Write /,
    ],
    [
      "a secret in clear",
      system({ captureKey: "hunter2" }),
      /^k2 k2\.captureKey: is not a reference to a secret\. Write secret\.env\("NAME"\)/,
    ],
  ] as const)
    it(`with ${what} ends in one sentence that names the key and what to write, and in no other`, () => {
      const all = sentences(estate);
      expect(all.join("\n")).to.match(says);
      expect(all, all.join("\n")).to.have.length(1);
      expect(all.join("\n")).not.to.include("hunter2");
    });

  it("is none where a program spreads more into its arguments than is asked for", () => {
    const more = { building: "B", ticket: "somebody" };
    expect(
      sentences(written({ server: more, data: more, alias: more, k2: more, estate: more })),
    ).to.deep.equal([]);
  });

  it("with a misspelt key of a site says so once, however many servers it has", () => {
    const [system] = written({}).systems;
    const dr = site("dr", { place: "Leeds", timezone: "Europe/London" } as never);
    const other = (s: Server): Server => (s.site === "dr" ? dr.server(s.id, { address: "10.9.9.9" }) : s);
    const walk = (d: Declared): Declared => ({ ...d, servers: d.servers.map(other), uses: d.uses.map(walk) });
    const all = sentences({ ...exampleEstate(), systems: system ? [walk(system)] : [] });
    expect(all.filter((s) => s.startsWith("site dr"))).to.deep.equal([
      "site dr.timezone: it is not known. Did you mean timeZone? Write one of place, timeZone, ssh.",
    ]);
  });

  it("is none where a database gives way that is only written in another case", () => {
    expect(sentences(data({ replaces: ["k2", "CLAIMS"] }))).to.deep.equal([]);
  });

  it("names everything that has to be mended at once", () => {
    expect(sentences(data({ databases: ["K2", "K2"], rpoMin: 60, holdMin: 130 })).length).to.be.at.least(3);
    expect(
      sentences(written({ data: { manage: "adpot" }, alias: { role: "dependancy" }, k2: { stopSec: 0 } })),
    ).to.have.length(3);
  });
});
