import { expect } from "chai";
import { alignmentFindings, type Aligned } from "../../components/sql/instance/alignment.ts";
import { alignmentLook } from "../../components/sql/instance/alignment-look.ts";
import type { UsedLogins } from "../../components/sql/instance/alignment-logins.ts";
import * as tsql from "../../components/sql/instance/tsql-alignment.ts";
import { serverAlignmentFindings, type ServerAligned } from "../../components/windows/alignment.ts";
import type { Finding } from "../../model/finding.ts";
import { logShippingBench, type Bench } from "./log-shipping-bench.ts";
import { expectTsql, itParses, type TsqlVersion } from "./tsqlcheck.ts";

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map((f) => `${f.severity} ${f.id.split(":")[0] ?? ""}: ${f.says}`);

describe("What has to be alike at both sites: SQL Server", () => {
  const side = (host: string, more: Partial<Aligned> = {}): Aligned => ({
    host,
    facts: { version: "15.0.2000.5", edition: "Standard", collation: "Latin1_General_CI_AS", offsetSec: 0 },
    logins: [{ name: "app", is: "0" }],
    roles: [{ name: "app", is: "dbcreator" }],
    permissions: [{ name: "app", is: "GRANT VIEW SERVER STATE" }],
    jobs: [{ name: "Nightly", is: "1" }],
    linkedServers: [{ name: "ERP", is: "erp.corp.example" }],
    settings: [{ name: "clr enabled", is: "1" }],
    certificates: [{ name: "TDE", is: "0xAA" }],
    services: [{ name: "SQL Server (MSSQLSERVER)", is: "CORP\\svc-sql" }],
    ...more,
  });
  const standby = (more: Partial<Aligned> = {}): readonly string[] =>
    told(alignmentFindings(side("A"), side("B", { jobs: [{ name: "Nightly", is: "0" }], ...more })));

  it("finds nothing where both are alike and the standby's jobs stand still", () => {
    expect(standby()).to.deep.equal([]);
    expect(
      standby({
        logins: [
          { name: "APP", is: "0" },
          { name: "more", is: "0" },
        ],
      }),
    ).to.deep.equal([]);
  });

  for (const [what, more, says] of [
    ["a job that lacks", { jobs: [] }, "risk align-jobs: B has no Nightly among its jobs, which A has"],
    [
      "a job that runs at both",
      { jobs: [{ name: "Nightly", is: "1" }] },
      "risk align-jobs-run: Nightly is a job of both sites and enabled on B",
    ],
    ["a login", { logins: [] }, "note align-logins: B has no login app, which A has"],
    ["a linked server", { linkedServers: [] }, "risk align-linked: B has no linked server ERP, which A has"],
    [
      "one that leads elsewhere",
      { linkedServers: [{ name: "ERP", is: "test" }] },
      "note align-linked-to: the linked server leads elsewhere: ERP test, not erp.corp.example",
    ],
    [
      "a setting",
      { settings: [{ name: "clr enabled", is: "0" }] },
      "risk align-settings: settings of B are not those of A: clr enabled 0, not 1",
    ],
    [
      "a certificate",
      { certificates: [] },
      "risk align-certificates: master on B has no certificate TDE, which A has",
    ],
    [
      "another certificate of that name",
      { certificates: [{ name: "TDE", is: "0xBB" }] },
      "risk align-certificates-other: certificate TDE in master is another one on B than on A",
    ],
    [
      "the account of a service",
      { services: [{ name: "SQL Server (MSSQLSERVER)", is: "LocalSystem" }] },
      "note align-services: services of SQL Server run by other accounts: SQL Server (MSSQLSERVER) LocalSystem, not CORP\\svc-sql",
    ],
    [
      "the collation",
      { facts: { ...side("B").facts, collation: "Turkish_CI_AS" } },
      "risk align-collation: the collation of the instance is Turkish_CI_AS on B, Latin1_General_CI_AS on A: joins with temporary tables fail (error 468)",
    ],
    [
      "the time zone",
      { facts: { ...side("B").facts, offsetSec: 3600 } },
      "risk align-time-zone: its local time is 60 minutes apart from that of A: GETDATE() jumps with a move",
    ],
    [
      "an update",
      { facts: { ...side("B").facts, version: "15.0.4430.1" } },
      "note align-updates: updates differ: SQL Server 2019 (15.0.4430.1) on B, SQL Server 2019 (15.0.2000.5) on A",
    ],
    [
      "the edition",
      { facts: { ...side("B").facts, edition: "Enterprise" } },
      "risk align-edition: the edition is Enterprise on B, Standard on A: a database that uses what only one has does not open on the other",
    ],
  ] as const)
    it(`finds ${what}`, () => {
      expect(standby(more)).to.deep.equal([says]);
    });

  describe("logins that databases of the estate are used by", () => {
    const used = (isNeeded = false): UsedLogins => new Map([["app", { isNeeded }]]);
    const found = (more: Partial<Aligned>, of = used(), active: Partial<Aligned> = {}): readonly string[] =>
      told(alignmentFindings(side("A", { jobs: [], ...active }), side("B", { jobs: [], ...more }), of));

    it("stop a move where they lack and a user needs them; elsewhere that is a note", () => {
      expect(found({ logins: [], roles: [], permissions: [] }, used(true))).to.deep.equal([
        "stops align-logins-used: B has no login app, which users of the estate's databases on A need: nobody would get in by it",
      ]);
      expect(found({ logins: [], roles: [], permissions: [] })).to.deep.equal([
        "note align-logins: B has no login app, which A has",
      ]);
    });

    it("are a risk where they are disabled, in fewer server roles, or may less there; of others that is a note", () => {
      const disabled = { logins: [{ name: "APP", is: "1" }] };
      const denied = { permissions: [{ name: "app", is: "DENY VIEW SERVER STATE" }] };
      const says = {
        disabled: "login app is disabled on B, and enabled on A",
        roles: "logins of B are not in the server roles that they are in on A: app > dbcreator",
        permissions:
          "permissions on the server lack on B, or are others than on A: app > GRANT VIEW SERVER STATE",
      };
      expect(found(disabled)).to.deep.equal([`risk align-logins-disabled: ${says.disabled}`]);
      expect(found({ roles: [] })).to.deep.equal([`risk align-server-roles: ${says.roles}`]);
      expect(found(denied)).to.deep.equal([`risk align-server-permissions: ${says.permissions}`]);
      const none: UsedLogins = new Map();
      expect(found(disabled, none)).to.deep.equal([`note align-logins-disabled-others: ${says.disabled}`]);
      expect(found({ roles: [] }, none)).to.deep.equal([`note align-server-roles-others: ${says.roles}`]);
      expect(found(denied, none)).to.deep.equal([
        `note align-server-permissions-others: ${says.permissions}`,
      ]);
    });

    it("may less there, too, where a role of the owner's own may", () => {
      const active = {
        roles: [{ name: "app", is: "k2_ops" }],
        permissions: [{ name: "k2_ops", is: "GRANT ALTER TRACE" }],
      };
      expect(found({ roles: active.roles, permissions: [] }, used(), active)).to.deep.equal([
        "risk align-server-permissions: permissions on the server lack on B, or are others than on A: k2_ops > GRANT ALTER TRACE",
      ]);
    });

    it("are well where the standby's are enabled and the active site's are not, or may more", () => {
      expect(
        found({ permissions: [...side("B").permissions, { name: "app", is: "GRANT ALTER TRACE" }] }, used(), {
          logins: [{ name: "app", is: "1" }],
        }),
      ).to.deep.equal([]);
    });
  });

  it("names at most eight, and says how many more there are", () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ name: `l${String(i)}`, is: "0" }));
    expect(
      told(alignmentFindings(side("A", { logins: many, jobs: [] }), side("B", { logins: [], jobs: [] })))[0],
    ).to.match(/no login l0; .*l7 and 4 more, which A has$/);
  });

  describe("seen at two instances", function () {
    this.timeout(30_000);
    let bench: Bench;
    before(async () => {
      bench = await logShippingBench();
    });
    after(() => bench.close());

    it("finds what was set up at one only", async () => {
      const look = async (): Promise<readonly string[]> => {
        const { io, end } = bench.io("dr");
        const found = await alignmentLook("SQLPRD01", "SQLDR01").run(io, {
          before: () => [],
          note: () => undefined,
        });
        await end();
        return told(found);
      };
      expect(await look()).to.deep.equal([]);
      await bench.run("primary", "CREATE LOGIN [people] WITH PASSWORD = N'x y z', CHECK_POLICY = OFF");
      await bench.run("primary", "EXEC msdb.dbo.sp_add_job @job_name = N'Nightly'");
      await bench.run("primary", "EXEC msdb.dbo.sp_add_job @job_name = N'LSBackup_K2'");
      await bench.run("primary", "EXEC sp_configure N'clr enabled', 1; RECONFIGURE;");
      await bench.run(
        "primary",
        "CREATE MASTER KEY ENCRYPTION BY PASSWORD = N'p q r'; CREATE CERTIFICATE [TDE] WITH SUBJECT = N'TDE'",
      );
      expect(await look()).to.deep.equal([
        "risk align-jobs: SQLDR01 has no Nightly among its jobs, which SQLPRD01 has",
        "note align-logins: SQLDR01 has no login people, which SQLPRD01 has",
        "risk align-settings: settings of SQLDR01 are not those of SQLPRD01: clr enabled 0, not 1",
        "risk align-certificates: master on SQLDR01 has no certificate TDE, which SQLPRD01 has",
      ]);
    });

    it("finds what a database's own login is and may at one only, and tells it from the others", async () => {
      const both = async (sql: string): Promise<void> => {
        for (const at of ["primary", "dr"] as const) await bench.run(at, sql);
      };
      for (const name of ["app", "report"])
        await both(`CREATE LOGIN [${name}] WITH PASSWORD = N'x y z', CHECK_POLICY = OFF`);
      for (const name of ["only", "builder"])
        await bench.run("primary", `CREATE LOGIN [${name}] WITH PASSWORD = N'x y z', CHECK_POLICY = OFF`);
      await bench.run("primary", "ALTER AUTHORIZATION ON DATABASE::[K2] TO [builder]");
      for (const name of ["app", "only"])
        await bench.run("primary", `CREATE USER [${name}] FOR LOGIN [${name}]`, "K2");
      for (const name of ["app", "report"]) {
        await bench.run("primary", `ALTER SERVER ROLE [dbcreator] ADD MEMBER [${name}]`);
        await bench.run("primary", `GRANT VIEW SERVER STATE TO [${name}]`);
        await bench.run("dr", `ALTER LOGIN [${name}] DISABLE`);
      }
      const { io, end } = bench.io("dr");
      const databases = [{ name: "K2", isRecorded: false }];
      const found = await alignmentLook("SQLPRD01", "SQLDR01", databases).run(io, {
        before: () => [],
        note: () => undefined,
      });
      await end();
      expect(told(found).filter((f) => /logins|server-/.test(f))).to.have.members([
        "stops align-logins-used: SQLDR01 has no login only, which users of the estate's databases on SQLPRD01 need: nobody would get in by it",
        "note align-logins: SQLDR01 has no login people; builder, which SQLPRD01 has",
        "risk align-logins-disabled: login app is disabled on SQLDR01, and enabled on SQLPRD01",
        "note align-logins-disabled-others: login report is disabled on SQLDR01, and enabled on SQLPRD01",
        "risk align-server-roles: logins of SQLDR01 are not in the server roles that they are in on SQLPRD01: app > dbcreator",
        "note align-server-roles-others: logins of SQLDR01 are not in the server roles that they are in on SQLPRD01: report > dbcreator",
        "risk align-server-permissions: permissions on the server lack on SQLDR01, or are others than on SQLPRD01: app > GRANT VIEW SERVER STATE",
        "note align-server-permissions-others: permissions on the server lack on SQLDR01, or are others than on SQLPRD01: report > GRANT VIEW SERVER STATE",
      ]);
    });
  });

  const versions: readonly TsqlVersion[] = ["2008", "2012", "2014", "2016", "2017", "2019"];
  for (const [name, made] of Object.entries(tsql))
    itParses(`${name} is what Microsoft's parser takes, and only a SELECT`, async () => {
      const text = typeof made === "string" ? made : made("It's [K2]");
      expect(await expectTsql(text, versions)).to.deep.equal(["SelectStatement"]);
    });
});

