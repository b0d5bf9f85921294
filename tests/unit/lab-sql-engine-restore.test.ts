import { expect } from "chai";
import { corruptFile } from "../../lab/servers/sql/engine/faults.ts";
import type { SqlInstance } from "../../lab/servers/sql/engine/instance.ts";
import { errorsOf, type ManualClock, type MemoryDisk, startInstance } from "./lab-sql-engine-support.ts";
import { until } from "./until.ts";

const minute = 60_000;

/** K2 with a full backup at 20:00 and logs at 21:00 (a row at 20:10) and 22:00 (a row at 21:10). */
async function withBackups(): Promise<{ instance: SqlInstance; clock: ManualClock; disk: MemoryDisk }> {
  const lab = await startInstance();
  const { instance, clock } = lab;
  await instance.run("CREATE DATABASE K2");
  await instance.run("CREATE TABLE dbo.T (at datetime)", "K2");
  await instance.run("BACKUP DATABASE K2 TO DISK = N'D:\\backup\\K2.bak' WITH INIT, CHECKSUM");
  for (const name of ["1", "2"]) {
    await clock.advance(10 * minute);
    await instance.run("INSERT dbo.T VALUES (GETDATE())", "K2");
    await clock.advance(50 * minute);
    await instance.run(`BACKUP LOG K2 TO DISK = N'D:\\backup\\${name}.trn' WITH INIT`);
  }
  return lab;
}
const full = "RESTORE DATABASE K2 FROM DISK = N'D:\\backup\\K2.bak' WITH NORECOVERY, REPLACE";
const log = (name: string, options = "NORECOVERY"): string =>
  `RESTORE LOG K2 FROM DISK = N'D:\\backup\\${name}.trn' WITH ${options}`;
const count = async (instance: SqlInstance): Promise<unknown> =>
  (await instance.run("SELECT COUNT(*) AS n FROM dbo.T", "K2")).rows[0]?.["n"];

