import { expect } from "chai";
import fc from "fast-check";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vm from "node:vm";
import { answersIn, completed, wrongIn } from "../../cli/init/answers.ts";
import { estateText, secretsOf } from "../../cli/init/estate-text.ts";
import { projectFiles } from "../../cli/init/files.ts";
import { questions, type Answers } from "../../cli/init/questions.ts";
import { init } from "../../cli/init/run.ts";
import { failureOf, writtenTerminal } from "./cli-fixture.ts";

interface Called {
  readonly what: string;
  readonly args: readonly unknown[];
}

/** Runs the text of an estate with functions that only note how they were called. */
function callsIn(text: string): readonly Called[] {
  const calls: Called[] = [];
  const noting =
    (what: string) =>
    (...args: unknown[]): unknown => {
      calls.push({ what, args });
      return what === "site" ? { server: noting("server") } : {};
    };
  const code = text.replace(/^import .*\n/, "").replace("export const estate", "const estate");
  const secret = { env: noting("env"), file: noting("file") };
  const names = ["alias", "defineEstate", "k2", "logShipping", "site"];
  vm.runInNewContext(code, { secret, ...Object.fromEntries(names.map((n) => [n, noting(n)])) });
  return calls;
}

describe("init", () => {
  let folder: string;
  let terminal: ReturnType<typeof writtenTerminal>;
  beforeEach(async () => {
    folder = path.join(await fs.mkdtemp(path.join(os.tmpdir(), "standby-init-")), "own");
    terminal = writtenTerminal();
  });
  afterEach(() => fs.rm(path.dirname(folder), { recursive: true }));
  const read = (name: string): Promise<string> => fs.readFile(path.join(folder, name), "utf8");

  it("writes a whole project without asking, and ends with what to do next", async () => {
    await init(folder, { yes: true, name: "contoso" }, terminal);
    expect((await fs.readdir(folder)).sort()).to.deep.equal([
      ".gitignore",
      ".state",
      "Pulumi.yaml",
      "README.md",
      "estate.ts",
      "main.js",
      "main.ts",
      "package.json",
      "secrets.env.example",
      "secrets.ps1.example",
      "tsconfig.json",
    ]);
    expect(await read("Pulumi.yaml")).to.match(
      /^name: contoso\n[^]*typescript: false\nmain: main\.js\nbackend:\n {2}url: file:\/\/\.\/\.state\n$/,
    );
    expect(await read("main.ts")).to.contain('import { runStack } from "parallel-standby/stack";');
    expect(JSON.parse(await read("package.json"))).to.deep.include({ type: "module", private: true });
    expect(terminal.lines.join("\n")).to.match(/next:[^]*npm install[^]*hosts check/);
  });

  it("names in both examples every secret that the estate takes from the environment, and the engine's settings", async () => {
    await init(folder, { yes: true, alias: "k2.corp.example", dnsServer: "10.20.0.10" }, terminal);
    const secrets = secretsOf(await read("estate.ts"));
    expect(secrets).to.include.members([
      "SQL_PRIMARY",
      "SQL_DR",
      "DNS_TSIG_KEY",
      "K2_MASTER_KEY",
      "K2_CAPTURE_KEY",
    ]);
    for (const name of [...secrets, "PULUMI_CONFIG_PASSPHRASE"]) {
      expect(await read("secrets.env.example")).to.match(new RegExp(`^${name}=''$`, "m"));
      expect(await read("secrets.ps1.example")).to.match(new RegExp(`^\\$env:${name} = ''\r$`, "m"));
    }
    for (const file of ["secrets.env.example", "secrets.ps1.example"])
      expect(await read(file)).to.match(/PULUMI_CONTINUE_ON_ERROR ?= ?'true'[^]*PULUMI_PARALLEL ?= ?'64'/);
    expect(await read(".gitignore"))
      .to.match(/^secrets\.env$/m)
      .and.match(/^secrets\.ps1$/m)
      .and.match(/^journal\/$/m);
  });

  it("never overwrites: one file in the way and nothing is written", async () => {
    await fs.mkdir(folder);
    await fs.writeFile(path.join(folder, "estate.ts"), "mine");
    const { message } = await failureOf(init(folder, { yes: true }, terminal));
    expect(message).to.match(/holds estate\.ts already, and nothing is ever overwritten/);
    expect(await fs.readdir(folder)).to.deep.equal(["estate.ts"]);
    expect(await read("estate.ts")).to.equal("mine");
  });

  it("takes answers from a file, and an option over it", async () => {
    const file = path.join(path.dirname(folder), "a.json");
    await fs.writeFile(file, JSON.stringify({ name: "contoso", databases: ["K2", "Claims"], rtoMin: 30 }));
    await init(folder, { yes: true, answers: file, name: "fabrikam" }, terminal);
    const text = await read("estate.ts");
    expect(text)
      .to.contain('name: "fabrikam"')
      .and.contain('databases: ["K2", "Claims"]')
      .and.contain("rtoMin: 30");
  });

  it("refuses a key that is no question, and says which there are", () => {
    expect(() => answersIn('{"database": "K2"}', "a.json")).to.throw(
      '"database" is no question. Did you mean databases?',
    );
    expect(() => answersIn("[]", "a.json")).to.throw("holds no object");
    expect(() => answersIn("{", "a.json")).to.throw("is not JSON");
  });

  it("asks nobody where nobody can answer", async function () {
    if (process.stdin.isTTY) this.skip();
    const failure = await failureOf(init(folder, {}, terminal));
    expect(failure.message).to.contain("--yes");
    expect(failure.exitCode).to.equal(2);
  });

  const refused: readonly (readonly [Partial<Answers>, RegExp])[] = [
    [{ k2Primary: "K2PRD01" }, /--k2-primary "K2PRD01": write NAME=ADDRESS/],
    [{ sqlDr: "A=1,B=2" }, /--sql-dr/],
    [{ drTimeZone: "GMT Standard Time" }, /write an IANA name/],
    [{ rtoMin: "1h" }, /whole minutes/],
    [{ shipShare: "D:\\LogShip" }, /a share/],
    [{ alias: "k2" }, /a whole name/],
    [{ alias: "k2.corp.example", dnsServer: "" }, /--dns-server is missing/],
    [{ k2Primary: "SRV1=10.0.0.1", sqlPrimary: "srv1=10.0.0.1" }, /server SRV1 is named twice/],
    [{ standby: "tepid" }, /cold, warm or hot/],
  ];
  for (const [given, says] of refused)
    it(`refuses ${JSON.stringify(given)}`, () => {
      expect(wrongIn(given).join("\n")).to.match(says);
    });

  it("finds nothing wrong with its own examples", () => {
    expect(wrongIn(completed({}))).to.deep.equal([]);
  });

  it("lets only the database that K2's installer makes be overwritten at the standby", () => {
    const replacesOf = (databases: string): unknown => {
      const call = callsIn(estateText(completed({ databases }))).find((c) => c.what === "logShipping");
      return (JSON.parse(JSON.stringify(call?.args[1])) as { readonly replaces?: unknown }).replaces;
    };
    expect(replacesOf("Claims, K2")).to.deep.equal(["K2"]);
    expect(replacesOf("K2Claims, Claims")).to.equal(undefined);
  });

  it("names several servers of a site one by one, in order", () => {
    const calls = callsIn(estateText(completed({ k2Primary: "K2A=10.0.0.1, K2B=10.0.0.2" })));
    expect(calls.filter((c) => c.what === "server").map((c) => c.args[0])).to.deep.equal([
      "K2A",
      "K2B",
      "K2DR01",
      "SQLPRD01",
      "SQLDR01",
    ]);
  });

  it("writes every answer as the text it is: nothing that is typed becomes code", () => {
    const free = [
      "primaryPlace",
      "drPlace",
      "sshUser",
      "sshKey",
      "sqlUser",
      "shipFolder",
      "copyFolder",
      "mirror",
    ] as const;
    const hostile = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom('"); process.exit(); ("', "${x}", "`", "\\", "*/", "'"),
    );
    fc.assert(
      fc.property(fc.record(Object.fromEntries(free.map((k) => [k, hostile]))), (given) => {
        const a = { ...completed({}), ...given } as Answers;
        const calls = callsIn(estateText(a));
        const first = (what: string): readonly unknown[] => calls.find((c) => c.what === what)?.args ?? [];
        const flat = JSON.parse(JSON.stringify(calls)) as readonly {
          what: string;
          args: readonly Record<string, unknown>[];
        }[];
        expect(first("file")).to.deep.equal([a.sshKey]);
        expect(flat.filter((c) => c.what === "site").map((c) => c.args[1]?.["place"])).to.deep.equal([
          a.primaryPlace,
          a.drPlace,
        ]);
        expect(flat.find((c) => c.what === "logShipping")?.args[1]).to.deep.include({
          backupFolder: a.shipFolder,
          copyTo: a.copyFolder,
        });
        expect(flat.find((c) => c.what === "defineEstate")?.args[0]?.["journal"]).to.deep.equal({
          folder: "journal",
          mirror: a.mirror,
        });
      }),
      { numRuns: 50 },
    );
  });

  it("has one option and one key for each question", () => {
    expect(new Set(questions.map((q) => q.flag)).size).to.equal(questions.length);
    expect(new Set(questions.map((q) => q.key)).size).to.equal(questions.length);
  });

  it("needs no Azure and no account: the state is in a folder of the project", () => {
    const all = Object.values(projectFiles(completed({}), "1.0.0")).join("\n");
    expect(all).to.not.match(/azure/i);
    expect(all).to.contain("url: file://./.state");
  });
});
