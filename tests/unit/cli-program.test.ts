import { expect } from "chai";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { buildProgram, main } from "../../cli/program.ts";
import { loadEstate } from "../../cli/project.ts";
import { failureOf, tempProject, writtenTerminal } from "./cli-fixture.ts";

/** Every verb with its own name and those below it. */
const verbs = (command: Command, before = ""): readonly string[] =>
  command.commands.flatMap((c) => [`${before}${c.name()}`, ...verbs(c, `${before}${c.name()} `)]);

const every = [
  "init",
  "hosts",
  "hosts check",
  "guard",
  "guard status",
  "guard publish",
  "guard allow",
  "guard remove",
  "doctor",
  "journal",
  "journal init",
  "journal show",
  "journal verify",
  "journal adopt",
  "journal break-glass",
  "journal restore",
  "journal follow",
  "status",
  "readiness",
  "exercise",
  "declare",
  "withdraw",
  "mode",
  "waive",
  "abandon",
  "back",
  "reprotect",
  "approve",
  "decline",
  "skip",
  "drill",
  "drill declare",
  "drill sweep",
  "drill report",
  "run",
  "probe",
  "report",
  "runbook",
];

/** Runs a command line in a process of its own and gives the packages and files that it loaded. */
async function loadedBy(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly loaded: readonly string[]; readonly stdout: string }> {
  const program = JSON.stringify(path.resolve(import.meta.dirname, "../../bin/parallel-standby.ts"));
  const code = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    process.argv = ["node", "parallel-standby", ...${JSON.stringify(args)}];
    await import(${program});
    process.stderr.write("LOADED" + JSON.stringify(loaded));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", code],
    // No folder of programs: the command line is started by npx in its project, as it says.
    { cwd, env: { ...process.env, PATH: "" } },
  );
  return { stdout, loaded: JSON.parse(stderr.split("LOADED")[1] ?? "[]") as readonly string[] };
}

/** Runs a command line whose reader closes its end before anything is written, as `| head` may. */
async function unread(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const program = path.resolve(import.meta.dirname, "../../bin/parallel-standby.ts");
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("the command line", () => {
  it("ends quietly where nobody reads any more, with the exit code that it would have had", async () => {
    expect(await unread(["--help"], import.meta.dirname)).to.deep.equal({ code: 0, stderr: "" });
    expect((await unread(["declare", "--help"], import.meta.dirname)).stderr).to.equal("");
  });

  it("has these verbs: their names are public", () => {
    expect(verbs(buildProgram(writtenTerminal()))).to.deep.equal(every);
  });

  it("says its version, which is that of the package", async () => {
    const terminal = writtenTerminal();
    expect(await main(["--version"], terminal)).to.equal(0);
    const manifest = await fs.readFile(path.resolve(import.meta.dirname, "../../package.json"), "utf8");
    expect(manifest).to.contain(`"version": "${terminal.lines.join("")}"`);
  });

  for (const verb of every)
    it(`explains "${verb}" with --help, an example and its exit codes`, async () => {
      const terminal = writtenTerminal();
      expect(await main([...verb.split(" "), "--help"], terminal)).to.equal(0);
      const help = terminal.lines.join("\n");
      expect(help).to.match(/^Usage: parallel-standby /);
      expect(help).to.match(/Examples?:\n {2}parallel-standby /);
      expect(help).to.match(/Exit codes:\n {2}0 {2}done/);
    });

  const misused: readonly (readonly [string, readonly string[]])[] = [
    ["an unknown verb", ["decalre"]],
    ["an unknown option", ["status", "--jsn"]],
    ["an option that must be there", ["withdraw"]],
    ["nothing at all", []],
    ["declare without anything", ["declare"]],
    ["a site that is none", ["run", "--to", "leeds"]],
    ["a reason on two lines", ["withdraw", "--as", "op", "--reason", "a\nb"]],
    ["an activation that is no number", ["report", "--epoch", "last"]],
  ];
  for (const [what, args] of misused)
    it(`ends with code 2 and a sentence for ${what}`, async () => {
      const terminal = writtenTerminal();
      expect(await main(args, terminal)).to.equal(2);
      expect(terminal.notes.join("\n")).to.not.equal("");
      expect(terminal.lines).to.deep.equal([]);
    });

  it("takes a point for a value though it begins like an option", async () => {
    const terminal = writtenTerminal();
    expect(
      await main(["declare", "--to", "dr", "--mode", "unplanned", "--point", "-120m"], terminal),
    ).to.equal(2);
    expect(terminal.notes.join("\n")).to.contain("--as is missing").and.not.contain("--point");
  });

  it("ends with code 1 and a sentence outside of a project, without a stack trace", async () => {
    const project = await tempProject();
    try {
      await fs.rm(path.join(project.root, "Pulumi.yaml"));
      const terminal = writtenTerminal();
      expect(await main(["journal", "show"], terminal)).to.equal(1);
      expect(terminal.notes.join("\n")).to.match(
        /^no Pulumi\.yaml in .* or above it\. Change to the folder of your project, or make one with "parallel-standby init"$/,
      );
    } finally {
      await project.leave();
    }
  });

  it("loads neither Pulumi nor a driver for help, and no Pulumi for a verb that reads the journal", async function () {
    this.timeout(30_000);
    const project = await tempProject();
    try {
      await fs.writeFile(path.join(project.root, "package.json"), '{ "type": "module" }');
      await fs.writeFile(
        path.join(project.root, "estate.js"),
        'export const estate = { name: "toys", journal: { folder: "journal" }, systems: [] };',
      );
      await project.journal.append({ kind: "genesis", estate: "toys", active: "primary" });
      const help = await loadedBy(["declare", "--help"], project.root);
      expect(help.stdout).to.contain("Usage: npx --no parallel-standby declare");
      expect(help.loaded.filter((url) => /node_modules\/(?!commander)/.test(url))).to.deep.equal([]);
      const shown = await loadedBy(["journal", "show"], project.root);
      expect(shown.stdout).to.contain("the journal of toys begins");
      expect(shown.loaded.filter((url) => /node_modules\/(@pulumi|mssql|ssh2)/.test(url))).to.deep.equal([]);
    } finally {
      await project.leave();
    }
  });
});

describe("the estate of a project", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  const estate = (text: string): Promise<void> => fs.writeFile(path.join(project.root, "estate.ts"), text);
  beforeEach(async () => {
    project = await tempProject();
    await fs.writeFile(path.join(project.root, "package.json"), '{ "type": "module" }');
  });
  afterEach(() => project.leave());

  it("is what estate.ts exports, as TypeScript", async () => {
    await estate(
      'const name: string = "toys"; export const estate = { name, journal: { folder: "j" }, systems: [] };',
    );
    expect((await loadEstate(project.root)).name).to.equal("toys");
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    [
      "is not exported",
      "export const estat = 1;",
      /exports no "estate" \(it exports estat\)\. Write: export const estate = defineEstate/,
    ],
    ["is none", "export const estate = { name: 1 };", /exports an estate that is none/],
    ["needs a package that is not installed", 'import "not-there-at-all";', /Run "npm install" in/],
    ["has a mistake in it", "export const estate = ;", /estate\.ts cannot be loaded: [^]*"npm run check"/],
  ];
  for (const [what, text, says] of broken)
    it(`is refused with what to do where it ${what}`, async () => {
      await estate(text);
      expect((await failureOf(loadEstate(project.root))).message).to.match(says);
    });

  it("is missed with where it was looked for", async () => {
    expect((await failureOf(loadEstate(project.root))).message).to.match(
      /^no estate\.ts beside .*Pulumi\.yaml/,
    );
  });
});
