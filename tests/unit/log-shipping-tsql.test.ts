import { expect } from "chai";
import * as agent from "../../components/sql/log-shipping/tsql/agent.ts";
import * as drill from "../../components/sql/log-shipping/tsql/drill.ts";
import * as changes from "../../components/sql/log-shipping/tsql/changes.ts";
import * as identity from "../../components/sql/log-shipping/tsql/identity.ts";
import * as looks from "../../components/sql/log-shipping/tsql/looks.ts";
import * as readiness from "../../components/sql/log-shipping/tsql/readiness.ts";
import * as shipping from "../../components/sql/log-shipping/tsql/shipping.ts";
import { expectTsql, itParses, type TsqlVersion } from "./tsqlcheck.ts";

const versions: readonly TsqlVersion[] = ["2012", "2014", "2016", "2017", "2019"];
/** Names that end a name, a text or a statement where they are not quoted. */
const nasty = "O'Neil]; DROP DATABASE [K2";
const path = "D:\\Log's]\\K2_20261121220000.trn";
const primary: shipping.PrimarySettings = {
  database: nasty,
  backupFolder: "D:\\Log's",
  backupShare: "\\\\SQLPRD01\\Log's",
  retentionMin: 4320,
  alertMin: 180,
};
const secondary: shipping.SecondarySettings = {
  database: nasty,
  source: "SQLPRD01",
  backupShare: "\\\\SQLPRD01\\Log's",
  copyTo: "E:\\Log's",
  keepMin: 20160,
  holdMin: 180,
  alertMin: 390,
};
const every15 = agent.every("parallel-standby it's", 15);
const sid = Buffer.from("0105000000000005", "hex");

