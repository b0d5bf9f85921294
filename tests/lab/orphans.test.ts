import { expect } from "chai";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EntryOf } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import type { Child } from "../../lab/play/machine.ts";
import type { Rig } from "../../lab/play/rig.ts";
import {
  declare,
  engineMs,
  entriesOn,
  failed,
  k2IsWell,
  labTime,
  ok,
  provisioned,
  situationOf,
  start,
  unchanged,
  until,
  up,
} from "./stage.ts";

const databases = ["K2", "Claims"] as const;

/** The runner of a step: its process. */
interface Runner {
  readonly step: string;
  readonly pid: number;
}

/** The runners that hold a lock whose name begins so. */
async function runners({ folder }: Rig, lock: string): Promise<readonly Runner[]> {
  const store = folderStore(join(folder, ".lab", "journal"), undefined, () => undefined);
  return (await store.leases())
    .filter((l) => l.name.startsWith(lock))
    .map(({ name, who }) => ({ step: name.slice(lock.length), pid: Number(who.split("#")[1]) }));
}

/** Whether the process above it has ended: what freezes before that is ended by the system together with it. */
const isAlone = async ({ pid }: Runner): Promise<boolean> =>
  (await readFile(`/proc/${String(pid)}/stat`, "utf8")).split(") ")[1]?.split(" ")[1] === "1";

async function killEngine(engine: Child): Promise<void> {
  process.kill(engine.pid ?? 0, "SIGKILL");
  await engine.done;
}

