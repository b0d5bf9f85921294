import { expect } from "chai";
import * as fc from "fast-check";
import { readInstance, versionSays, type InstanceFacts } from "../../components/sql/instance/facts.ts";
import { objectionsTo, type InstanceSeen } from "../../components/sql/instance/judge.ts";
import * as instance from "../../components/sql/instance/run.ts";
import {
  ident,
  instanceFacts,
  instanceServices,
  serverPermission,
  text,
  texts,
} from "../../components/sql/instance/tsql.ts";
import type { Column, Reply, Value } from "../../lab/servers/sql/contract.ts";
import type { Host } from "../../model/host.ts";
import type { Mode } from "../../model/part.ts";
import { bench, result, type Bench } from "./lab-sql-wire.fake.ts";
import { bound, failure, stepBench, type StepBench } from "./step-io.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";

describe("T-SQL quoting", () => {
  const strange = fc.string({
    unit: fc.constantFrom("a", "]", "[", "'", '"', ";", "-", "\\", "\n", "ü", "日"),
  });

  it("doubles what would end a name or a text", () => {
    expect(ident("K2]; DROP DATABASE x --")).to.equal("[K2]]; DROP DATABASE x --]");
    expect(text("it's")).to.equal("N'it''s'");
    expect(texts([])).to.equal("NULL");
    expect(texts(["a", "b'"])).to.equal("N'a', N'b'''");
  });

  itParses("keeps any name and any text inside one statement", async function () {
    this.timeout(20_000);
    await fc.assert(
      fc.asyncProperty(strange, strange, async (name, value) => {
        fc.pre(name !== "");
        const kinds = await expectTsql(`SELECT ${text(value)} AS ${ident(name)};`, ["2016"]);
        expect(kinds).to.deep.equal(["SelectStatement"]);
      }),
      { numRuns: 60 },
    );
  });

  for (const [what, statement] of Object.entries({
    instanceFacts,
    instanceServices,
    serverPermission: serverPermission("ALTER ANY LOGIN"),
  }))
    itParses(`is accepted by every SQL Server: ${what}`, async () => {
      expect(await expectTsql(statement)).to.deep.equal(["SelectStatement"]);
    });
});

const now = Date.UTC(2026, 6, 1, 12);
const facts: InstanceFacts = {
  server: "SQLDR01",
  version: "16.0.4236.2",
  major: 16,
  edition: "Standard Edition",
  collation: "Latin1_General_CI_AS",
  login: "dr",
  isSysadmin: true,
  nowMs: now,
  offsetSec: 3600,
};
const good: InstanceSeen = { facts, askedMs: now, missing: [] };

