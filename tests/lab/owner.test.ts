import { expect } from "chai";
import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { addressOf, checksAtStandby } from "../../lab/play/checks.ts";
import { startLab, type Lab } from "../../lab/world/start.ts";
import type { Ran } from "../../lab/play/machine.ts";
import { ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv } from "../../tools/engine/env.ts";
import { installFlags, packed, registryIsAway, userPath, type Packed } from "./packed.ts";
import { engineMs, failed, ok, unchanged } from "./stage.ts";

const repository = resolve(import.meta.dirname, "../..");

/**
 * The owner's path, rung by rung, as the project's README has it: from the packed package to a planned move between two
 * servers that were there before, each with K2 and SQL Server. Each rung stands on the one before.
 */
describe("an owner, from the packed package to a planned move", function () {
  this.timeout(engineMs);
  // A folder as people name them: what is not in quotes somewhere ends here.
  const name = "Contoso's two sites";
  const building = join(repository, "lab/.lab/owner", randomUUID().slice(0, 8));
  /** Whether a rung was missed: those above it have nothing to stand on. */
  let ended = false;
  let folder: string;
  let own: string;
  let pack: Packed;
  let lab: Lab;
  let env: Readonly<Record<string, string>>;

  /** A line typed into bash in the project, with secrets.env loaded where it is there. */
  const typed = async (line: string): Promise<Ran> => {
    const loaded = `if [ -f secrets.env ]; then set -a; . ./secrets.env; set +a; fi; ${line}`;
    const ran = await execa("bash", ["-c", loaded], {
      cwd: own,
      env,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { code: ran.exitCode ?? 1, stdout: ran.stdout, stderr: ran.stderr, all: ran.all };
  };
  const init = (args: readonly string[]) =>
    execa(process.execPath, [join(pack.folder, "bin/parallel-standby.js"), "init", ...args], {
      cwd: folder,
      env,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
    });
  const up = (stack: string): Promise<Ran> =>
    typed(`pulumi up -s ${stack} --yes --skip-preview --non-interactive --color never`);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "standby-owner-"));
    own = join(folder, name);
    const engine = await ensureEngine();
    lab = await startLab({ folder: join(folder, "lab"), hostsPerSite: 1 });
    const { LAB_CLOCK = "", NODE_OPTIONS = "" } = lab.env;
    env = offlineEnv(engine.env["PULUMI_HOME"] ?? "", { PATH: userPath, LAB_CLOCK, NODE_OPTIONS });
    env = { ...env, PATH: `${resolve(engine.pulumi, "..")}:${userPath}` };
    pack = await packed(building);
  });
  after(async () => {
    await lab.close();
    for (const made of [folder, building]) await rm(made, { recursive: true, force: true });
  });

  beforeEach(function () {
    if (ended) this.skip();
  });
  afterEach(function () {
    ended ||= this.currentTest?.state === "failed";
  });

  it("writes a project from answers for two servers of theirs, into an empty folder", async () => {
    await mkdir(own);
    // What the lab writes for whoever tries a project of their own on it.
    const written = JSON.parse(await readFile(join(folder, "lab/.lab/answers.json"), "utf8")) as object;
    const answers = { ...written, mirror: join(folder, "the journal's mirror") };
    const file = join(folder, "answers.json");
    await writeFile(file, JSON.stringify({ ...answers, drPlace: undefined, dnsServer: undefined }));
    const lacking = await init([own, "--answers", file]);
    expect(lacking.exitCode).to.equal(2);
    expect(lacking.all).to.match(/these are not answered: --dr-place, --dns-server\. .*nothing was written$/);
    await writeFile(file, JSON.stringify(answers));
    const made = await init([own, "--answers", file, "--package", `file:${pack.archive}`]);
    expect(made.exitCode, made.all).to.equal(0);
    expect(made.stdout).to.contain(`cd '${own.replace("'", `'\\''`)}'`);
    const again = await init([own, "--answers", file]);
    expect(again.exitCode).to.equal(1);
    expect(again.all).to.match(/is not empty: it holds .*nothing was written$/);
  });

  it("installs it, and finds its estate in order", async function () {
    const installed = await typed(`npm install ${installFlags.join(" ")}`);
    if (registryIsAway(installed.all)) {
      process.stdout.write("  the registry cannot be reached: the owner's path is not walked\n");
      ended = true;
      this.skip();
    }
    ok(installed);
    ok(await typed("npm run check"));
  });

  it("fills in the secrets that the example lists", async () => {
    const values: Readonly<Record<string, string>> = {
      SQL_PRIMARY: lab.secrets.sqlPrimary,
      SQL_DR: lab.secrets.sqlDr,
      DNS_TSIG_KEY: lab.env["TSIG_KEY"] ?? "",
      K2_MASTER_KEY: lab.secrets.masterKey,
      K2_CAPTURE_KEY: "known to the owner",
    };
    const example = await readFile(join(own, "secrets.env.example"), "utf8");
    const filled = example.replaceAll(/^(\w+)=''$/gm, (line, key: string) =>
      values[key] === undefined ? line : `${key}='${values[key]}'`,
    );
    await writeFile(join(own, "secrets.env"), filled, { mode: 0o600 });
    expect([...filled.matchAll(/^(\w+)=''$/gm)].map(([, key]) => key)).to.deep.equal([
      "PULUMI_CONFIG_PASSPHRASE",
    ]);
  });

  it("puts the lines that hosts check prints into estate.ts, and then every server is well", async () => {
    const { stdout } = failed(await typed("npx --no parallel-standby hosts check"), /2 servers need mending/);
    const lines = [
      ...stdout.matchAll(/^ {2}(\w+): no host key is pinned\..* estate\.ts: (ssh: \{ .* \})$/gm),
    ];
    expect(lines.map(([, host]) => host)).to.deep.equal(["K2PRD01", "K2DR01"]);
    let estate = await readFile(join(own, "estate.ts"), "utf8");
    for (const [, host = "", line = ""] of lines)
      estate = estate.replace(new RegExp(`(server\\("${host}",[^]*?)ssh: \\{.*\\}`), `$1${line}`);
    expect(estate.replaceAll(/^ *\/\/.*$/gm, ""), "but for what is to be filled in").not.to.contain(
      'hostKey: ""',
    );
    await writeFile(join(own, "estate.ts"), estate);
    const well = ok(await typed("npx --no parallel-standby hosts check"));
    expect(well.stdout).to.match(/K2PRD01 +primary +ok +ok .*\n.*K2DR01 +dr +ok +ok /);
  });

  it("is told by doctor that only journal and stacks are missing", async () => {
    const { stdout } = failed(await typed("npx --no parallel-standby doctor"), /2 things to mend/);
    expect(stdout).to.match(/journal init --active primary/);
    expect(stdout).to.match(/pulumi stack init primary && pulumi stack init standby/);
  });

  it("begins the journal and sets up both sites; a second time changes nothing", async () => {
    ok(await typed("npx --no parallel-standby journal init --active primary --as owner"));
    for (const stack of ["primary", "standby"]) ok(await typed(`pulumi stack init ${stack}`));
    for (const stack of ["primary", "standby"]) ok(await up(stack));
    await lab.clock.advance(3 * 3_600_000 + 20 * 60_000);
    for (const stack of ["primary", "standby"]) unchanged(await up(stack));
    ok(await typed("npx --no parallel-standby doctor"));
    // Each is written in place: an engine that dies in it leaves a stack that nothing reads.
    const state = await readdir(join(own, ".state"), { recursive: true });
    expect(state.filter((name) => name.endsWith(".attrs"))).to.deep.equal([]);
    expect(state.filter((name) => name.endsWith(".json"))).to.have.length.greaterThan(1);
  });

  it("moves over as planned, and clients are led to the standby by DNS", async () => {
    const standby = lab.host("K2DR01").identity.address;
    expect(await addressOf(lab, "k2.corp.example")).not.to.equal(standby);
    ok(await typed("npx --no parallel-standby declare --to dr --mode planned --as owner"));
    ok(await up("dr-active"));
    expect(await addressOf(lab, "k2.corp.example")).to.equal(standby);
    expect(await addressOf(lab, "k2-sql.corp.example")).to.equal(standby);
    const checks = await checksAtStandby(lab, lab.productionEndedMs(), { atSec: 0, to: "end" });
    expect(checks.filter((c) => !c.ok)).to.deep.equal([]);
    const { stdout } = ok(await typed("npx --no parallel-standby status"));
    expect(stdout).to.match(/^active +dr \(Leeds\)/m);
  });
});
