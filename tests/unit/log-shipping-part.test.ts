import { expect } from "chai";
import {
  differs,
  intervalDifferences,
  jobDifferences,
  type JobRow,
} from "../../components/sql/log-shipping/differences.ts";
import {
  LogShippingFacts,
  restoreAlertMin,
  timeToDecideMin,
  worstLossMin,
} from "../../components/sql/log-shipping/facts.ts";
import { logShipping, type LogShippingArgs } from "../../components/sql/log-shipping/index.ts";
import { movesFor } from "../../components/sql/log-shipping/moves.ts";
import { logShipping as part } from "../../components/sql/log-shipping/part.ts";
import { runnables } from "../../components/sql/log-shipping/run.ts";
import {
  otherWriters,
  tailName,
  unshipped,
  type LogBackup,
} from "../../components/sql/log-shipping/shipped.ts";
import { earlierThan, laterThan } from "../../components/sql/log-shipping/times.ts";
import { every, sundays } from "../../components/sql/log-shipping/tsql/agent.ts";
import * as verbs from "../../components/sql/log-shipping/verbs.ts";
import { site } from "../../model/estate.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { plan, type Plan } from "../../planning/plan.ts";

const sql = { user: "runner", password: { env: "SQL" } };
const primary = site("primary", { place: "London" });
const dr = site("dr", { place: "Leeds" });
const from = primary.server("SQLPRD01", { address: "10.10.1.5", sql });
const to = dr.server("SQLDR01", { address: "10.20.1.5", sql });
const args: LogShippingArgs = {
  databases: ["K2"],
  from,
  to,
  backupFolder: "D:\\LogShip",
  backupShare: "\\\\SQLPRD01\\LogShip",
  copyTo: "E:\\LogShip",
};
const factsOf = (more: Partial<LogShippingArgs> = {}): LogShippingFacts =>
  LogShippingFacts.parse(logShipping("k2-data", { ...args, ...more }).facts);
const hosts = [from.host, to.host];

/** The problems of a part among others, as sentences. */
function problems(
  more: Partial<LogShippingArgs> = {},
  change: Partial<LogShippingFacts> = {},
  others: Recovery["parts"] = [],
): readonly string[] {
  const facts = { ...factsOf(more), ...change };
  const lookup = lookupOf({
    hosts,
    parts: [...others, { id: "k2-data", kind: part.kind, version: 1, facts }],
  });
  return part.problems("k2-data", facts, lookup).map((p) => `${p.at}: ${p.says}. Write ${p.write}.`);
}

const planOf = (
  mode: "planned" | "unplanned",
  databases: LogShippingArgs["databases"] = ["K2"],
  toDr = true,
): Plan => {
  const recovery: Recovery = {
    format: 1,
    estate: "e",
    sites: { primary: { place: "London", timeZone: "UTC" }, dr: { place: "Leeds", timeZone: "UTC" } },
    hosts,
    targets: { rtoMin: 60, rpoMin: 240 },
    parts: [{ id: "k2-data", kind: part.kind, version: 1, facts: factsOf({ databases }) }],
  };
  const request = toDr
    ? { from: "primary" as const, to: "dr" as const, mode }
    : { from: "dr" as const, to: "primary" as const, mode };
  return plan(recovery, request, { [part.kind]: part });
};

