import { expect } from "chai";
import { k2, type K2Args } from "../../components/k2/index.ts";
import { K2Facts } from "../../components/k2/facts.ts";
import { describe as describe_, EstateError } from "../../model/describe.ts";
import { defineEstate, type Declared } from "../../model/estate.ts";
import { secret } from "../../model/secret.ts";
import { args, dataOf, describeK2, dr, k2Dr, k2Prd, parts, primary, recoveryOf } from "./k2-fixture.ts";

const factsOf = (more: Partial<K2Args> = {}): K2Facts => K2Facts.parse(k2("k2", { ...args, ...more }).facts);

function mistakes(more: Partial<K2Args>): readonly string[] {
  try {
    recoveryOf(more);
    return [];
  } catch (error) {
    if (!(error instanceof EstateError)) throw error;
    return error.message.split("\n");
  }
}

describe("a K2 as its owner declares it", () => {
  it("is K2 Five's service on port 5555 with the two tables in its only database, unless it says otherwise", () => {
    const f = factsOf({ data: [dataOf(["K2Prod"])] });
    expect(f.services).to.deep.equal(["K2 Server"]);
    expect(f.port).to.equal(5555);
    expect(f.licence?.server).to.deep.equal({ database: "K2Prod", schema: "Server", table: "Server" });
    expect(f.licence?.licenceKey).to.deep.equal({
      database: "K2Prod",
      schema: "HostServer",
      table: "LicenseKey",
    });
    expect(f.masterKey).to.deep.include({
      symmetricKey: "SCSSOKey",
      certificate: "SCHostServerCert",
      databases: ["K2Prod"],
      proof: "count",
    });
    expect(f.health).to.deep.equal({
      log: "event",
      sources: ["K2", "SourceCode"],
      ignore: [],
      settleSec: 10,
    });
  });

  it("keeps no licence of the other site's servers, unless it says otherwise", () => {
    expect(factsOf({}).licence?.otherRows).to.equal("remove");
    expect(factsOf({ licence: { otherRows: "keep" } }).licence?.otherRows).to.equal("keep");
    expect(factsOf({ standby: "cold" }).licence).to.equal(undefined);
  });

  it("is blackpearl's service and folder for version 4", () => {
    const f = factsOf({ version: 4, health: { log: "file" } });
    expect(f.services).to.deep.equal(["K2 blackpearl Server"]);
    expect(f.health).to.include({ folder: "C:\\Program Files (x86)\\K2 blackpearl\\Host Server\\Bin" });
  });

  it("finds the tables of older layouts, each name open to another", () => {
    const of = (licence: K2Args["licence"]) =>
      factsOf({ data: [dataOf(["K2Server", "K2HostServer"])], ...(licence ? { licence } : {}) }).licence;
    expect(of({ layout: "separate" })?.server).to.deep.equal({
      database: "K2Server",
      schema: "Server",
      table: "Server",
    });
    const old = of({ layout: "pre-4.6", licenceKey: { table: "LicenseKeys", key: ["HostName"] } });
    expect(old?.server).to.deep.equal({ database: "K2Server", schema: "dbo", table: "_Server" });
    expect(old?.licenceKey).to.deep.equal({
      database: "K2HostServer",
      schema: "dbo",
      table: "LicenseKeys",
      key: ["HostName"],
    });
  });

  it("holds references to its secrets and nothing else", () => {
    const f = factsOf({ masterKey: { password: secret.file("dmk.txt") } });
    expect(f.masterKey.password).to.deep.equal({ file: "dmk.txt" });
    expect(f.captureKey).to.deep.equal({ env: "CAPTURE_KEY" });
  });

  it("is a mistake where a table's database is none of its data, with the name that was meant", () => {
    expect(
      mistakes({ data: [dataOf(["K2", "Claims"])], licence: { server: { database: "K3" } } }),
    ).to.deep.equal([
      "k2 k2.licence: K3.Server.Server is in no database of its data (K2, Claims). Did you mean K2? Write the database that holds the table, as database: … in licence.server and licence.licenceKey.",
    ]);
  });

  it("is a mistake without the key of the captured rows, or with a master key's database that it does not have", () => {
    const { captureKey: _, ...others } = args;
    expect(() => describeK2(k2("k2", others))).to.throw(EstateError, /k2 k2\.captureKey: it is missing/);
    expect(mistakes({ masterKey: { password: secret.env("P"), databases: ["Cliams"] } }).join()).to.contain(
      "Cliams is no database of its data. Did you mean Claims?",
    );
  });

  it("needs no key for a cold standby, whose servers have the same names", () => {
    const { captureKey: _, ...others } = args;
    expect(() => describeK2(k2("k2", { ...others, standby: "cold" }))).to.not.throw();
  });

  it("is a mistake with a server of the other site, one without SSH, or a service twice", () => {
    const wrong = { primary: [k2Prd], dr: [k2Prd] } as unknown as K2Args["servers"];
    expect(mistakes({ servers: wrong }).join()).to.contain(
      "k2 k2.servers.dr: K2PRD01 is a server of the site primary",
    );
    const { ssh: _, ...host } = k2Dr.host;
    expect(
      mistakes({
        servers: {
          primary: [k2Prd],
          dr: [{ ...dr.server("K2DR09", { address: "10.20.1.9" }), host: { ...host, id: "K2DR09" } }],
        },
      }).join(),
    ).to.contain("server K2DR09.ssh: it is missing");
    expect(mistakes({ services: ["K2 Server", "k2 server"] }).join()).to.contain(
      'k2 k2.services: "k2 server" is there twice',
    );
    expect(
      mistakes({
        servers: { primary: [k2Prd, primary.server("K2PRD03", { address: "10.10.1.9" })], dr: [k2Dr] },
      }),
    ).to.deep.equal([]);
  });

  it("is a mistake where a SQL Server under it has no login, or a copy is named of another database", () => {
    const data = dataOf(["K2"]);
    const { sql: _, ...host } = data.sql.dr.host;
    const bare = { ...data.sql.dr, host };
    expect(
      mistakes({
        data: [{ ...data, servers: [data.sql.primary, bare], sql: { ...data.sql, dr: bare } }],
        aliases: [],
      }).join(),
    ).to.contain("server SQLDR01.sql: it is missing");
    expect(mistakes({ licence: { copies: { dr: { Claims: "X" } } } }).join()).to.contain(
      "Claims holds neither of the two tables",
    );
  });

  it("keeps its rows under its id, or under the one that it had, and under no other one's", () => {
    expect(factsOf().keptAs).to.equal("k2");
    expect(factsOf({ keptAs: "k2-old" }).keptAs).to.equal("k2-old");
    const hot = { ...k2Dr, host: { ...k2Dr.host, whilePassive: "running" as const } };
    const servers = { primary: [k2Prd], dr: [hot] } as const;
    const both =
      (...kept: readonly (string | undefined)[]) =>
      () =>
        describe_(
          defineEstate({
            name: "t",
            journal: { folder: "j" },
            systems: ["k2", "k2x"].map((id, i) =>
              k2(id, {
                ...args,
                servers,
                aliases: [],
                data: [dataOf([`K2${String(i)}`], `data${String(i)}`)],
                ...(kept[i] === undefined ? {} : { keptAs: kept[i] }),
              }),
            ),
          }),
          parts,
        );
    expect(both(undefined, "k2-old")).not.to.throw();
    const says =
      /^k2 k2x\.keptAs: k2 keeps its rows under k2(-old)? too\. Write the id that this K2 had before/;
    expect(both(undefined, "k2")).to.throw(says);
    expect(both("k2-old", "k2-old")).to.throw(says);
  });

  it("does not share an Azure VM that is parked: one system would switch it off under the other", () => {
    const other = k2("claims", {
      ...args,
      standby: "cold",
      data: [dataOf(["Ledger"], "ledger")],
      aliases: [],
    });
    const both = (systems: readonly Declared[]) => () =>
      describe_(defineEstate({ name: "t", journal: { folder: "j" }, systems }), parts);
    expect(both([k2("k2", args), other])).to.throw(
      /server K2DR01\.whilePassive: it is an Azure VM that claims and k2 would each deallocate, .* Write "running"/,
    );
    const kept = { ...k2Dr, host: { ...k2Dr.host, whilePassive: "running" as const } };
    const servers = { primary: [k2Prd], dr: [kept] } as const;
    const moved = (declared: K2Args, id: string): Declared => k2(id, { ...declared, servers, aliases: [] });
    expect(
      both([
        moved(args, "k2"),
        moved({ ...args, standby: "cold", data: [dataOf(["Ledger"], "ledger")] }, "claims"),
      ]),
    ).not.to.throw();
  });
});
