import { expect } from "chai";
import { execa } from "execa";
import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { engineMs, until } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");
const rehearse = (...args: string[]) => program("lab/play/main.ts", ...args);
const program = (file: string, ...args: string[]) =>
  execa(process.execPath, [join(repository, file), ...args], {
    cwd: repository,
    reject: false,
    detached: true,
    stdin: "ignore",
  });

/** Numbers of the processes whose working folder lies below a folder: engine, language host, provider, steps. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const at = await Promise.all(all.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return all.filter((_, i) => at[i]?.startsWith(folder));
}

/** Working folder of a process that another has started: a rehearsal's own, which no rehearsal beside it uses. */
async function folderBelow(parent: number): Promise<string | undefined> {
  const children = await readFile(`/proc/${String(parent)}/task/${String(parent)}/children`, "utf8").catch(
    () => "",
  );
  const at = await Promise.all(
    children
      .trim()
      .split(" ")
      .map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")),
  );
  return at.find((folder) => folder.startsWith(join(repository, "lab", ".lab", "rehearsals")));
}

/** The most memory that a process had, in MB; looked at until it has ended. */
async function peakOf(pid: number | undefined): Promise<number> {
  let peak = 0;
  for (;;) {
    const status = await readFile(`/proc/${String(pid)}/status`, "utf8").catch(() => "");
    const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kb === undefined) return peak;
    peak = Number(kb) / 1024;
    await pause(100);
  }
}

describe("npm run rehearse", function () {
  this.timeout(engineMs);

  it("lists its scenarios, and refuses one that it does not know", async () => {
    expect((await rehearse("--list")).stdout).to.match(/^k2-lost .*\nk2-planned /);
    const unknown = await rehearse("--scenario", "k2-stolen");
    expect(unknown.exitCode).to.equal(2);
    expect(unknown.stderr).to.match(/there is no scenario "k2-stolen". Use one of k2-lost, k2-planned/);
  });

  it("prints one JSON object that says what held, and its exit code says the same; the lab keeps within its memory", async () => {
    const child = rehearse("--json");
    const peakMb = peakOf(child.pid);
    const ran = await child;
    expect(ran.exitCode, ran.stderr).to.equal(0);
    expect(await peakMb).to.be.within(50, 600);
    const outcome = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(outcome).to.include({
      scenario: "k2-lost",
      ok: true,
      activeSiteBefore: "primary",
      activeSiteAfter: "dr",
      rtoTargetSec: 3600,
      rpoTargetSec: 14400,
    });
    expect(outcome["rtoSec"]).to.be.within(1, 90);
    expect(outcome["lossSec"]).to.be.within(7200, 7260);
    const checks = outcome["checks"] as { name: string; ok: boolean }[];
    expect(checks.length).to.be.at.least(5);
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    for (const step of outcome["steps"] as Record<string, unknown>[])
      expect(step).to.have.keys("id", "phase", "startedAt", "endedAt", "verdict");
    expect(existsSync(String(outcome["report"]))).to.equal(true);
    expect(existsSync(String(outcome["journal"]))).to.equal(true);
  });

  it("ends with 1, and says so, where what is seen from outside is not what it should be", async () => {
    const ran = await program("tests/lab/play-unmoved.ts");
    expect(ran.exitCode, ran.stderr).to.equal(1);
    const outcome = JSON.parse(ran.stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    expect(outcome.ok).to.equal(false);
    expect(outcome.checks[0]).to.include({ name: "k2.corp.example leads to the standby", ok: false });
  });

  it("plays the planned move without any loss, leaves the lab running with --keep, and stops it at a signal", async () => {
    const child = rehearse("--scenario", "k2-planned", "--json", "--keep");
    let said = "";
    child.stdout.on("data", (d: Buffer) => (said += d.toString()));
    let isOver = false;
    void child.then(() => (isOver = true));
    await until("it has printed its outcome", () => said.endsWith("}\n") || isOver, 150_000);
    const outcome = JSON.parse(said) as Record<string, unknown>;
    expect(outcome).to.include({ scenario: "k2-planned", ok: true, activeSiteAfter: "dr", lossSec: 0 });
    expect(isOver, "it leaves the lab running").to.equal(false);
    const folder = dirname(String(outcome["report"]));
    const { control } = JSON.parse(await readFile(join(folder, ".lab", "lab.json"), "utf8")) as {
      control: string;
    };
    const order = () => fetch(control, { method: "POST", body: JSON.stringify(["status"]) });
    expect(await (await order()).text()).to.match(/^K2DR01 \(dr\): up, K2 Server running$/m);
    process.kill(child.pid ?? 0, "SIGTERM");
    expect((await child).exitCode, "every check held").to.equal(0);
    expect(await order().then(String, (e: unknown) => String(e))).to.match(/fetch failed/);
    expect(existsSync(String(outcome["report"])), "its report stays").to.equal(true);
  });

  it("stops everything that it started on Ctrl+C", async () => {
    const child = rehearse();
    let said = "";
    child.stdout.on("data", (d: Buffer) => (said += d.toString()));
    await until("the standby is being provisioned", () => said.includes("pulumi up -s standby"), 60_000);
    let folder: string | undefined;
    await until(
      "a command runs in its folder",
      async () => (folder = await folderBelow(child.pid ?? 0)) !== undefined,
    );
    const own = String(folder);
    expect(await processesIn(own), "there are processes to stop").not.to.deep.equal([]);
    process.kill(-(child.pid ?? 0), "SIGINT");
    const { exitCode } = await child;
    expect(exitCode).to.equal(130);
    await until("no process of it is left", async () => (await processesIn(own)).length === 0, 10_000);
  });
});
