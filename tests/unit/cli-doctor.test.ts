import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { engineFindings, engineVersion } from "../../cli/doctor/engine.ts";
import { seenText } from "../../cli/doctor/text.ts";
import { journalFindings } from "../../cli/doctor/journal.ts";
import { doctor } from "../../cli/doctor/run.ts";
import { pendingFindings } from "../../cli/doctor/pending.ts";
import { secretFindings } from "../../cli/doctor/secrets.ts";
import { secretsIn } from "../../model/secret.ts";
import { clockFinding, nodeFinding, settingFindings, stackFinding } from "../../cli/doctor/settings.ts";
import { isFinding, stateOf, type Finding, type Well } from "../../model/finding.ts";
import { isHalfWritten, stackNames } from "../../steps/pulumi-stacks.ts";
import { begun, failureOf, holdingRecovery, tempProject, write, writtenTerminal } from "./cli-fixture.ts";

const state = stateOf;
const todo = (f: Finding | Well | undefined): string | undefined => (f && isFinding(f) ? f.todo : undefined);

describe("doctor", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  beforeEach(async () => {
    project = await tempProject({ mirror: "mirror" });
  });
  afterEach(() => project.leave());

  it("knows which Node is too old", () => {
    const table = [
      ["20.19.0", "stops"],
      ["22.17.9", "stops"],
      ["22.18.0", "ok"],
      ["24.0.0", "ok"],
    ] as const;
    for (const [version, expected] of table) expect(state(nodeFinding(version)), version).to.equal(expected);
  });

  it("knows which engine is too old", () => {
    const table = [
      ["3.225.9", "stops"],
      ["3.226.0", "ok"],
      ["3.259.0", "ok"],
      ["4.0.0", "ok"],
      ["2.999.0", "stops"],
      ["nonsense", "stops"],
    ] as const;
    for (const [version, expected] of table)
      expect(state(engineVersion(version, "/p")), version).to.equal(expected);
  });

  it("says what to set, as each shell writes it", () => {
    const findings = settingFindings({}, "linux");
    expect(findings.map(state)).to.deep.equal(["note", "note", "stops"]);
    expect(todo(findings[0])).to.equal("export PULUMI_CONTINUE_ON_ERROR=true");
    expect(todo(settingFindings({}, "win32")[1])).to.equal('$env:PULUMI_PARALLEL="64"');
    const set = { PULUMI_CONTINUE_ON_ERROR: "true", PULUMI_PARALLEL: "64", PULUMI_CONFIG_PASSPHRASE: "" };
    expect(settingFindings(set, "linux").map(state)).to.deep.equal(["ok", "ok", "ok"]);
    expect(settingFindings({ ...set, PULUMI_PARALLEL: "4" }, "linux")[1]?.says).to.equal("is only 4");
  });

  it("never shows the passphrase", () => {
    const text = seenText(settingFindings({ PULUMI_CONFIG_PASSPHRASE: "correct horse" }, "linux"));
    expect(text).to.not.contain("horse");
  });

  it("misses the stack of the cutover, and says what makes it", () => {
    expect(state(stackFinding(["primary", "standby", "dr-active", "primary-active"]))).to.equal("ok");
    expect(stackFinding(["primary", "standby"])).to.include({
      severity: "stops",
      todo: "pulumi up -s standby makes them",
    });
    expect(todo(stackFinding([]))).to.equal("pulumi stack init primary && pulumi stack init standby");
  });

  it("sees that its clock is behind the journal", () => {
    const now = new Date("2026-11-22T03:10:00Z");
    expect(state(clockFinding(now, "2026-11-22T03:09:59Z"))).to.equal("ok");
    expect(clockFinding(now, "2026-11-22T03:12:00Z")).to.include({ severity: "stops" });
    expect(state(clockFinding(now, undefined))).to.equal("ok");
  });

  it("finds an engine under the Pulumi home with its language host and plugin, and misses each of them", async () => {
    const off = { PATH: "", PULUMI_HOME: path.join(project.root, "home") };
    const launcher = path.join(project.root, "node_modules", ".bin");
    const env = { ...off, PATH: launcher };
    const program = async (file: string, text: string): Promise<void> => {
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, text, { mode: 0o755 });
    };
    expect((await engineFindings(env, "linux")).map(state)).to.deep.equal(["stops", "note"]);
    const bin = path.join(env.PULUMI_HOME, "versions", "3.259.0", "bin");
    await program(path.join(bin, "pulumi"), "#!/bin/sh\necho v3.259.0\n");
    expect((await engineFindings(off, "linux"))[0]).to.include({
      severity: "stops",
      todo: `add ${bin} to the PATH`,
    });
    await program(path.join(launcher, "pulumi"), "#!/bin/sh\nexit 1\n");
    expect((await engineFindings(env, "linux")).map(state)).to.deep.equal(["ok", "stops", "note"]);
    await program(path.join(bin, "pulumi-language-nodejs"), "#!/bin/sh\n");
    const plugin = path.join(env.PULUMI_HOME, "plugins", "resource-command-v1.2.1");
    await program(path.join(plugin, "pulumi-resource-command"), "#!/bin/sh\n");
    const found = await engineFindings(env, "linux");
    expect(found.map(state)).to.deep.equal(["ok", "ok", "ok"]);
    expect(found[0]?.says).to.contain("pulumi 3.259.0");
    await fs.writeFile(`${plugin}.partial`, "");
    expect((await engineFindings(env, "linux")).at(-1)).to.include({
      at: "command plugin",
      severity: "stops",
    });
  });

  it("finds what stacks remember of interrupted operations, and what makes them forget it; and a state beside which an engine died", async () => {
    const urn =
      "urn:pulumi:dr-active::toys::parallel-standby:index:Failover$command:local:Command::move-k2/start";
    const states: Readonly<Record<string, string>> = {
      standby: JSON.stringify({ version: 3, deployment: { resources: [] } }),
      "dr-active": JSON.stringify({
        version: 3,
        deployment: { pending_operations: [{ resource: { urn }, type: "creating" }] },
      }),
      primary: JSON.stringify({ version: 3, deployment: null }),
      "primary-active": "no state",
    };
    const dead = "dead";
    const bin = path.join(project.root, "bin");
    await fs.mkdir(bin);
    for (const [stack, text] of Object.entries(states)) await fs.writeFile(path.join(bin, stack), text);
    await fs.writeFile(
      path.join(bin, "pulumi"),
      `#!/bin/sh\n[ "$4" != ${dead} ] || { echo "error: failed to load checkpoint: EOF" >&2; exit 255; }\nexec cat "${bin}/$4"\n`,
      { mode: 0o755 },
    );
    const before = process.env["PATH"];
    process.env["PATH"] = `${bin}${path.delimiter}${before ?? ""}`;
    try {
      const found = await pendingFindings([...Object.keys(states), dead], AbortSignal.timeout(5000));
      expect(found).to.deep.equal([
        {
          id: "stack dr-active",
          at: "stack dr-active",
          severity: "note",
          says: "remembers 1 interrupted operation, of which every up warns: move-k2/start",
          todo: "once nothing runs: pulumi refresh -s dr-active --clear-pending-creates --yes",
        },
        {
          id: "stack primary-active",
          at: "stack primary-active",
          severity: "note",
          says: "its state can't be read",
          todo: 'look with "pulumi stack export -s primary-active"',
        },
        {
          id: "stack dead",
          at: "stack dead",
          severity: "stops",
          says: "its state can't be read: a file of it is empty or cut off",
          todo: 'once no up runs: below .state delete the files whose names end with .attrs and that are empty or cut off, then "pulumi cancel" that stack; let the url in Pulumi.yaml end with ?metadata=skip, and none is written any more. Until then "parallel-standby run" drives a move',
        },
      ]);
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("takes for half-written what a file of the backend in a folder says, and not a line to another one that broke", () => {
    const is = (says: string): boolean => isHalfWritten(new Error(says));
    for (const says of [
      "error: failed to load checkpoint: EOF",
      "error: failed to load checkpoint: unexpected EOF",
      "error: could not deserialize deployment: unexpected end of JSON input",
    ])
      expect(is(says), says).to.equal(true);
    for (const says of [
      'error: Get "https://x.blob.core.windows.net/state": EOF',
      "error: failed to load checkpoint: blob (code=Unknown): Get https://x.example/stacks/a.json: unexpected EOF",
      "error: rpc error: code = Unavailable desc = error reading from server: EOF",
    ])
      expect(is(says), says).to.equal(false);
  });

  it("says in one line why stacks can't be listed: the last that Pulumi has said", async () => {
    const bin = path.join(project.root, "silent");
    await fs.mkdir(bin);
    await fs.writeFile(
      path.join(bin, "pulumi"),
      "#!/bin/sh\necho 'warning: an old release' >&2\necho 'error: no such backend' >&2\nexit 255\n",
      { mode: 0o755 },
    );
    const before = process.env["PATH"];
    process.env["PATH"] = `${bin}${path.delimiter}${before ?? ""}`;
    try {
      expect((await failureOf(stackNames(AbortSignal.timeout(5000)))).message).to.equal(
        "error: no such backend",
      );
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("finds journal, facts, write access and mirror in order, and leaves no lease behind", async () => {
    await write(project, begun(holdingRecovery()));
    const { findings } = await journalFindings(project);
    expect(findings.map((f) => [f.at, state(f)])).to.deep.equal([
      ["journal", "ok"],
      ["journal folder", "ok"],
      ["facts", "ok"],
      ["mirror", "ok"],
    ]);
    expect(await project.journal.store.leases()).to.deep.equal([]);
  });

  it("advises to begin a journal where there never was one, and to take the mirror's where it was lost", async () => {
    const [none] = (await journalFindings(project)).findings;
    expect(none?.says).to.match(/there is none in .*, nor in its mirror/);
    expect(todo(none))
      .to.contain('for a new estate "parallel-standby journal init')
      .and.not.contain("verify");
    await write(project, begun(holdingRecovery()));
    await fs.rm(path.join(project.folder, "journal.jsonl"));
    const [lost, ...more] = (await journalFindings(project)).findings;
    expect(lost && state(lost)).to.equal("stops");
    expect(lost?.says).to.match(/its mirror .* holds one/);
    expect(todo(lost)).to.contain(
      `put the mirror's back (parallel-standby journal restore --from ${path.join(project.root, "mirror")} --as YOUR-NAME --reason WHY)`,
    );
    expect(more).to.deep.equal([]);
    await fs.writeFile(path.join(project.folder, "journal.jsonl"), "cut off");
    expect(todo((await journalFindings(project)).findings[0])).to.contain("journal verify");
  });

  it("sees a journal without facts, and a mirror that is behind", async () => {
    await write(project, begun(holdingRecovery()).slice(0, 1));
    await fs.rm(path.join(project.root, "mirror"), { recursive: true });
    const { findings } = await journalFindings(project);
    expect(findings.map(state)).to.deep.equal(["ok", "ok", "stops", "stops"]);
    expect(findings[3]?.says).to.contain("the mirror lacks the last 1 entry");
  });

  it("finds every reference to a secret once, wherever it stands", () => {
    const shared = { env: "SQL_DR" };
    const estate = [
      { a: shared, b: [{ c: { file: "~/.ssh/id" } }, { env: "SQL_DR" }] },
      { d: { keyVault: "https://v.vault.example", secret: "s" } },
    ];
    expect(secretsIn(estate)).to.deep.equal([
      { env: "SQL_DR" },
      { file: "~/.ssh/id" },
      { keyVault: "https://v.vault.example", secret: "s" },
    ]);
    const round: { self?: unknown } = {};
    round.self = round;
    expect(secretsIn(round)).to.deep.equal([]);
  });

  it("names the secrets that can be had and those that cannot, and shows no value", async () => {
    process.env["DOCTOR_TEST_SECRET"] = "correct horse";
    try {
      const found = await secretFindings(
        [{ env: "DOCTOR_TEST_SECRET" }, { env: "DOCTOR_TEST_MISSING" }, { file: "nowhere" }],
        project.root,
      );
      expect(found.map(state)).to.deep.equal(["ok", "stops", "stops"]);
      const text = seenText(found);
      expect(text)
        .to.contain("DOCTOR_TEST_SECRET")
        .and.contain("DOCTOR_TEST_MISSING is not set")
        .and.not.contain("horse");
    } finally {
      delete process.env["DOCTOR_TEST_SECRET"];
    }
  });

  it("prints everything that was found and ends with how much there is to mend", async () => {
    const terminal = writtenTerminal();
    const bare = { ...terminal, env: { PATH: "", PULUMI_HOME: path.join(project.root, "home") } };
    const failure = await failureOf(doctor(project, { parts: {} }, bare));
    expect(failure.message).to.match(/^\d+ things to mend before a cutover can run from here$/);
    const text = terminal.lines.join("\n");
    for (const at of ["node", "engine", "PULUMI_PARALLEL", "stacks", "estate", "journal", "clock"])
      expect(text).to.match(new RegExp(`^(ok  |note|BAD )  ${at} `, "m"));
    const bad = text.split("\n").filter((line) => line.startsWith("BAD "));
    expect(failure.message).to.contain(`${String(bad.length)} things`);
  });
});