describe("the SQL Server stand-in's backup and restore", () => {
  const refusals: readonly [string, readonly string[], string, readonly number[]][] = [
    ["a log on a database that is open", [], log("1"), [3117, 3013]],
    ["a log on a database that is not there", [], log("1").replace("LOG K2", "LOG Other"), [3118, 3013]],
    ["a log that is too recent", [full], log("2"), [4305, 3013]],
    ["a log that has been applied", [full, log("1")], log("1"), [4326, 3013]],
    ["a full restore over a tail that is not backed up", [], full.replace(", REPLACE", ""), [3159, 3013]],
    [
      "another database's backup",
      ["CREATE DATABASE B"],
      full.replace("DATABASE K2", "DATABASE B").replace(", REPLACE", ""),
      [3154, 3013],
    ],
    ["RECOVERY of an open database", [], "RESTORE DATABASE K2 WITH RECOVERY", [3153, 3013]],
    ["a stop time before the full backup's end", [], `${full}, STOPAT = '2026-11-21T19:00:00'`, [4338, 3013]],
    [
      "a stop time before what is applied",
      [full, log("1"), log("2")],
      log("2", "NORECOVERY, STOPAT = '2026-11-21T20:30:00'"),
      [4326, 3013],
    ],
    ["a file that is not there", [full], log("none"), [3201, 3013]],
    ["a set that is not in the file", [full], log("1", "NORECOVERY, FILE = 7"), [3287, 3013]],
    ["a log as a database", [], full.replace("K2.bak", "1.trn"), [3135, 3013]],
    ["CHECKSUM of a set without", [full], log("1", "NORECOVERY, CHECKSUM"), [3187, 3013]],
    [
      "a logical file that is not in the backup",
      [],
      `${full}, MOVE N'nope' TO N'D:\\x.mdf'`,
      [3234, 3119, 3013],
    ],
    ["a database that a restore has in hand", [full], "SELECT * FROM K2.dbo.T", [927]],
    ["USE of a database in restore", [full], "USE K2", [927]],
    ["ALTER DATABASE on a database in restore", [full], "ALTER DATABASE K2 SET READ_ONLY", [5052, 5069]],
    ["a backup of a database in restore", [full], "BACKUP LOG K2 TO DISK = 'D:\\backup\\x.trn'", [927, 3013]],
    [
      "a log backup in the SIMPLE model",
      ["ALTER DATABASE K2 SET RECOVERY SIMPLE"],
      "BACKUP LOG K2 TO DISK = 'D:\\backup\\x.trn'",
      [4208, 3013],
    ],
    [
      "a log backup without a full one",
      ["CREATE DATABASE N"],
      "BACKUP LOG N TO DISK = 'D:\\backup\\x.trn'",
      [4214, 3013],
    ],
    [
      "a backup of a database that is not there",
      [],
      "BACKUP DATABASE Nope TO DISK = 'D:\\backup\\x.bak'",
      [911, 3013],
    ],
    [
      "a backup into a folder that is not there",
      [],
      "BACKUP DATABASE K2 TO DISK = 'D:\\none\\x.bak'",
      [3201, 3013],
    ],
    [
      "a backup in a transaction",
      [],
      "BEGIN TRAN; BACKUP DATABASE K2 TO DISK = 'D:\\backup\\x.bak'; ROLLBACK",
      [3021, 3013],
    ],
    [
      "an option that does not exist",
      [],
      "BACKUP DATABASE K2 TO DISK = 'D:\\backup\\x.bak' WITH NONSENSE",
      [155],
    ],
    [
      "a second database on the same files",
      [],
      full.replace("DATABASE K2", "DATABASE C"),
      [1834, 3156, 1834, 3156, 3119, 3013],
    ],
  ];
  for (const [what, before, statement, numbers] of refusals)
    it(`refuses ${what} with ${numbers.join(", ")}`, async () => {
      const { instance } = await withBackups();
      for (const sql of before) expect(await errorsOf(instance, sql)).to.deep.equal([]);
      expect(await errorsOf(instance, statement)).to.deep.equal(numbers);
    });

  it("applies the commits at or before STOPAT and none after", async () => {
    const { instance } = await withBackups();
    const until = "NORECOVERY, STOPAT = '2026-11-21T20:10:00'";
    for (const sql of [full, log("1", until), log("2", until), "RESTORE DATABASE K2 WITH RECOVERY"])
      await instance.run(sql);
    expect(await count(instance)).to.equal(1);
  });

  it("leaves the database restoring with 4322 when the log ends before STOPAT, whatever was asked", async () => {
    const { instance } = await withBackups();
    await instance.run(full);
    const { messages, errors } = await instance.run(log("1", "RECOVERY, STOPAT = '2026-11-21T21:30:00'"));
    expect(errors).to.deep.equal([]);
    expect(messages.map((message) => message.number)).to.include(4322);
    expect(instance.database("K2")?.state).to.equal("RESTORING");
  });

  it("refuses a stop time before what was rolled forward with 4335", async () => {
    const { instance } = await withBackups();
    for (const sql of [full, log("1")]) await instance.run(sql);
    expect(await errorsOf(instance, log("2", "NORECOVERY, STOPAT = '2026-11-21T20:05:00'"))).to.deep.equal([
      4335, 3013,
    ]);
  });

  it("compares STOPAT with the source server's own clock", async () => {
    const { instance } = await startInstance({ timeZone: "America/New_York" });
    await instance.run("CREATE DATABASE K2");
    await instance.run("CREATE TABLE dbo.T (at datetime)", "K2");
    await instance.run("BACKUP DATABASE K2 TO DISK = N'D:\\backup\\K2.bak'");
    await instance.run("INSERT dbo.T VALUES (GETDATE())", "K2");
    await instance.run("BACKUP LOG K2 TO DISK = N'D:\\backup\\1.trn'");
    for (const sql of [
      full,
      log("1", "NORECOVERY, STOPAT = '2026-11-21T15:00:00'"),
      "RESTORE DATABASE K2 WITH RECOVERY",
    ])
      await instance.run(sql);
    expect(await count(instance), "20:00 UTC is 15:00 in New York").to.equal(1);
  });

  it("begins a new fork at each recovery and refuses log of the one it left with 4330", async () => {
    const { instance } = await withBackups();
    for (const sql of [
      full,
      log("1", "NORECOVERY, STOPAT = '2026-11-21T20:05:00'"),
      "RESTORE DATABASE K2 WITH RECOVERY",
    ])
      await instance.run(sql);
    await instance.run("BACKUP LOG K2 TO DISK = N'D:\\backup\\tail.trn' WITH NORECOVERY, INIT");
    expect(await errorsOf(instance, log("2"))).to.deep.equal([4330, 3013]);
  });

  it("keeps the database restoring after a tail backup WITH NORECOVERY, and opens it again where it was", async () => {
    const { instance } = await withBackups();
    await instance.run("BACKUP LOG K2 TO DISK = N'D:\\backup\\tail.trn' WITH NORECOVERY, INIT");
    expect(instance.database("K2")?.state).to.equal("RESTORING");
    await instance.run("RESTORE DATABASE K2 WITH RECOVERY");
    expect(await count(instance)).to.equal(2);
  });

  it("gives a standby database to readers between two logs", async () => {
    const { instance } = await withBackups();
    for (const sql of [full, log("1", "STANDBY = N'D:\\backup\\undo.tuf'")]) await instance.run(sql);
    expect(await count(instance)).to.equal(1);
    expect(await errorsOf(instance, "INSERT dbo.T VALUES (NULL)", "K2")).to.deep.equal([3906]);
    expect(await errorsOf(instance, "BACKUP DATABASE K2 TO DISK = N'D:\\backup\\x.bak'")).to.deep.equal([
      3036, 3013,
    ]);
    expect(await errorsOf(instance, log("2"))).to.deep.equal([]);
  });

  it("refuses a damaged file: 3241 where it is no backup, 3183 where a checksum fails", async () => {
    const { instance, disk } = await withBackups();
    await disk.write("D:\\backup\\junk.bak", Buffer.from("not a backup"));
    expect(await errorsOf(instance, full.replace("K2.bak", "junk.bak"))).to.deep.equal([3241, 3013]);
    await corruptFile(disk, "D:\\backup\\K2.bak");
    expect(await errorsOf(instance, full)).to.deep.equal([3183, 3013]);
  });

  it("needs the database for itself: 3102 from inside it, 3101 beside another session", async () => {
    const { instance } = await withBackups();
    expect(await errorsOf(instance, full, "K2")).to.deep.equal([3102, 3013]);
    const other = instance.login({
      user: "sa",
      password: "Sa-Passw0rd",
      database: "K2",
      hostName: "h",
      appName: "a",
    });
    expect(await errorsOf(instance, full)).to.deep.equal([3101, 3013]);
    if ("refused" in other) throw new Error("sa may log in");
    other.close();
    expect(await errorsOf(instance, full)).to.deep.equal([]);
  });

  it("leaves the database restoring when ATTENTION ends a slow restore", async () => {
    const { instance } = await withBackups();
    instance.speed.restoreMs = 5000;
    instance.speed.progressMessages = 1000;
    const abort = new AbortController();
    const restore = instance.run(full, "master", { signal: abort.signal });
    await until("it restores", () =>
      [...instance.sessions.values()].some((s) => (s.running?.percent ?? 0) > 0),
    );
    abort.abort();
    const { errors } = await restore;
    expect(errors).to.deep.equal([]);
    expect(instance.database("K2")?.state).to.equal("RESTORING");
  });

  it("keeps backup and restore history in msdb with chained LSNs that lose no digit", async () => {
    const { instance } = await withBackups();
    const { rows } = await instance.run(
      "SELECT type, CONVERT(varchar(25), first_lsn) AS f, CONVERT(varchar(25), last_lsn) AS l FROM msdb.dbo.backupset WHERE database_name = N'K2' ORDER BY backup_set_id",
    );
    expect(rows.map((row) => row["type"])).to.deep.equal(["D", "L", "L"]);
    expect(rows[2]?.["f"]).to.equal(rows[1]?.["l"]);
    expect(BigInt(String(rows[1]?.["f"])) <= BigInt(String(rows[0]?.["l"]))).to.equal(true);
    await instance.run(full);
    const restores = await instance.run(
      "SELECT destination_database_name, restore_type, replace FROM msdb.dbo.restorehistory",
    );
    expect(restores.rows).to.deep.equal([
      { destination_database_name: "K2", restore_type: "D", replace: true },
    ]);
  });

  it("gives HEADERONLY 56 columns up to 2019 and 59 in 2022", async () => {
    for (const [version, width] of [
      ["2019", 56],
      ["2022", 59],
    ] as const) {
      const { instance } = await startInstance({ version });
      await instance.run("BACKUP DATABASE msdb TO DISK = N'D:\\backup\\m.bak'");
      const { columns } = await instance.run("RESTORE HEADERONLY FROM DISK = N'D:\\backup\\m.bak'");
      expect(columns.length, version).to.equal(width);
    }
  });

  it("refuses a backup of a newer version with 3169 and STANDBY of an older one with 3180", async () => {
    const { instance: old, disk, clock } = await startInstance({ version: "2017" });
    await old.run("CREATE DATABASE K2; BACKUP DATABASE K2 TO DISK = N'D:\\backup\\K2.bak'");
    const newer = await startInstance({ version: "2022", disk, clock, name: "SQLNEW" });
    expect(
      await errorsOf(
        newer.instance,
        "RESTORE DATABASE K2 FROM DISK = N'D:\\backup\\K2.bak' WITH STANDBY = N'D:\\backup\\u.tuf'",
      ),
    ).to.deep.equal([3180, 3013]);
    await newer.instance.run("CREATE DATABASE N; BACKUP DATABASE N TO DISK = N'D:\\backup\\N.bak'");
    expect(await errorsOf(old, "RESTORE DATABASE N FROM DISK = N'D:\\backup\\N.bak'")).to.deep.equal([
      3169, 3013,
    ]);
  });

  it("fails a statement that the lab ordered to fail, once", async () => {
    const { instance } = await withBackups();
    instance.faults.failNext({
      statement: /RESTORE LOG/,
      number: 3203,
      text: 'Read on "x" failed: 23(Data error)',
    });
    await instance.run(full);
    expect(await errorsOf(instance, log("1"))).to.deep.equal([3203, 3013]);
    expect(await errorsOf(instance, log("1"))).to.deep.equal([]);
  });
});
