import { expect } from "chai";
import { execa } from "execa";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installFlags, packed, registryIsAway, userPath } from "./packed.ts";

const repository = join(import.meta.dirname, "../..");
/** Building, packing and installing, and then each use of it. Milliseconds. */
const limitMs = { making: 240_000, use: 120_000 } as const;

/** An estate as an owner writes it, in JavaScript and in TypeScript alike. */
const estate = `
const ssh = { user: "CORP\\\\svc-dr", privateKey: secret.file("~/.ssh/id_ed25519") };
const primary = site("primary", { place: "London", timeZone: "Europe/London", ssh });
const dr = site("dr", { place: "Leeds", timeZone: "Europe/London", ssh });
const sql = { user: "dr_runner", password: secret.env("SQL") };
const k2Prd = primary.server("K2PRD01", { address: "10.10.1.4" });
const k2Dr = dr.server("K2DR01", { address: "10.20.1.4" });
const from = primary.server("SQLPRD01", { address: "10.10.1.5", sql });
const to = dr.server("SQLDR01", { address: "10.20.1.5", sql });
const data = logShipping("k2-data", {
  databases: ["K2"], from, to, backupFolder: "D:\\\\LogShip", backupShare: "\\\\\\\\SQLPRD01\\\\LogShip",
  copyTo: "D:\\\\LogShip", everyMin: 60, holdMin: 180, point: { minutesBefore: 120 },
});
export const estate = defineEstate({
  name: "contoso",
  journal: { folder: "journal" },
  systems: [
    k2("k2", {
      version: 5, standby: "cold", servers: { primary: [k2Prd], dr: [k2Dr] }, data: [data],
      masterKey: { password: secret.env("K2_MASTER_KEY") }, targets: { rtoMin: 60, rpoMin: 240 },
    }),
  ],
});
`;
const names = "defineEstate, k2, logShipping, secret, site";

describe("The published package, packed and installed", function () {
  this.timeout(limitMs.use);
  let folder: string;
  let own: string;
  const run = (file: string, args: readonly string[], cwd = own, input = "") =>
    execa(file, args, {
      cwd,
      input,
      reject: false,
      env: { PATH: userPath },
      all: true,
    });
  const node = (code: string) => run(process.execPath, ["--input-type=module", "-e", code]);
  const written = (file: string, text: string) => writeFile(join(own, file), text);

  before(async function () {
    this.timeout(limitMs.making);
    folder = await mkdtemp(join(tmpdir(), "standby-package-"));
    own = join(folder, "own");
    const { archive } = await packed(folder);
    await mkdir(own);
    await written("package.json", JSON.stringify({ name: "own", private: true, type: "module" }));
    const installed = await run("npm", ["install", ...installFlags, archive]);
    if (registryIsAway(installed.all)) {
      process.stdout.write("  the registry cannot be reached: the package is not tried\n");
      this.skip();
    }
    expect(installed.exitCode, installed.all).to.equal(0);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("needs no compiler: nothing in it has to be built, and its SQL driver is one that refuses plain text", async () => {
    const lock = JSON.parse(await readFile(join(own, "node_modules/.package-lock.json"), "utf8")) as {
      readonly packages: Readonly<
        Record<string, { version?: string; hasInstallScript?: boolean; optional?: boolean }>
      >;
    };
    const all = Object.entries(lock.packages);
    const building = all.filter(([, p]) => p.hasInstallScript === true && p.optional !== true);
    // These end well without a compiler and without the engine; ssh2 tries its faster encryption and goes on.
    expect(building.map(([path]) => path.replace(/^.*node_modules\//, ""))).to.have.members([
      "@pulumi/command",
      "protobufjs",
      "ssh2",
    ]);
    const drivers = all.filter(([path]) => path.endsWith("node_modules/tedious"));
    expect(drivers.map(([, { version }]) => version)).to.deep.equal(["20.3.9"]);
  });

  it("describes an estate from JavaScript", async () => {
    await written("estate.js", `import { ${names} } from "parallel-standby";\n${estate}`);
    const described = await node(
      'const { estate } = await import("./estate.js"); console.log(JSON.stringify([estate.name, Object.keys(estate)]));',
    );
    expect(described.exitCode, described.all).to.equal(0);
    expect(JSON.parse(described.stdout)).to.deep.include("contoso");
  });

  it("brings types that hold in the strictest project, and find an estate that is wrong", async () => {
    const options = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      target: "es2024",
      module: "nodenext",
      types: [],
    };
    await written(
      "tsconfig.json",
      JSON.stringify({ compilerOptions: options, files: ["good.ts", "wrong.ts"] }),
    );
    const start = `import { ${names}, type Estate } from "parallel-standby";`;
    const stack =
      'import { runStack } from "parallel-standby/stack";\nexport default () => runStack(estate);';
    await written("good.ts", [start, stack, estate, "export const typed: Estate = estate;"].join("\n"));
    await written("wrong.ts", [start, estate.replace('standby: "cold"', 'standby: "tepid"')].join("\n"));
    const checked = await run(process.execPath, [
      join(repository, "node_modules/typescript/bin/tsc"),
      "-p",
      ".",
    ]);
    const errors = checked.all.split("\n").filter((line) => !line.startsWith(" "));
    expect(errors, checked.all).to.have.length(1);
    expect(errors[0]).to.match(/^wrong\.ts.*"tepid"/);
  });

  it("has a command line that runs", async () => {
    const help = await run(join(own, "node_modules/.bin/parallel-standby"), ["--help"]);
    expect(help.exitCode, help.all).to.equal(0);
    expect(help.stdout).to.contain("Usage: parallel-standby").and.contain("declare");
  });

  it("has a step that ends with a sentence where it is given none", async () => {
    const step = await run(process.execPath, ["-e", "import('parallel-standby/step')"]);
    expect(step.exitCode).to.equal(1);
    expect(step.all).to.match(/^standard input holds no step\b.*$/);
  });

  it("gives away what it exports, and nothing else", async () => {
    const ways = ["parallel-standby", "parallel-standby/stack", "parallel-standby/step"];
    const found = await node(
      `console.log(JSON.stringify(${JSON.stringify([...ways, "parallel-standby/model/estate.js"])}.map((way) => {
        try { return import.meta.resolve(way); } catch (error) { return error.code; } })))`,
    );
    const [main = "", stack = "", step = "", inner] = JSON.parse(found.stdout) as readonly string[];
    expect(main).to.match(/parallel-standby\/index\.js$/);
    expect(stack).to.match(/parallel-standby\/stacks\/run-stack\.js$/);
    expect(step).to.match(/parallel-standby\/bin\/step\.js$/);
    expect(inner).to.equal("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  it("loads every file of it with what it installs, without Azure's packages", async () => {
    const loaded = await node(`
      import { globSync } from "node:fs";
      const root = "node_modules/parallel-standby/";
      const failed = [];
      const files = globSync("{cli,components,journal,model,planning,report,stacks,steps}/**/*.js", { cwd: root });
      for (const file of files) await import("./" + root + file).catch((error) => failed.push(file + ": " + error.message));
      console.log(JSON.stringify({ files: files.length, failed }));`);
    const { files, failed } = JSON.parse(loaded.stdout) as { files: number; failed: readonly string[] };
    expect(failed).to.deep.equal([]);
    expect(files).to.be.above(100);
  });
});