describe("log shipping: what an owner declares", () => {
  it("has K2's recommendation as its defaults: hourly logs, held for three hours, two hours back", () => {
    expect(factsOf()).to.deep.include({
      everyMin: 60,
      copyEveryMin: 15,
      holdMin: 180,
      pointMinutesBefore: 120,
      manage: "provision",
      adoptChain: false,
      quiesce: [],
    });
    expect(worstLossMin(factsOf())).to.equal(120);
    expect(timeToDecideMin(factsOf())).to.equal(60);
    expect(restoreAlertMin(factsOf())).to.equal(390);
  });

  it("keeps the way back in folders of its own, and takes what differs", () => {
    expect(factsOf().way.dr).to.deep.equal({
      backupFolder: "D:\\LogShip\\SQLDR01",
      backupShare: "\\\\SQLDR01\\LogShip\\SQLDR01",
      copyTo: "E:\\LogShip\\SQLDR01",
    });
    expect(factsOf({ reverse: { copyTo: "F:\\Back" } }).way.dr).to.include({
      copyTo: "F:\\Back",
      backupFolder: "D:\\LogShip\\SQLDR01",
    });
    const third = "\\\\FILE02\\LogShip";
    expect(factsOf({ backupFolder: third, backupShare: third }).way.dr.backupShare).to.equal(
      "\\\\FILE02\\LogShip\\SQLDR01",
    );
  });

  it("refuses one folder for both directions at a server: the one's retention deletes what the other keeps", () => {
    expect(problems({ reverse: { backupFolder: "e:\\logship\\" } }).join()).to.match(
      /reverse\.backupFolder: e:.* on SQLDR01 is the folder of both directions/,
    );
    expect(problems({ reverse: { copyTo: "D:\\LogShip" } }).join()).to.match(
      /reverse\.copyTo: D:.* on SQLPRD01 is the folder of both directions/,
    );
  });

  it("finds nothing to mend in what the documentation shows", () => {
    expect(problems()).to.deep.equal([]);
    expect(problems({ point: "latest", rpoMin: 75 })).to.deep.equal([]);
  });

  const mistakes: readonly (readonly [
    string,
    Partial<LogShippingArgs>,
    Partial<LogShippingFacts>,
    string,
  ])[] = [
    [
      "no database",
      {},
      { databases: [] },
      "logShipping k2-data.databases: no database is named. Write at least one.",
    ],
    [
      "a database twice",
      { databases: ["K2", "k2"] },
      {},
      'logShipping k2-data.databases: "k2" is there twice. Write it once.',
    ],
    [
      "a system database",
      { databases: ["msdb"] },
      {},
      `logShipping k2-data.databases: "msdb" belongs to SQL Server itself and can't be shipped. Write user databases.`,
    ],
    [
      "a misspelt server",
      {},
      { host: { primary: "SQLPRD01", dr: "SQLDR1" } },
      "logShipping k2-data.to: there is no server SQLDR1. Did you mean SQLDR01?. Write one of SQLPRD01, SQLDR01.",
    ],
    [
      "servers of one site",
      {},
      { host: { primary: "SQLPRD01", dr: "SQLPRD01" } },
      "logShipping k2-data.to: SQLPRD01 is a server of primary, and logs go from one site to the other. Write a server of dr.",
    ],
    [
      "an RPO that the point breaks",
      { rpoMin: 60 },
      {},
      "logShipping k2-data.rpoMin: 60 minutes can't be kept: up to 120 can be lost (the point lies 120 minutes before a disaster, logs are 75 minutes on their way). Write at least 120, or a later point and smaller everyMin and copyEveryMin.",
    ],
    [
      "an RPO that the interval breaks",
      { rpoMin: 60, point: "latest" },
      {},
      "logShipping k2-data.rpoMin: 60 minutes can't be kept: up to 75 can be lost (the point lies 0 minutes before a disaster, logs are 75 minutes on their way). Write at least 75, or a later point and smaller everyMin and copyEveryMin.",
    ],
    [
      "a hold that leaves no time to decide",
      { holdMin: 150 },
      {},
      "logShipping k2-data.holdMin: logs are held for 150 minutes, and a point 120 minutes before a disaster leaves 30 to decide, not 60. Write at least 180.",
    ],
    [
      "an interval that Agent does not take",
      { everyMin: 130 },
      {},
      "logShipping k2-data.everyMin: SQL Server Agent takes up to 100 minutes or whole hours, not 130 minutes. Write 120.",
    ],
    [
      "a folder where a share belongs",
      { backupShare: "D:\\LogShip" },
      {},
      `logShipping k2-data.backupShare: "D:\\LogShip" is no share, and SQLDR01 reads the backups over the network. Write the share of D:\\LogShip: \\\\SQLPRD01\\LogShip.`,
    ],
  ];
  for (const [name, more, change, sentence] of mistakes)
    it(`says in one sentence what to mend: ${name}`, () => {
      expect(problems(more, change)).to.include(sentence);
    });

  it("takes quotes and brackets in a name, and refuses what a file name or a command line can't hold", () => {
    expect(problems({ databases: ["O'Neil] & Søn"] })).to.deep.equal([]);
    for (const name of ['a"b', "a%b", "a/b", "a$(b"])
      expect(problems({ databases: [name] }).join(), name).to.contain(
        "has a character that no file name can hold",
      );
  });

  it("finds a database that another part ships from the same server, too", () => {
    const other = {
      id: "a-data",
      kind: part.kind,
      version: 1,
      facts: factsOf({ databases: ["K2", "Other"] }),
    };
    expect(problems({}, {}, [other])).to.deep.equal([
      'logShipping k2-data.databases: "K2" is shipped by a-data already. Write it in one of the two: a log that one takes is missing for the other.',
    ]);
  });

  it("needs SQL Server at both servers, and one that runs while its site is passive", () => {
    const bare = { ...to.host, whilePassive: "parked" as const };
    const { sql: _, ...none } = from.host;
    const lookup = lookupOf({ hosts: [none, bare], parts: [] });
    expect(part.problems("d", factsOf(), lookup).map((p) => p.at)).to.deep.equal([
      "server SQLPRD01.sql",
      "server SQLDR01.whilePassive",
    ]);
  });
});