describe("runners that outlive their engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let seeds: readonly Runner[];
  let updatesBefore: number;
  const seedOf = (database: string): number => seeds.find((s) => s.step.endsWith(database))?.pid ?? 0;
  const restoresFromFull = async (): Promise<readonly unknown[]> =>
    (
      await made.lab
        .sql("SQLDR01")
        .run("SELECT destination_database_name FROM msdb.dbo.restorehistory WHERE restore_type = 'D'")
    ).rows;
  const refusalOf = async (database: string): Promise<string | undefined> =>
    (await entriesOn(made, `k2-data/seed/${database}`)).find((e) => e.verdict === "refused")?.says;

  /** Both databases are being restored anew when the engine is killed: their backups have come over, nothing is overwritten yet. */
  before(async () => {
    made = await provisioned({ hours: 5 });
    const estate = join(made.folder, "estate.ts");
    await writeFile(
      estate,
      (await readFile(estate, "utf8")).replace('replaces: ["K2"],', '$&\n  reseed: "2026-11-22 to see it",'),
    );
    await made.lab.clock.advance(30 * 60_000 + 20_000);
    const sql = made.lab.sql("SQLDR01");
    sql.speed.jobStepMs = 3_000;
    const jobs = (
      await sql.run("SELECT job_id FROM msdb.dbo.sysjobs WHERE name LIKE N'parallel-standby copy fulls %'")
    ).rows.map((r) => String(r["job_id"]));
    const engine = start(made, "standby");
    await until("both backups are being copied", () => jobs.every((j) => sql.agent.isJobRunning(j)));
    await killEngine(engine);
    seeds = await runners(made, "provision k2-data/seed/");
    await until("nothing is above them", async () => (await Promise.all(seeds.map(isAlone))).every(Boolean));
    for (const { pid } of seeds) process.kill(pid, "SIGSTOP");
    await Promise.all(jobs.map((j) => sql.agent.whenIdle(j)));
    sql.speed.jobStepMs = 0;
  });
  after(() => made.close());

  it("restore nothing over the copy that is needed, once a move is declared", async () => {
    expect(seeds.map((s) => s.step).sort()).to.deep.equal(["Claims", "K2"]);
    updatesBefore = made.lab.dns.server.updates.length;
    const before = await restoresFromFull();
    const at = labTime(made);
    await made.lab.network.siteDown("primary");
    ok(await declare(made, at));
    process.kill(seedOf("K2"), "SIGCONT");
    await until("it is refused", async () => (await refusalOf("K2")) !== undefined, 15_000);
    expect(await refusalOf("K2")).to.match(/restores of k2-data are held for a declared move/);
    expect(await restoresFromFull()).to.deep.equal(before);
  });

  /** Number of the journal's entries when each `up` of the cutover began. */
  const begins: number[] = [];
  async function begin(): Promise<Child> {
    begins.push((await made.entries()).length);
    return start(made, "dr-active");
  }
  /** Kills while a step runs. */
  async function whileRuns(step: string, kill: () => Promise<void>): Promise<void> {
    await until(`${step} runs`, async () => (await situationOf(made)).begun.has(step), 120_000);
    await kill();
  }

  it("are waited for by a cutover; one that stirs no more is left behind, and refused when it wakes", async () => {
    const engine = await begin();
    await until("the cutover waits", () =>
      /waiting for "provision k2-data\/seed\/Claims" of /.test(engine.said()),
    );
    expect((await situationOf(made)).epoch).to.equal(0);
    // Longer than the lock of a runner that does not stir is held for alive.
    await made.lab.clock.advance(16_000);
    await until("a database is open", async () => (await situationOf(made)).noReturn, 120_000);
    made.lab.network.hostSlow("SQLDR01", 40);
    await whileRuns("k2-data/repair-identity/K2", () => killEngine(engine));
    made.lab.network.hostSlow("SQLDR01", 0);
    process.kill(seedOf("Claims"), "SIGCONT");
    await until("it is refused", async () => (await refusalOf("Claims")) !== undefined, 15_000);
    expect(await refusalOf("Claims")).to.match(/activation 1 toward dr is unfinished/);
    const { rows } = await made.lab
      .sql("SQLDR01")
      .run("SELECT state_desc FROM sys.databases WHERE name IN (N'K2', N'Claims')");
    expect(rows.map((r) => r["state_desc"])).to.deep.equal(["ONLINE", "ONLINE"]);
  });

  it("leave the old site unprovisioned while the estate moves", async () => {
    failed(
      await up(made, "primary"),
      /activation 1 toward dr is unfinished and past the point of no return: databases are open at dr, and nothing is provisioned while the estate moves/,
    );
  });

  it("let the cutover go on: after a power cut as a service starts, and after an engine killed as an alias flips", async () => {
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    const second = await begin();
    await whileRuns("k2/start/K2DR01/K2 Server", () => made.powerCut());
    await second.done;
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    made.lab.network.hostSlow("DNS01", 200);
    const third = await begin();
    await whileRuns("k2.corp.example/flip", () => killEngine(third));
    made.lab.network.hostSlow("DNS01", 0);
    ok(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]));
    ok(await (await begin()).done);
    expect((await situationOf(made)).active).to.equal("dr");
    await k2IsWell(made);
    unchanged(await up(made, "dr-active"));
  });

  it("and no step acts twice: whatever began again only finds what an orphan has done", async () => {
    const told = (await made.entries()).filter(
      (e): e is EntryOf<"step"> => e.kind === "step" && e.epoch === 1,
    );
    const again: string[] = [];
    for (const [step, entries] of Map.groupBy(told, (e) => e.step)) {
      const verdicts = entries.map((e) => e.verdict).filter((v) => v !== "started");
      expect(verdicts[0], step).to.be.oneOf(["done", "already", "waived"]);
      expect(
        verdicts.slice(1).filter((v) => v !== "already" && v !== "waived"),
        step,
      ).to.deep.equal([]);
      const runs = entries
        .filter((e) => e.verdict === "started")
        .map((e) => begins.findLastIndex((seq) => seq <= e.seq));
      expect(new Set(runs).size, `${step} began twice in one run`).to.equal(runs.length);
      if (runs.length > 1) again.push(step);
    }
    expect(again).to.include.members([
      "k2-data/repair-identity/K2",
      "k2/start/K2DR01/K2 Server",
      "k2.corp.example/flip",
    ]);
    expect(again.length, "what had ended did not begin again").to.be.lessThan(12);
  });

  it("nor does anything happen twice on the servers", async () => {
    const { rows } = await made.lab
      .sql("SQLDR01")
      .run("SELECT database_name FROM msdb.dbo.backupset WHERE type = 'D' AND server_name = N'SQLDR01'");
    expect(
      rows
        .map((r) => r["database_name"])
        .filter((n) => databases.some((d) => d === n))
        .sort(),
    ).to.deep.equal(["Claims", "K2"]);
    const started = made.lab
      .host("K2DR01")
      .events.read("System")
      ?.filter((e) => e.message === "The K2 Server service entered the running state.");
    expect(started).to.have.length(1);
    const updates = made.lab.dns.server.updates.slice(updatesBefore);
    expect(
      updates.map((u) => u.code),
      "two checks and two flips",
    ).to.deep.equal([0, 0, 0, 0]);
  });
});
