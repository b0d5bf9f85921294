import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import * as prettier from "prettier";
import { parts } from "../../components/registry/parts.ts";
import { completed, wrongIn } from "../../cli/init/answers.ts";
import { estateText } from "../../cli/init/estate-text.ts";
import type { Given } from "../../cli/init/keys.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import { callsIn, estateIn } from "./written-estate.ts";

/** The text with a host key in every server, as an owner pastes them: the printed line in place of the empty one. */
const pinned = (text: string, keyOf: (id: string) => string = () => "ssh-ed25519 AAAA"): string =>
  text.replaceAll(
    /(\.server\(\s*"([^"]+)",[^]*?hostKey: )""/g,
    (_, before: string, id: string) => `${before}"${keyOf(id)}"`,
  );

/** The text without the slashes before what is to fill in under that key. */
const filledIn = (text: string, key: string): string =>
  text.replace(new RegExp(`^ {2}// ${key}: [[{]$[^]*?^ {2}// [\\]}],$`, "m"), (block) =>
    block.replaceAll(/^ {2}\/\/ /gm, "  "),
  );

const clean = (text: string): Promise<boolean> => prettier.check(text, { parser: "typescript" });

const anything = fc
  .string({
    unit: fc.constantFrom("a", "B", "7", "é", " ", ".", "-", "\\", '"', "'", "`", "${", "}", "/", "("),
    minLength: 1,
    maxLength: 110,
  })
  .map((s) => s.trim())
  .filter((s) => s !== "");
const ipv4 = fc.ipV4();
const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,12}[A-Z0-9]$/);
const path110 = fc.stringMatching(/^[A-Za-z0-9_ ]{1,90}$/).map((s) => s.trim() || "x");
const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
const port = fc.integer({ min: 1, max: 65535 }).map(String);

/** Answers of every kind that an owner may give, well formed. */
const answers: fc.Arbitrary<Given> = fc
  .record({
    ids: fc.uniqueArray(name, { minLength: 8, maxLength: 8 }),
    addresses: fc.array(ipv4, { minLength: 8, maxLength: 8 }),
    k2: fc.record({ primary: fc.integer({ min: 1, max: 3 }), dr: fc.integer({ min: 1, max: 3 }) }),
    shared: fc.boolean(),
    labels: fc.array(label, { minLength: 3, maxLength: 3 }),
    moves: fc.constantFrom("both", "client", "dependency", "none"),
    zone: fc.boolean(),
    databases: fc.uniqueArray(fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{0,30}[a-z]$/), {
      minLength: 1,
      maxLength: 6,
      selector: (d) => d.toLowerCase(),
    }),
    k2Database: fc.constantFrom(["K2"], ["K2Server", "K2HostServer"], []),
    texts: fc.array(anything, { minLength: 5, maxLength: 5 }),
    folders: fc.array(path110, { minLength: 3, maxLength: 3 }),
    ports: fc.array(port, { minLength: 4, maxLength: 4 }),
    more: fc.record(
      {
        standby: fc.constantFrom("cold", "warm", "hot"),
        k2Version: fc.constantFrom("4", "5"),
        tsigAlgorithm: fc.constantFrom("hmac-sha256", "hmac-sha384", "hmac-sha512"),
        tsigName: fc.constantFrom("dr-key", "parallel-standby"),
        k2Port: port,
        dnsPort: port,
      },
      { requiredKeys: [] },
    ),
  })
  .map((v): Given => {
    const at = (i: number): string => `${v.ids[i] ?? ""}=${v.addresses[i] ?? ""}`;
    const primary = [0, 1, 2].slice(0, v.k2.primary);
    const dr = [3, 4, 5].slice(0, v.k2.dr);
    const sql = v.shared ? { primary: primary.at(-1) ?? 0, dr: 3 } : { primary: 6, dr: 7 };
    const [client, dependency, zone] = [
      v.labels[0] ?? "",
      `${v.labels[1] ?? ""}-sql`,
      `${v.labels[2] ?? ""}.example`,
    ];
    const [sshPort = "", sqlPort = "", ownPort = ""] = v.ports;
    return {
      name: "contoso",
      primaryPlace: v.texts[0] ?? "",
      drPlace: v.texts[1] ?? "",
      sshUser: v.texts[2] ?? "",
      sshKey: v.texts[3] ?? "",
      mirror: v.texts[4] ?? "",
      k2Primary: primary.map(at).join(", "),
      k2Dr: dr.map(at).join(", "),
      sqlPrimary: at(sql.primary),
      sqlDr: at(sql.dr),
      sshPort: `${sshPort}, ${v.ids[0] ?? ""}=${ownPort}`,
      sqlPort,
      databases: [...v.k2Database, ...v.databases.filter((d) => d.toLowerCase() !== "k2")].join(", "),
      shipFolder: `D:\\${v.folders[0] ?? ""}`,
      shipShare: `\\\\SQLPRD01\\${v.folders[1] ?? ""}`,
      copyFolder: `E:\\${v.folders[2] ?? ""}`,
      awayShare: v.shared ? "" : `\\\\FILE02\\${v.folders[0] ?? ""}`,
      alias: v.moves === "both" || v.moves === "client" ? `${client}.apps.${zone}` : "",
      sqlAlias: v.moves === "both" || v.moves === "dependency" ? `${dependency}.${zone}` : "",
      zone,
      ...v.more,
    };
  });