describe("log shipping: the plan", () => {
  it("has code for every verb, and no verb without a test of its name", () => {
    const names = Object.values(verbs)
      .flatMap((v) => (typeof v === "object" && "step" in v ? [v.name] : []))
      .sort();
    expect(runnables.map((r) => r.name).sort()).to.deep.equal(names);
  });

  it("is these steps for one database; their names are public", () => {
    expect(planOf("planned").steps.map((s) => `${s.phase} ${s.id}`)).to.deep.equal([
      "preflight k2-data/instance/SQLDR01",
      "preflight k2-data/instance/SQLPRD01",
      "preflight k2-data/standby-ready/K2",
      "preflight k2-data/source-ready/K2",
      "hold k2-data/hold/K2",
      "final-sync k2-data/copy/K2",
      "final-sync k2-data/tail/K2",
      "final-sync k2-data/tail-arrived/K2",
      "fence-site k2-data/prove-fence",
      "choose-point k2-data/choose-point",
      "roll-forward k2-data/roll-forward/K2",
      "open k2-data/open/K2",
      "fence-data k2-data/close-old/K2",
      "repair-databases k2-data/repair-identity/K2",
      "protect k2-data/first-full/K2",
      "protect k2-data/source-jobs/K2",
      "protect k2-data/retire-standby-jobs/K2",
      "complete complete",
    ]);
  });

  it("asks the source for nothing in the preflight of an unplanned move, and waits there for minutes at most", () => {
    const { steps } = planOf("unplanned");
    expect(steps.filter((s) => s.phase === "preflight").map((s) => s.id)).to.deep.equal([
      "k2-data/instance/SQLDR01",
      "k2-data/standby-ready/K2",
    ]);
    for (const s of steps.filter((x) => x.phase === "final-sync")) {
      expect(s.critical, s.id).to.equal(false);
      expect(s.timeoutSec, s.id).to.equal(600);
    }
  });

  it("opens no database of the group before all are rolled forward", () => {
    const { steps } = planOf("planned", ["K2", "Claims", "Forms"]);
    const byId = new Map(steps.map((s) => [s.id, s]));
    const all = (id: string, seen = new Set<string>()): Set<string> => {
      for (const n of byId.get(id)?.needs ?? []) if (!seen.has(n.id)) all(n.id, seen.add(n.id));
      return seen;
    };
    for (const db of ["K2", "Claims", "Forms"])
      expect([...all(`k2-data/open/${db}`)]).to.include.members(
        ["K2", "Claims", "Forms"].flatMap((d) => [`k2-data/roll-forward/${d}`, `k2-data/tail/${d}`]),
      );
  });

  it("proves the fence of the source by the tails of all its databases together", () => {
    const fence = planOf("planned", ["K2", "Claims"]).steps.find((s) => s.id === "k2-data/prove-fence");
    expect(fence?.args).to.deep.include({
      hosts: { SQLPRD01: { strong: [], together: ["k2-data/tail/K2", "k2-data/tail/Claims"] } },
    });
  });

  it("turns round for the way back", () => {
    const steps = planOf("planned", ["K2"], false).steps;
    expect(steps.find((s) => s.id === "k2-data/tail/K2")?.args).to.deep.include({ host: "SQLDR01" });
    expect(steps.find((s) => s.id === "k2-data/source-jobs/K2")?.args).to.deep.include({
      host: "SQLPRD01",
      standby: "SQLDR01",
      backupShare: "\\\\SQLPRD01\\LogShip",
    });
  });

  it("keeps every input small, and free of times and points", () => {
    for (const s of planOf("planned").steps) {
      const text = JSON.stringify(s.args);
      expect(text.length, s.id).to.be.below(400);
      expect(JSON.parse(text), s.id).to.deep.equal(s.args);
    }
  });

  it("releases at the standby what it held", () => {
    expect(
      part
        .release?.(
          "k2-data",
          factsOf(),
          { from: "primary", to: "dr", mode: "unplanned" },
          lookupOf({ hosts, parts: [] }),
        )
        .map((d) => [d.id, d.verb]),
    ).to.deep.equal([["k2-data/release/K2", "sql/log-shipping/release"]]);
  });
});