/** Every text with the kinds of statements that it may hold, and nothing else. */
const texts: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  fileSizes: [readiness.fileSizes([nasty]), ["SelectStatement"]],
  freeSpace: [readiness.freeSpace, ["DeclareTableVariableStatement", "InsertStatement", "SelectStatement"]],
  databasesOfPeople: [readiness.databasesOfPeople, ["SelectStatement"]],
  databaseState: [looks.databaseState(nasty), ["SelectStatement"]],
  lastRestore: [looks.lastRestore(nasty), ["SelectStatement"]],
  ownTail: [looks.ownTail(nasty), ["SelectStatement"]],
  filesIn: [looks.filesIn(path), ["DeclareTableVariableStatement", "InsertStatement", "SelectStatement"]],
  headersOf: [
    looks.headersOf(path, 56),
    ["DeclareTableVariableStatement", "InsertStatement", "SelectStatement"],
  ],
  filesOfBackup: [looks.filesOfBackup(path, 1), ["RestoreStatement"]],
  databaseFiles: [looks.databaseFiles(nasty), ["SelectStatement"]],
  defaultFolders: [looks.defaultFolders, ["SelectStatement"]],
  editionOf: [looks.editionOf, ["SelectStatement"]],
  logBackups: [looks.logBackups(nasty, 14), ["SelectStatement"]],
  fullSinceRestore: [looks.fullSinceRestore(nasty), ["SelectStatement"]],
  serverNow: [looks.serverNow, ["SelectStatement"]],
  sessionsIn: [looks.sessionsIn(nasty), ["SelectStatement"]],
  endSession: [looks.endSession(57), ["KillStatement"]],
  logChain: [looks.logChain(nasty), ["SelectStatement"]],
  copyOnlyFull: [changes.copyOnlyFull(nasty, path, true), ["BackupDatabaseStatement"]],
  chainFull: [changes.chainFull(nasty, path, false), ["BackupDatabaseStatement"]],
  singleUser: [changes.singleUser(nasty), ["AlterDatabaseSetStatement"]],
  multiUser: [changes.multiUser(nasty), ["AlterDatabaseSetStatement"]],
  tail: [changes.tail(nasty, path, "sound"), ["BackupTransactionLogStatement"]],
  tailOfDamaged: [changes.tail(nasty, path, "any state"), ["BackupTransactionLogStatement"]],
  tailOfWhatIsLeft: [changes.tail(nasty, path, "what is left"), ["BackupTransactionLogStatement"]],
  restoreLog: [changes.restoreLog(nasty, path, 2, "2026-11-21T22:59:00"), ["RestoreStatement"]],
  restoreFull: [changes.restoreFull(nasty, path, 1, [{ name: "it's", path }], true), ["RestoreStatement"]],
  verifyBackup: [changes.verifyBackup(path, 1), ["RestoreStatement"]],
  recover: [changes.recover(nasty), ["RestoreStatement"]],
  userDatabases: [drill.userDatabases, ["SelectStatement"]],
  volumes: [drill.volumes, ["SelectStatement"]],
  copyFacts: [drill.copyFacts(nasty), ["SelectStatement"]],
  restrict: [drill.restrict(nasty), ["AlterDatabaseSetStatement"]],
  makeReadOnly: [drill.makeReadOnly(nasty), ["AlterDatabaseSetStatement"]],
  makeWritable: [drill.makeWritable(nasty), ["AlterDatabaseSetStatement"]],
  checkWhole: [drill.checkDatabase(nasty, "full"), ["DbccStatement"]],
  checkPages: [drill.checkDatabase(nasty, "physical"), ["DbccStatement"]],
  bringOnline: [drill.bringOnline(nasty), ["AlterDatabaseSetStatement"]],
  dropDatabase: [drill.dropDatabase(nasty), ["DropDatabaseStatement"]],
  rowCount: [drill.rowCount(nasty), ["SelectStatement"]],
  timeColumns: [drill.timeColumns(nasty, 10), ["SelectStatement"]],
  newestIn: [drill.newestIn(nasty, nasty, nasty, nasty, "2026-11-21T22:59:00"), ["SelectStatement"]],
  restoredUntil: [drill.restoredUntil(nasty), ["SelectStatement"]],
  restoredUntilThen: [drill.restoredUntil(nasty, "2026-11-21T22:59:00"), ["SelectStatement"]],
  takeOffline: [changes.takeOffline(nasty), ["AlterDatabaseSetStatement"]],
  makeFolder: [changes.makeFolder("D:\\O'Brien\\K2"), ["ExecuteStatement"]],
  jobStates: [agent.jobStates([nasty, "b"]), ["SelectStatement"]],
  jobOutcome: [agent.jobOutcome(nasty), ["SelectStatement"]],
  enableJob: [agent.enableJob(nasty, true), ["ExecuteStatement"]],
  startJob: [agent.startJob(nasty), ["ExecuteStatement"]],
  jobDetails: [agent.jobDetails(nasty), ["SelectStatement"]],
  setSchedule: [
    agent.setSchedule(nasty, every15),
    [
      "DeclareVariableStatement",
      "IfStatement",
      "BeginEndBlockStatement",
      "ExecuteStatement",
      "ExecuteStatement",
      "ExecuteStatement",
    ],
  ],
  setJob: [
    agent.setJob({ name: nasty, description: "it's", subsystem: "TSQL", command: "SELECT 'x'" }),
    [
      "IfStatement",
      "BeginEndBlockStatement",
      "ExecuteStatement",
      "ExecuteStatement",
      "IfStatement",
      "ExecuteStatement",
      "ExecuteStatement",
    ],
  ],
  primaryConfig: [shipping.primaryConfig(nasty), ["SelectStatement"]],
  primarySecondaries: [shipping.primarySecondaries(nasty), ["SelectStatement"]],
  addPrimary: [shipping.addPrimary(primary, true), ["DeclareVariableStatement", "ExecuteStatement"]],
  changePrimary: [shipping.changePrimary(primary, false), ["ExecuteStatement"]],
  addPrimarySecondary: [shipping.addPrimarySecondary(nasty, "SQLDR01"), ["ExecuteStatement"]],
  secondaryConfig: [shipping.secondaryConfig(nasty), ["SelectStatement"]],
  addSecondaryPrimary: [
    shipping.addSecondaryPrimary(secondary),
    ["DeclareVariableStatement", "ExecuteStatement"],
  ],
  addSecondaryDatabase: [shipping.addSecondaryDatabase(secondary), ["ExecuteStatement"]],
  changeSecondaryPrimary: [shipping.changeSecondaryPrimary(secondary), ["ExecuteStatement"]],
  changeSecondaryDatabase: [shipping.changeSecondaryDatabase(secondary), ["ExecuteStatement"]],
  salvageTail: [changes.salvageTail(nasty, nasty), ["BackupTransactionLogStatement"]],
  takeOnline: [changes.takeOnline(nasty), ["AlterDatabaseSetStatement"]],
  lastOfEach: [looks.lastOfEach(nasty), ["SelectStatement"]],
  slotNow: [shipping.slotNow(3), ["SelectStatement"]],
  weeklyFull: [
    shipping.weeklyFull(nasty, "D:\\Log's", 3, true),
    ["DeclareVariableStatement", "BackupDatabaseStatement"],
  ],
  createFactsDatabase: [identity.createFactsDatabase, ["IfStatement", "CreateDatabaseStatement"]],
  createFactsTables: [
    identity.createFactsTables,
    [
      "UseStatement",
      "IfStatement",
      "CreateTableStatement",
      "IfStatement",
      "CreateTableStatement",
      "IfStatement",
      "CreateTableStatement",
    ],
  ],
  factsTables: [identity.factsTables, ["SelectStatement"]],
  databaseIdentity: [identity.databaseIdentity(nasty), ["SelectStatement"]],
  loginsOf: [identity.loginsOf(nasty), ["SelectStatement"]],
  recordedIdentity: [identity.recordedIdentity(nasty), ["SelectStatement"]],
  recordedLogins: [identity.recordedLogins(nasty), ["SelectStatement"]],
  recordIdentity: [identity.recordIdentity, ["DeleteStatement", "InsertStatement"]],
  forgetLogins: [identity.forgetLogins, ["DeleteStatement"]],
  recordLogin: [identity.recordLogin, ["InsertStatement"]],
  lastSeed: [identity.lastSeed(nasty), ["SelectStatement"]],
  recordSeed: [identity.recordSeed, ["DeleteStatement", "InsertStatement"]],
  serverLogins: [identity.serverLogins, ["SelectStatement"]],
  createSqlLogin: [identity.createSqlLogin(nasty, sid, sid, true), ["CreateLoginStatement"]],
  createWindowsLogin: [identity.createWindowsLogin(nasty), ["CreateLoginStatement"]],
  disableLogin: [identity.disableLogin(nasty), ["AlterLoginEnableDisableStatement"]],
  orphans: [identity.orphans(nasty), ["SelectStatement"]],
  relink: [identity.relink(nasty, nasty, nasty), ["UseStatement", "AlterUserStatement"]],
  setOwner: [identity.setOwner(nasty, nasty), ["AlterAuthorizationStatement"]],
  builtInAdmin: [identity.builtInAdmin, ["SelectStatement"]],
  trust: [identity.trust(nasty), ["AlterDatabaseSetStatement"]],
  enableBroker: [identity.enableBroker(nasty), ["AlterDatabaseSetStatement"]],
};