describe("the estate that init writes", function () {
  this.timeout(60_000);

  it("is as prettier writes it, and has nothing to mend once its servers are pinned", async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (given) => {
        const all = completed(given);
        fc.pre(all.primaryPlace !== "" && all.databases !== "");
        expect(wrongIn(all)).to.deep.equal([]);
        const text = estateText(all);
        expect(await clean(text), text).to.equal(true);
        const { hosts } = describeEstate(estateIn(pinned(text)), parts);
        expect(hosts.map((h) => h.id)).to.have.length(new Set(hosts.map((h) => h.id)).size);
      }),
      { numRuns: 60 },
    );
  });

  it("is told apart from one that prettier would write otherwise", async () => {
    const text = estateText(completed({}));
    expect(await clean(text)).to.equal(true);
    expect(await clean(text.replace("  place:", "   place:"))).to.equal(false);
  });

  it("lacks the servers' host keys, and says so, until the lines of hosts check are in it", () => {
    expect(() => describeEstate(estateIn(estateText(completed({}))), parts)).to.throw(
      /K2PRD01.*no host key is pinned.*\n.*K2DR01/,
    );
  });

  it("has a guard with a witness at each site once the slashes before it are taken away, also where K2 and SQL Server share servers", async () => {
    const shared = {
      k2Primary: "A=10.0.0.1",
      sqlPrimary: "A=10.0.0.1",
      k2Dr: "B=10.0.1.1",
      sqlDr: "B=10.0.1.1",
    };
    for (const [given, dr, primary] of [
      [{}, "SQLDR01", "SQLPRD01"],
      [shared, "B", "A"],
    ] as const) {
      const text = estateText(completed(given));
      expect(describeEstate(estateIn(pinned(text)), parts).guard).to.equal(undefined);
      const guarded = filledIn(text, "guard");
      expect(await clean(guarded), guarded).to.equal(true);
      const { guard } = describeEstate(estateIn(pinned(guarded)), parts);
      expect(guard?.witnesses).to.deep.equal([
        { share: `\\\\${dr}\\Witness`, folder: "D:\\Witness", host: dr, site: "dr" },
        { share: `\\\\${primary}\\Witness`, folder: "D:\\Witness", host: primary, site: "primary" },
      ]);
    }
  });

  it("has an observer once the slashes before it are taken away, whose host key is asked for as any other's", async () => {
    const text = pinned(estateText(completed({})));
    expect(describeEstate(estateIn(text), parts).observers).to.equal(undefined);
    const observed = filledIn(text, "observers");
    expect(await clean(observed), observed).to.equal(true);
    expect(() => describeEstate(estateIn(observed), parts)).to.throw(
      /^observer OBS01\.ssh\.hostKey: no host key is pinned[^\n]*$/,
    );
    const { observers } = describeEstate(
      estateIn(observed.replace('hostKey: ""', 'hostKey: "ssh-ed25519 AAAA"')),
      parts,
    );
    expect(observers?.map((o) => o.id)).to.deep.equal(["OBS01"]);
  });

  it("does what the lab's own estate does, where the answers are the lab's", async () => {
    const lab = {
      hosts: {
        K2PRD01: { address: "127.10.1.4", ssh: 41001, hostKey: "ssh-ed25519 AAAA1" },
        K2DR01: { address: "127.20.1.4", ssh: 41002, hostKey: "ssh-ed25519 AAAA2" },
        SQLPRD01: { address: "127.10.1.5", ssh: 41003, hostKey: "ssh-ed25519 AAAA3", sql: 41004 },
        SQLDR01: { address: "127.20.1.5", ssh: 41005, hostKey: "ssh-ed25519 AAAA4", sql: 41006 },
      },
      ssh: { user: "CORP\\svc-dr", privateKey: ".lab/keys/id_ed25519" },
      dns: { address: "127.20.1.10", port: 41007 },
      k2Port: 41008,
    };
    const at = (id: keyof typeof lab.hosts): string => `${id}=${lab.hosts[id].address}`;
    const ports = (of: "ssh" | "sql"): string =>
      Object.entries(lab.hosts)
        .flatMap(([id, host]) =>
          of in host ? [`${id}=${String((host as Record<string, unknown>)[of])}`] : [],
        )
        .join(", ");
    const written = estateText(
      completed({
        name: "lab",
        primaryPlace: "London",
        drPlace: "Leeds",
        primaryTimeZone: "Europe/London",
        k2Primary: at("K2PRD01"),
        k2Dr: at("K2DR01"),
        k2Port: String(lab.k2Port),
        sqlPrimary: at("SQLPRD01"),
        sqlDr: at("SQLDR01"),
        sqlPort: ports("sql"),
        sqlUser: "dr_operator",
        sshUser: lab.ssh.user,
        sshKey: lab.ssh.privateKey,
        sshPort: ports("ssh"),
        databases: "K2, Claims",
        awayShare: "\\\\K2DR01\\Away",
        alias: "k2.corp.example",
        sqlAlias: "k2-sql.corp.example",
        dnsServer: lab.dns.address,
        dnsPort: String(lab.dns.port),
        tsigName: "dr-key",
      }),
    )
      .replace('"DNS_TSIG_KEY"', '"TSIG_KEY"')
      .replace('"K2_CAPTURE_KEY"', '"CAPTURE_KEY"');
    const keyOf = (id: string): string => lab.hosts[id as keyof typeof lab.hosts].hostKey;
    const own = describeEstate(estateIn(pinned(written, keyOf)), parts);
    const labs = describeEstate(await labEstate(lab), parts);
    const byId = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] =>
      all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect({ ...own, hosts: byId(own.hosts) }).to.deep.equal({ ...labs, hosts: byId(labs.hosts) });
  });

  it("says what it means that K2 knows SQL Server by its own name", () => {
    const text = estateText(completed({ sqlDr: "SQLB=10.20.1.9" }));
    expect(text).to.match(/No DNS name of SQL Server moves[^]*at the standby has to name SQLB/);
    expect(callsIn(text).filter((c) => c.what === "alias")).to.deep.equal([]);
  });

  it("declares a server once that has both K2 and SQL Server", () => {
    const calls = callsIn(
      estateText(
        completed({
          k2Primary: "PRD1=10.0.0.1",
          sqlPrimary: "prd1=10.0.0.1",
          k2Dr: "DR1=10.0.0.2",
          sqlDr: "DR1=10.0.0.2",
        }),
      ),
    );
    const servers = calls.filter((c) => c.what === "server");
    expect(servers.map((c) => c.args[0])).to.deep.equal(["PRD1", "DR1"]);
    for (const { args } of servers) expect(args[1]).to.have.property("sql");
  });
});

/** lab/project/estate.ts, with servers where `lab` says. */
async function labEstate(lab: object): Promise<Estate> {
  const root = path.resolve(import.meta.dirname, "../..");
  const folder = path.join(root, "lab", ".lab", "units", randomUUID().slice(0, 8));
  try {
    await fs.mkdir(path.join(folder, ".lab"), { recursive: true });
    await fs.writeFile(path.join(folder, ".lab", "lab.json"), JSON.stringify(lab));
    await fs.copyFile(path.join(root, "lab", "project", "estate.ts"), path.join(folder, "estate.ts"));
    const { estate } = (await import(path.join(folder, "estate.ts"))) as { readonly estate: Estate };
    return estate;
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