describe("What has to be alike at both sites: Windows", () => {
  const side = (host: string, more: Partial<ServerAligned> = {}): ServerAligned => ({
    host,
    build: "20348.2849",
    timeZone: "GMT Standard Time",
    accounts: { "K2 Server": "CORP\\svc-k2" },
    certificates: [
      { subject: `CN=${host}.corp.example`, notAfterMs: 0 },
      { subject: "CN=k2.corp.example", notAfterMs: 0 },
    ],
    ...more,
  });
  const found = (more: Partial<ServerAligned>): readonly string[] =>
    told(serverAlignmentFindings(side("K2PRD01"), side("K2DR01", more)));

  it("is the time zone, the build, accounts of services, and certificates but for a server's own name", () => {
    expect(found({})).to.deep.equal([]);
    expect(found({ timeZone: "UTC", build: "17763.6414" })).to.deep.equal([
      "risk align-time-zone: its time zone is UTC, that of K2PRD01 is GMT Standard Time: local times jump with a move",
      "risk align-build: it runs Windows build 17763.6414, K2PRD01 20348.2849",
    ]);
    expect(found({ build: "20348.1" })[0]).to.match(/^note align-build/);
    expect(found({ accounts: { "K2 Server": "LocalSystem" } })).to.deep.equal([
      'risk align-account/K2 Server: "K2 Server" runs as LocalSystem there, as CORP\\svc-k2 on K2PRD01',
    ]);
    expect(found({ accounts: {} }), "one that is not there is told by the preflight").to.deep.equal([]);
    expect(found({ certificates: [{ subject: "CN=k2dr01.corp.example", notAfterMs: 0 }] })).to.deep.equal([
      "risk align-certificates: its store has no certificate CN=k2.corp.example, which K2PRD01 has",
    ]);
  });
});