describe("log shipping: T-SQL", () => {
  for (const [name, [text, kinds]] of Object.entries(texts))
    itParses(
      `${name} is what Microsoft's parser takes, and only the statements that it should be, whatever the names`,
      async () => {
        expect(await expectTsql(text, versions)).to.deep.equal(kinds);
      },
    );

  it("has a test for every text", () => {
    const parts = new Set([
      "every",
      "daily",
      "sundays",
      "headerWidth",
      "fullFile",
      "copyFulls",
      "copyAllAway",
      "moveFile",
    ]);
    const exported = [looks, changes, agent, shipping, identity, readiness]
      .flatMap((module) => Object.keys(module))
      .filter((name) => !/JobName$/.test(name) && name !== "factsDatabase" && !parts.has(name));
    expect(exported.filter((name) => !(name in texts))).to.deep.equal([]);
  });

  it("takes as many columns of a header as each version gives", () => {
    expect([11, 12, 15, 16, 17].map(looks.headerWidth)).to.deep.equal([53, 56, 56, 59, 59]);
    for (const [width, last] of [
      [53, "Containment"],
      [56, "EncryptorType"],
      [59, "CompressionAlgorithm"],
    ] as const) {
      const columns =
        /DECLARE @headers TABLE \(([\s\S]*?)\n\);/
          .exec(looks.headersOf(path, width))?.[1]
          ?.trim()
          .split(",\n") ?? [];
      expect(columns).to.have.length(width);
      expect(columns.at(-1)).to.contain(last);
    }
  });

  it("tells the same stop to every log, and leaves every database closed", () => {
    expect(changes.restoreLog("K2", "E:\\a.trn", 1, "2026-11-21T22:59:00")).to.equal(
      "RESTORE LOG [K2] FROM DISK = N'E:\\a.trn' WITH FILE = 1, NORECOVERY, STOPAT = N'2026-11-21T22:59:00';",
    );
    expect(changes.restoreLog("K2", "E:\\a.trn", 1, undefined)).to.not.contain("STOPAT");
    expect(changes.restoreFull("K2", "E:\\a.bak", 1, [], false))
      .to.contain("NORECOVERY")
      .and.not.contain("REPLACE");
  });

  it("tells Agent whole hours as hours, since it takes at most 100 minutes", () => {
    expect(agent.every("s", 60)).to.include({ subdayType: 8, subdayInterval: 1 });
    expect(agent.every("s", 120)).to.include({ subdayType: 8, subdayInterval: 2 });
    expect(agent.every("s", 15)).to.include({ subdayType: 4, subdayInterval: 15 });
  });

  it("runs robocopy so that its codes below 8, which are success, end the job well", () => {
    expect(shipping.copyFulls("K2", "\\\\SQLPRD01\\LogShip\\", "E:\\LogShip")).to.equal(
      'cmd.exe /c "robocopy "\\\\SQLPRD01\\LogShip" "E:\\LogShip" "K2_full_*.bak" /R:5 /W:10 /NP & if errorlevel 8 (exit 1) else (exit 0)"',
    );
  });
});