describe("What is wrong with a SQL Server instance", () => {
  it("is nothing where clock, time zone and rights are as they should be", () => {
    expect(objectionsTo("SQLDR01", "Europe/London", good)).to.be.empty;
    expect(objectionsTo("SQLDR01", "Europe/London", { ...good, agentRuns: true })).to.be.empty;
  });

  const findings: readonly [string, InstanceSeen, RegExp, boolean][] = [
    [
      "missing rights",
      { ...good, missing: ["ALTER ANY LOGIN"] },
      /dr on SQLDR01 lacks rights: ALTER ANY LOGIN/,
      true,
    ],
    ["a stopped Agent", { ...good, agentRuns: false }, /Agent does not run on SQLDR01/, true],
    ["a clock that is ahead", { ...good, askedMs: now - 95_000 }, /95 s ahead of this machine's/, false],
    ["a clock that is behind", { ...good, askedMs: now + 61_000 }, /61 s behind this machine's/, false],
    [
      "another time zone",
      { ...good, facts: { ...facts, offsetSec: -5 * 3600 } },
      /UTC-05:00, but its time zone in the estate, Europe\/London, is UTC\+01:00 now/,
      false,
    ],
  ];
  for (const [what, seen, says, isGrave] of findings)
    it(`is ${what}, and the sentence says what to do`, () => {
      const found = objectionsTo("SQLDR01", "Europe/London", seen);
      expect(found).to.have.length(1);
      expect(found[0]?.says).to.match(says);
      expect(found[0]?.isGrave).to.equal(isGrave);
    });

  it("is a time zone that is none, told without figures", () => {
    const [found, ...more] = objectionsTo("SQLDR01", "GMT Standard Time", good);
    expect(more).to.be.empty;
    expect(found?.says).to.contain('"GMT Standard Time", is no IANA name').and.not.contain("NaN");
  });

  it("follows summer time: London is UTC+00:00 in January", () => {
    const winter = { ...facts, nowMs: Date.UTC(2026, 0, 1), offsetSec: 0 };
    expect(objectionsTo("X", "Europe/London", { ...good, facts: winter, askedMs: winter.nowMs })).to.be.empty;
  });

  it("is told with versions as people call them", () => {
    expect(versionSays("10.50.6000.34")).to.equal("SQL Server 2008 R2 (10.50.6000.34)");
    expect(versionSays("16.0.4236.2")).to.equal("SQL Server 2022 (16.0.4236.2)");
    expect(versionSays("99.0.1.1")).to.equal("SQL Server 99.0.1.1");
  });
});

const factColumns: readonly Column[] = [
  ...["server", "version", "edition", "collation", "login"].map((name) => ({
    name,
    type: "nvarchar" as const,
    length: 128,
  })),
  { name: "sysadmin", type: "int" },
  { name: "utc", type: "varchar", length: 23 },
  { name: "offsetSec", type: "int" },
];

describe("A SQL Server instance", () => {
  let made: Bench;
  let step: StepBench;
  interface Answers {
    readonly sysadmin?: number;
    readonly offsetSec?: number;
    readonly agent?: number;
    readonly rights?: readonly string[];
    readonly mode?: Mode;
  }
  const begin = async (answers: Answers = {}): Promise<void> => {
    made = await bench((request): Iterable<Reply> => {
      const row = (columns: readonly Column[], ...values: (readonly Value[])[]) => result(columns, ...values);
      if (request.sql.includes("HAS_PERMS_BY_NAME")) {
        const has = (answers.rights ?? []).some((right) => request.sql.includes(text(right)));
        return row([{ name: "has", type: "int" }], [has ? 1 : 0]);
      }
      if (request.sql.includes("dm_server_services"))
        return row(
          [
            { name: "name", type: "nvarchar", length: 256 },
            { name: "status", type: "int" },
          ],
          ["SQL Server (MSSQLSERVER)", 4],
          ["SQL Server Agent (MSSQLSERVER)", answers.agent ?? 4],
        );
      const utc = new Date().toISOString().slice(0, 23);
      return row(factColumns, [
        "SQLDR01",
        "15.0.4385.2",
        "Standard Edition",
        "Latin1_General_CI_AS",
        "sa",
        answers.sysadmin ?? 1,
        utc,
        answers.offsetSec ?? -1,
      ]);
    });
    const host: Host = {
      id: "SQLDR01",
      site: "dr",
      address: "127.0.0.1",
      timeZone: "UTC",
      sql: {
        port: made.port,
        user: "sa",
        password: { env: "SQL" },
        encrypt: false,
        trustServerCertificate: true,
      },
      whilePassive: "running",
    };
    step = stepBench({
      hosts: [host],
      secrets: { SQL: "right" },
      ...(answers.mode ? { activation: { epoch: 1, mode: answers.mode } } : {}),
    });
  };
  const look = (args: object = {}) =>
    bound(instance, "sql/instance/reachable", { host: "SQLDR01", agent: false, ...args }).check(step.io);
  afterEach(async () => {
    await step.end();
    await made.end();
  });

  it("that lets the runner in says which version it is and as whom", async () => {
    await begin();
    const found = await look({ agent: true });
    expect(found.there).to.equal(true);
    expect(found.says).to.equal("SQL Server 2019 (15.0.4385.2) on SQLDR01 lets sa in, SQL Server Agent runs");
  });

  it("does with the rights that are needed where the login is no sysadmin, and names those that are missing", async () => {
    await begin({ sysadmin: 0, rights: ["ALTER ANY LOGIN"] });
    expect((await look({ rights: ["ALTER ANY LOGIN"] })).there).to.equal(true);
    const error = await failure(look({ rights: ["ALTER ANY LOGIN", "VIEW SERVER STATE"] }));
    expect(error.message).to.contain("lacks rights: VIEW SERVER STATE").and.not.contain("ALTER ANY LOGIN");
  });

  it("needs its Agent only where somebody asks for it", async () => {
    await begin({ agent: 1 });
    expect((await look()).there).to.equal(true);
    expect((await failure(look({ agent: true }))).message).to.contain("Agent does not run");
  });

  it("in another time zone stops a planned move, and is only told in an unplanned one", async () => {
    await begin({ offsetSec: 3600, mode: "planned" });
    expect((await failure(look())).message).to.contain("UTC+01:00");
    await step.end();
    await made.end();
    await begin({ offsetSec: 3600, mode: "unplanned" });
    expect((await look()).there).to.equal(true);
    expect(step.said.join()).to.contain("UTC+01:00");
  });

  it("is not asked for its clock where somebody else reads it, and is for its rights", async () => {
    await begin({ offsetSec: 3600 });
    expect((await look({ clock: false })).there).to.equal(true);
    await step.end();
    await made.end();
    await begin({ offsetSec: 3600, sysadmin: 0 });
    expect((await failure(look({ clock: false }))).message)
      .to.contain("lacks rights")
      .and.not.contain("UTC+01:00");
  });

  it("has offsets in whole quarters of an hour, though its two clocks are read one after the other", async () => {
    await begin({ offsetSec: 20699 });
    const { sqlOn } = await import("../../steps/transports/sql.ts");
    expect((await readInstance(await sqlOn("SQLDR01", step.io))).offsetSec).to.equal(20700);
  });
});