const backup = (lastLsn: number, device: string, more: Partial<LogBackup> = {}): LogBackup => ({
  firstLsn: String(lastLsn - 10),
  lastLsn: String(lastLsn),
  firstFork: "F",
  fork: "F",
  forkPointLsn: null,
  start: "",
  finish: "",
  copyOnly: 0,
  tail: 0,
  user: "agent",
  device,
  ...more,
});

describe("log shipping: what has been shipped", () => {
  it("asks for what the standby still needs, whatever it was called while it was written", () => {
    const backups = [
      backup(10, "D:\\LogShip\\K2_1.trn"),
      backup(20, "D:\\logship\\K2_2.wrk"),
      backup(30, "D:\\LogShip\\K2_3.trn"),
    ];
    expect(unshipped(backups, "10", "D:\\LogShip\\", ["k2_3.TRN"])).to.deep.equal({
      missing: ["K2_2.trn"],
      elsewhere: [],
    });
    expect(unshipped(backups, "30", "D:\\LogShip", [])).to.deep.equal({ missing: [], elsewhere: [] });
  });

  it("tells a hole from a delay: what went to another folder will never arrive", () => {
    const nul = backup(20, "NUL");
    expect(
      unshipped([backup(10, "D:\\LogShip\\K2_1.trn"), nul], "0", "D:\\LogShip", []).elsewhere,
    ).to.deep.equal([nul]);
    expect(
      unshipped([{ ...nul, copyOnly: 1 }], "0", "D:\\LogShip", []).elsewhere,
      "a copy leaves no hole",
    ).to.deep.equal([]);
    expect(
      unshipped([backup(20, "D:\\LogShip2\\K2_2.trn")], "0", "D:\\LogShip", []).elsewhere,
      "a like name is another folder",
    ).to.have.length(1);
  });

  it("finds other writers of log backups but for those that the estate has adopted", () => {
    const other = backup(20, "{8F3C}4", { user: "NT AUTHORITY\\SYSTEM" });
    const list = [backup(10, "D:\\LogShip\\a.trn"), other];
    expect(otherWriters(list, "D:\\LogShip", false)).to.deep.equal([other]);
    expect(otherWriters(list, "D:\\LogShip", true)).to.deep.equal([]);
    expect(otherWriters([backup(1, "E:\\Old\\x.trn")], "D:\\LogShip", "e:\\old\\")).to.deep.equal([]);
  });

  it("names a tail so that it sorts after every log, even if the clock was set back", () => {
    expect(
      tailName("K2", "2026-11-22T03:15:00", ["K2_20261122030000.trn", "K2_Log_29991231235959.trn"]),
    ).to.equal("K2_20261122031500.trn");
    expect(tailName("K2", "2026-11-22T03:15:00", ["k2_20261122031500.TRN"])).to.equal(
      "K2_20261122031501.trn",
    );
    expect(tailName("K2", "2026-11-22T03:15:00", ["K2_20261231235959.trn"])).to.equal(
      "K2_20270101000000.trn",
    );
  });

  it("reads a repeated hour so that nothing is promised too much: earlier begins, later ends", () => {
    const zone = "Europe/London";
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30) / 1000, Date.UTC(2026, 9, 25, 1, 30) / 1000];
    expect(earlierThan("2026-10-25T01:30:00", zone)).to.equal(first - 1);
    expect(laterThan("2026-10-25T01:30:00", zone)).to.equal(second + 1);
  });

  it("puts files where they are, else into the instance's folders, log apart from data", () => {
    const files = [
      { LogicalName: "K2", PhysicalName: "D:\\Data\\K2.mdf", Type: "D" },
      { LogicalName: "K2_log", PhysicalName: "L:\\Log\\K2.ldf", Type: "L" },
    ];
    const folders = { data: "E:\\Data\\", log: "F:\\Log" };
    expect(movesFor(files, [], folders)).to.deep.equal([
      { name: "K2", path: "E:\\Data\\K2.mdf" },
      { name: "K2_log", path: "F:\\Log\\K2.ldf" },
    ]);
    expect(movesFor(files, [{ name: "k2", path: "G:\\here.mdf" }], folders)[0]).to.deep.equal({
      name: "K2",
      path: "G:\\here.mdf",
    });
  });
});

