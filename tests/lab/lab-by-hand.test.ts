import { expect } from "chai";
import { execa } from "execa";
import { cp, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv } from "../../tools/engine/env.ts";
import type { Ran } from "../../lab/play/machine.ts";
import type { LabFile } from "../../lab/world/lab-file.ts";
import { Resolver } from "node:dns/promises";
import { engineMs, failed, ok, unchanged, until } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");
/** What a clone does not have. */
const own = new Set(["node_modules", ".git", ".lab", ".state", "dist", "coverage"]);

/** The lines of README.md for the second terminal, without their comments. */
async function linesOfReadme(): Promise<readonly string[]> {
  const readme = await readFile(join(repository, "README.md"), "utf8");
  const block = /```sh\n(cd lab\/project\n[^]*?)\n```/.exec(readme)?.[1] ?? "";
  return block.split("\n").map((line) => line.replace(/\s+# .*$/, ""));
}

/** Numbers of the processes whose working folder lies below a folder. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const at = await Promise.all(all.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return all.filter((_, i) => at[i]?.startsWith(folder));
}

/** In a clone of its own: a lab that somebody keeps in this one is left alone. */
describe("npm run lab, with README's lines typed in a second terminal", function () {
  // The whole of the lines is one test.
  this.timeout(2 * engineMs);
  let folder: string;
  let clone: string;
  let env: Readonly<Record<string, string>>;
  let lab: Awaited<ReturnType<typeof started>>;
  let lines: readonly string[];

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "standby-clone-")));
    clone = join(folder, "somebody's clone");
    await cp(repository, clone, {
      recursive: true,
      filter: (from) =>
        !relative(repository, from)
          .split("/")
          .some((name) => own.has(name)),
    });
    await symlink(join(repository, "node_modules"), join(clone, "node_modules"));
    const engine = await ensureEngine();
    env = offlineEnv(engine.env["PULUMI_HOME"] ?? "", {}, resolve(engine.pulumi, ".."));
    lines = await linesOfReadme();
    lab = await started();
  });
  after(async () => {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The first terminal: until the lab says that it runs. Stopped as Ctrl+C does it: the whole group hears it. */
  async function started() {
    const child = execa("npm", ["run", "lab"], {
      cwd: clone,
      env,
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      all: true,
      detached: true,
    });
    let said = "";
    let ended = false;
    child.all.on("data", (data: Buffer) => void (said += data.toString()));
    const done = child.then((result) => {
      ended = true;
      return result;
    });
    await until("npm run lab says that it runs", () => {
      if (ended) throw new Error(`npm run lab has ended:\n${said}`);
      return said.includes("Ctrl+C stops it");
    });
    return {
      said,
      stop: async () => {
        if (!ended && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
        return await done;
      },
    };
  }

  /** A line in the second terminal, where the first two lines were typed already. Nobody is there to say yes. */
  async function typed(line: string): Promise<Ran> {
    const before = line.startsWith("npm ") ? lines.slice(0, 1) : lines.slice(0, 2);
    const ran = await execa(
      "bash",
      ["-c", [...before, line].join("\n").replaceAll("YOUR-NAME", "somebody")],
      {
        cwd: clone,
        env,
        extendEnv: false,
        stdin: "ignore",
        reject: false,
        all: true,
      },
    );
    return { code: ran.exitCode ?? 1, stdout: ran.stdout, stderr: ran.stderr, all: ran.all };
  }
  const labFile = async (): Promise<LabFile> =>
    JSON.parse(await readFile(join(clone, "lab/project/.lab/lab.json"), "utf8")) as LabFile;
  async function leadsTo(name: string): Promise<string> {
    const { dns } = await labFile();
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([`${dns.address}:${String(dns.port)}`]);
    return (await resolver.resolve4(name)).join();
  }

  it("prints the lines that README has", () => {
    const printed = lab.said.split("\n").map((line) => line.trim().replace(/\s+# .*$/, ""));
    expect(lines).to.have.length.greaterThan(8);
    expect(printed).to.include.members([...lines]);
  });

  it("refuses a second lab beside it", async () => {
    const second = await execa("npm", ["run", "lab"], { cwd: clone, env, extendEnv: false, reject: false });
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.contain("a lab runs here already");
  });

  it("ends, line by line, in a finished cutover", async () => {
    const [asks = "", ...later] = lines.slice(lines.indexOf("pulumi up -s dr-active"));
    for (const line of lines.slice(2, lines.indexOf(asks))) ok(await typed(line));
    expect(await leadsTo("k2.corp.example")).to.equal("127.10.1.4");
    failed(await typed(asks), /parallel-standby declare --to dr --mode unplanned --disaster-at \S+ /);
    for (const line of later) ok(await typed(line));
    expect(await leadsTo("k2.corp.example")).to.equal("127.20.1.4");
    expect((await typed("parallel-standby status")).stdout).to.match(/^active +dr \(Leeds\)/m);
  });

  it("changes nothing when the cutover is run again, and nothing back when the standby is", async () => {
    unchanged(await typed("pulumi up -s dr-active"));
    ok(await typed("pulumi up -s standby"));
    expect(await leadsTo("k2.corp.example")).to.equal("127.20.1.4");
    expect(await leadsTo("k2-sql.corp.example")).to.equal("127.20.1.5");
    expect((await typed("npm run lab -- status")).stdout).to.match(/K2DR01 \(dr\): up, K2 Server running/);
    expect((await typed("parallel-standby status")).stdout).to.match(/^active +dr \(Leeds\)/m);
  });

  it("ends with Ctrl+C, leaving no process, and begins anew at the next start", async () => {
    const { control } = await labFile();
    await lab.stop();
    await until("nothing of the lab runs", async () => (await processesIn(clone)).length === 0);
    expect(await fetch(control).catch(() => "nobody")).to.equal("nobody");
    lab = await started();
    expect((await typed("pulumi stack ls --json")).stdout.trim()).to.equal("[]");
    expect((await readdir(join(clone, "lab/project"))).filter((name) => /^Pulumi\..+\.yaml$/.test(name))).to
      .be.empty;
    failed(await typed("parallel-standby status"), /journal init/);
    const { stdout } = ok(await typed("npm run lab -- status"));
    const time = /lab time (\S+)/.exec(stdout)?.[1] ?? "";
    expect(Math.abs(Date.parse(time) - Date.now())).to.be.below(60_000);
    expect(stdout).to.match(/K2PRD01 \(primary\): up, K2 Server running/);
  });
});
