import { expect } from "chai";
import {
  type LogShippingFacts,
  restoreAlertMin,
  shippedOn,
  timeToDecideMin,
  worstLossMin,
} from "../../components/sql/log-shipping/facts.ts";
import { type LogShippingArgs } from "../../components/sql/log-shipping/index.ts";
import { logShipping as part } from "../../components/sql/log-shipping/part.ts";
import { lookupOf } from "../../model/recovery.ts";
import { factsOf, from, problems, to } from "./log-shipping-fixture.ts";

describe("log shipping: what an owner declares", () => {
  it("is found by either of its servers, all parts of it, and nothing of another kind", () => {
    const facts = factsOf();
    const lookup = {
      parts: () => [
        { id: "data", kind: "sql/log-shipping", facts },
        { id: "more", kind: "sql/log-shipping", facts: { ...facts, databases: ["Claims"] } },
        { id: "else", kind: "toy", facts },
      ],
    };
    for (const host of [from.id, to.id])
      expect(shippedOn(host, lookup).map((s) => [s.part, ...s.facts.databases])).to.deep.equal([
        ["data", ...facts.databases],
        ["more", "Claims"],
      ]);
    expect(shippedOn("SQLX", lookup)).to.deep.equal([]);
  });

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

  it("wants a share of another server for what must outlive this one, and a place of its own for what is saved", () => {
    expect(problems({ awayTo: { dr: "\\\\FILE02\\K2" }, salvageTo: { primary: "E:\\Kept" } })).to.deep.equal(
      [],
    );
    for (const dr of ["D:\\Away", "\\\\sqldr01\\Away", "\\\\SQLDR01.corp.local\\Away", '\\\\FILE02\\a"b'])
      expect(problems({ awayTo: { dr } }).join()).to.match(
        /awayTo\.dr: .*is no share of another server than SQLDR01/,
      );
    for (const dr of ["\\\\SQLDR011\\Away", "\\\\10.0.0.7\\Away"])
      expect(problems({ awayTo: { dr } })).to.deep.equal([]);
    expect(problems({ salvageTo: { primary: "Kept" } }).join()).to.match(
      /salvageTo\.primary: "Kept" is neither a folder with a drive nor a share/,
    );
    expect(problems({ salvageTo: { primary: "d:\\logship\\" } }).join()).to.match(/it is the backup folder/);
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
