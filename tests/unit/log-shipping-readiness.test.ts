import { expect } from "chai";
import { onlyThere } from "../../components/sql/log-shipping/away.ts";
import { LogShippingFacts } from "../../components/sql/log-shipping/facts.ts";
import * as run from "../../components/sql/log-shipping/run.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Finding } from "../../model/finding.ts";
import { lookupOf } from "../../model/recovery.ts";
import { gather } from "../../readiness/gather.ts";
import { abandoned, declared, entriesFor, genesis, moveTo, noReturn, started } from "./journal-facts.ts";
import { failure, told } from "./log-shipping-looks.ts";
import { shippingBench, type Bench } from "./log-shipping-bench.ts";

/** What every estate should have: readiness has nothing to say of it. */
const awayAtDr = { awayTo: { dr: "\\\\FILE02\\K2" } };

/** All looks of the part, as readiness makes them; `only` names one kind. */
async function look(bench: Bench, only?: string, facts = bench.facts): Promise<readonly Finding[]> {
  const { io, end } = bench.io("dr");
  const part = { id: "data", kind: "sql/log-shipping", version: 1, facts };
  const looks = run
    .looks(
      part,
      { from: "primary", to: "dr", mode: "planned" },
      lookupOf({ hosts: [...bench.hosts], parts: [part] }),
    )
    // That both sites are alike is another test's affair.
    .filter((l) => (only === undefined ? !l.id.startsWith("alignment:") : l.id.startsWith(`${only}:`)));
  const { findings } = await gather(looks, {
    io,
    to: "dr",
    hosts: bench.hosts,
    limitSec: 20,
    before: () => [],
  });
  await end();
  return findings;
}
describe("Readiness of log shipping", function () {
  this.timeout(60_000);
  const benches: Bench[] = [];
  const shipped = async (...args: Parameters<typeof shippingBench>): Promise<Bench> => {
    const [quarters, change, options] = args;
    const made = await shippingBench(quarters, change ?? awayAtDr, options);
    benches.push(made);
    made.entries.push(...entriesFor(genesis));
    return made;
  };
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.close();
  });

  it("finds nothing where logs are shipped, jobs run, logins are there, and backups will lie on another server", async () => {
    expect(told(await look(await shipped(6)))).to.deep.equal([]);
  });

  it("finds a site that would keep all its backups on the server of the data, also the active one while it has no standby", async () => {
    const bench = await shipped(0, {});
    const after =
      "risk away:data/dr: after a move to dr backups of K2 lie on SQLDR01 alone, the server that holds the data, until the other site follows again";
    const [found] = await look(bench, "away");
    expect(told(found ? [found] : [])).to.deep.equal([after]);
    expect(found?.todo).to.contain('awayTo: { dr: "\\\\\\\\FILE02\\\\K2" }');
    const inJournal = async (...facts: readonly Fact[]): Promise<readonly string[]> => {
      bench.entries.splice(0, Infinity, ...entriesFor(genesis, declared, ...facts));
      return told(await look(bench, "away"));
    };
    const now =
      "risk away:data/primary: primary has no standby, and backups of K2 lie on SQLPRD01 alone, the server that holds the data, until the other site follows again";
    const adopted: Fact = {
      kind: "adopted",
      active: "primary",
      epoch: 1,
      as: "op",
      reason: "by hand",
      seen: [],
    };
    const wentBack: Fact = { kind: "abandoned", epoch: 1, as: "op", reason: "x", lossSec: 60 };
    const follows: Fact = { kind: "readiness", to: "dr", verdict: "warnings", findings: [], noted: {} };
    expect(await inJournal(adopted)).to.deep.equal([after, now]);
    expect(await inJournal(adopted, follows), "it has a standby again").to.deep.equal([after]);
    expect(await inJournal(moveTo("dr"), started(1), noReturn(1), wentBack)).to.deep.equal([after, now]);
    expect(await inJournal(moveTo("dr"), started(1), abandoned(1))).to.deep.equal([after]);
    const share = LogShippingFacts.parse({
      ...bench.facts,
      way: { ...bench.facts.way, dr: { ...bench.facts.way.dr, backupFolder: "\\\\FILE02\\K2" } },
    });
    expect(onlyThere(share, "dr"), "a share of another server is away").to.equal(undefined);
    expect(
      onlyThere({ ...share, host: { ...share.host, dr: "file02" } }, "dr"),
      "its own is not",
    ).to.not.equal(undefined);
    for (const host of ["file02.corp.local", "FILE02.other.local"])
      expect(onlyThere({ ...share, host: { ...share.host, dr: host } }, "dr"), host).to.not.equal(undefined);
  });

  it("looks at the job that copies backups away: that it is there and enabled, how it ended, and what lies there", async () => {
    const bench = await shipped(4);
    const awayTo = "\\\\SQLDR01\\Away";
    await bench.disk("dr").makeFolder("S:\\Away");
    const facts = { ...bench.facts, awayTo: { primary: awayTo, dr: "\\\\FILE02\\K2" } };
    const found = async (): Promise<readonly string[]> => told(await look(bench, "away-job", facts));
    const copy = () =>
      bench.verb("sql/log-shipping/copy-away", {
        ...{ database: "K2", host: "SQLPRD01", backupFolder: facts.way.primary.backupFolder },
        ...{ awayTo, everyMin: 60 },
      });
    const job = 'the job "parallel-standby copy away K2" on SQLPRD01';
    expect(await found()).to.deep.equal([
      `risk away-job:data/K2: SQLPRD01 has no job "parallel-standby copy away K2", which copies backups of K2 to ${awayTo}`,
    ]);
    // This bench's cmd.exe has no "& if errorlevel": robocopy's 1, files were copied, reaches Agent.
    await failure(copy());
    const failed = await found();
    expect(failed).to.have.length(2);
    expect(failed[0]).to.equal(`risk away-job:data/K2: ${job}, which copies backups of K2 away, is disabled`);
    expect(failed[1]).to.match(
      /^risk away-outcome:data\/K2: .* failed when it last ran: .*Process Exit Code 1/,
    );
    await copy();
    expect(await found()).to.deep.equal([]);
    await bench.run(
      "primary",
      "EXEC msdb.dbo.sp_update_job @job_name = N'parallel-standby copy away K2', @enabled = 0",
    );
    await bench.work(16);
    const [files, disabled] = await found();
    expect(disabled).to.contain("is disabled");
    expect(files).to.match(
      /^risk away-files:data\/K2: the newest log of K2 in \\\\SQLDR01\\Away \(K2_\d{14}\.trn\) is 240 minutes older than the newest on SQLPRD01$/,
    );
    for (const { name } of await bench.disk("dr").list("S:\\Away"))
      await bench.disk("dr").remove(`S:\\Away\\${name}`);
    expect((await found())[0]).to.equal(`risk away-files:data/K2: SQLPRD01 sees no log of K2 in ${awayTo}`);
  });

  it("finds a login that the standby lacks, and one that it has under another SID", async () => {
    const bench = await shipped(2);
    const login = (at: "primary" | "dr", name: string) =>
      bench.run(at, `CREATE LOGIN [${name}] WITH PASSWORD = N'x y z', CHECK_POLICY = OFF`);
    for (const name of ["app", "other"]) {
      await login("primary", name);
      await bench.run("primary", `CREATE USER [${name}] FOR LOGIN [${name}]`, "K2");
    }
    await login("dr", "other");
    expect(told(await look(bench))).to.deep.equal([
      "risk recorded:data/K2: owner, settings or logins of K2 have changed on SQLPRD01 since they were recorded (SQLPRD01, SQLDR01)",
    ]);
    await bench.verb("sql/log-shipping/record-identity", { database: "K2", from: "SQLPRD01", to: "SQLDR01" });
    const found = await look(bench);
    expect(told(found)).to.deep.equal([
      "stops logins:data/K2: SQLDR01 lacks logins that K2 needs: app. Nobody would get into it by them",
      "note login-sids:data/K2: SQLDR01 has logins of K2 under another SID: other",
    ]);
    expect(found[0]?.todo).to.contain(
      'have them created with the SID and the password that they have at the source: pulumi up -s standby --replace "**command:local:Command::**"',
    );
    const adopted = await look(bench, "logins", { ...bench.facts, manage: "adopt" });
    expect(adopted[0]?.todo).to.match(/^create them there with the SID/);
  });

  it("finds a job that lacks or is disabled at either side, and one that is enabled where its role is not", async () => {
    const bench = await shipped(2);
    const job = (at: "primary" | "dr", name: string, enabled: 0 | 1) =>
      bench.run(at, `EXEC msdb.dbo.sp_update_job @job_name = N'${name}', @enabled = ${String(enabled)}`);
    await job("dr", "LSCopy_SQLPRD01_K2", 0);
    await job("dr", "LSRestore_SQLPRD01_K2", 0);
    await job("primary", "LSBackup_K2", 0);
    expect(told(await look(bench))).to.have.members([
      'risk job:data/SQLDR01/LSCopy_SQLPRD01_K2: the job "LSCopy_SQLPRD01_K2" on SQLDR01, which copies the logs of K2, is disabled',
      'risk job:data/SQLDR01/LSRestore_SQLPRD01_K2: the job "LSRestore_SQLPRD01_K2" on SQLDR01, which restores the logs of K2, is disabled',
      'risk job:data/SQLPRD01/LSBackup_K2: the job "LSBackup_K2" on SQLPRD01, which backs up the log of K2, is disabled',
    ]);
    await bench.run("primary", "EXEC msdb.dbo.sp_delete_job @job_name = N'LSBackup_K2'");
    await bench.run("dr", "EXEC msdb.dbo.sp_add_job @job_name = N'LSBackup_K2', @enabled = 1");
    await job("dr", "LSCopy_SQLPRD01_K2", 1);
    await job("dr", "LSRestore_SQLPRD01_K2", 1);
    const mend = async (facts = bench.facts): Promise<string | undefined> =>
      (await look(bench, "source-jobs", facts))[0]?.todo;
    expect(await mend()).to.equal(
      'have it made again: pulumi up -s primary --replace "**command:local:Command::**"',
    );
    expect(await mend({ ...bench.facts, manage: "adopt" })).to.match(/^make it again by hand/);
    expect(told(await look(bench))).to.have.members([
      'stops job:data/SQLPRD01/LSBackup_K2: SQLPRD01 has no job "LSBackup_K2", which backs up the log of K2',
      'risk stray-job:data/SQLDR01/LSBackup_K2: the job "LSBackup_K2" is enabled on SQLDR01, which is the standby of K2: it belongs to the site that is active',
    ]);
  });

  it("does not miss the restore job while a declared move holds it", async () => {
    const bench = await shipped(2);
    await bench.run("dr", "EXEC msdb.dbo.sp_update_job @job_name = N'LSRestore_SQLPRD01_K2', @enabled = 0");
    const held = { seq: 1, prev: "", at: new Date().toISOString(), by: "t", hash: "h" };
    bench.entries.push({ kind: "held", part: "data", says: "held", ...held });
    expect(told(await look(bench))).to.deep.equal([]);
  });

  it("finds a log backup that somebody else took, and then the gap at the standby", async () => {
    const bench = await shipped(4);
    await bench.run("primary", "INSERT dbo.Work (doneAt) VALUES (GETUTCDATE())", "K2");
    await bench.run("primary", "BACKUP LOG [K2] TO DISK = N'D:\\backup\\foreign.trn'");
    const [foreign] = await look(bench);
    expect(foreign?.severity).to.equal("stops");
    expect(foreign?.says).to.match(
      /^1 log backup\(s\) of K2 on SQLPRD01 in the last 14 days went elsewhere than S:\\LogShip, the last on .* to D:\\backup\\foreign\.trn by /,
    );
    await bench.work(4);
    const found = await look(bench);
    expect(found.map((f) => f.id)).to.include("gap:data/K2");
    expect(found.find((f) => f.id === "gap:data/K2")?.says).to.match(
      /^the logs of K2 at the standby have a gap: /,
    );
  });

  it("finds a full disk at the standby", async () => {
    const bench = await shipped(2);
    bench.disk("dr").isFull = true;
    const found = await look(bench, "disk");
    expect(found.map((f) => f.id)).to.include("disk:SQLDR01/D");
    expect(found[0]?.says).to.match(
      /^drive [CD]: of SQLDR01 has 0 MB free, and the databases of data need \d+ MB more there than they have, and 1024 MB for logs that arrive$/,
    );
  });

  it("finds a database at the source that nobody has declared, and none of its own", async () => {
    const bench = await shipped(2);
    await bench.run("primary", "CREATE DATABASE [Forgotten]");
    expect(told(await look(bench, "undeclared"))).to.deep.equal([
      "risk undeclared:SQLPRD01: SQLPRD01 has databases that no part of the estate takes along: Forgotten. After a move they are where they were",
    ]);
  });

  it("tells a source that does not answer once, as a risk, and goes on at the standby", async () => {
    const bench = await shipped(2);
    await bench.cut("primary");
    const found = await look(bench);
    expect(found.map((f) => `${f.severity} ${f.at}`)).to.deep.equal(["risk SQLPRD01"]);
  });
});