describe("log shipping: what a job differs in", () => {
  const wanted = { name: "j", isEnabled: true, schedule: every("s", 60), command: "c" };
  const row: JobRow = {
    enabled: 1,
    command: "c",
    schedule: "s",
    scheduleEnabled: 1,
    freqType: 4,
    freqInterval: 1,
    subdayType: 8,
    subdayInterval: 1,
    startTime: 0,
  };

  it("is nothing where all is as wanted, whatever its schedule is called", () => {
    expect(jobDifferences(wanted, [{ ...row, schedule: "another name" }])).to.deep.equal([]);
    expect(
      jobDifferences({ ...wanted, schedule: sundays("w", 2) }, [
        { ...row, freqType: 8, subdayType: 1, subdayInterval: 0, startTime: 20000 },
      ]),
    ).to.deep.equal([]);
  });

  const cases: readonly (readonly [string, readonly JobRow[], string])[] = [
    ["it is missing", [], 'there is no job "j"'],
    ["it is disabled", [{ ...row, enabled: 0 }], 'job "j" is disabled'],
    ["its schedule is off", [{ ...row, scheduleEnabled: 0 }], 'job "j" lacks its schedule'],
    ["it runs at other times", [{ ...row, subdayInterval: 2 }], 'job "j" lacks its schedule'],
    [
      "it runs by a second schedule",
      [row, { ...row, schedule: "lunch", freqInterval: 2 }],
      'job "j" runs by the schedule "lunch", too',
    ],
    ["it does something else", [{ ...row, command: "x" }], 'job "j" does something else'],
  ];
  for (const [name, rows, says] of cases)
    it(`is said: ${name}`, () => {
      expect(jobDifferences(wanted, rows)).to.include(says);
    });

  it("is said for adopted jobs in minutes", () => {
    expect(intervalDifferences("j", 60, [row])).to.deep.equal([]);
    expect(intervalDifferences("j", 15, [row])).to.deep.equal([
      'job "j" runs every 60 minutes, not every 15',
    ]);
    expect(intervalDifferences(null, 15, [])).to.deep.equal(['there is no job "of log shipping"']);
    expect(differs("the hold", null, 180, false)).to.deep.equal(['the hold is not set, not "180"']);
  });
});
