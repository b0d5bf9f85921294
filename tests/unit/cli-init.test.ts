import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { answersIn, completed, wrongIn } from "../../cli/init/answers.ts";
import { estateText } from "../../cli/init/estate-text.ts";
import type { Answers } from "../../cli/init/keys.ts";
import { questions } from "../../cli/init/questions.ts";
import { init } from "../../cli/init/run.ts";
import { failureOf, writtenTerminal } from "./cli-fixture.ts";

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
      /^name: "contoso"\n[^]*typescript: false\nmain: main\.js\nbackend:\n {2}# [^\n]*\n {2}url: file:\/\/\.\/\.state\?metadata=skip\n$/,
    );
    expect(await read("main.ts")).to.contain('import { runStack } from "parallel-standby/stack";');
    expect(JSON.parse(await read("package.json"))).to.deep.include({ type: "module", private: true });
    expect(terminal.lines.join("\n")).to.match(/next:[^]*npm install[^]*hosts check/);
  });

  it("names in both examples every secret that the estate takes from the environment, and the engine's settings", async () => {
    await init(folder, { yes: true, alias: "k2.corp.example", dnsServer: "10.20.0.10" }, terminal);
    const secrets = [...(await read("estate.ts")).matchAll(/secret\.env\("(\w+)"\)/g)].map(
      ([, name]) => name,
    );
    expect(secrets).to.have.members([
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

  it("refuses a folder that holds anything, and changes nothing in it", async () => {
    await fs.mkdir(folder);
    for (const name of ["notes.txt", "a", "b", "c", "d"]) await fs.writeFile(path.join(folder, name), "mine");
    const failure = await failureOf(init(folder, { yes: true }, terminal));
    expect(failure.message).to.match(/ is not empty: it holds a, b, c and 2 more, .*nothing was written$/);
    expect(failure.exitCode).to.equal(1);
    expect((await fs.readdir(folder)).sort()).to.deep.equal(["a", "b", "c", "d", "notes.txt"]);
    expect(await read("notes.txt")).to.equal("mine");
  });

  it("refuses a file in place of the folder, and asks nothing before", async () => {
    await fs.writeFile(folder, "mine");
    const asking = () => Promise.reject(new Error("it was asked"));
    const { message } = await failureOf(init(folder, {}, terminal, asking));
    expect(message).to.contain("is a file, not a folder");
  });

  it("writes into an empty folder, also where git has begun", async () => {
    await fs.mkdir(path.join(folder, ".git"), { recursive: true });
    await init(folder, { yes: true }, terminal);
    expect(await read("estate.ts")).to.contain("defineEstate");
  });

  it("names the folder, in what to type next, as a shell takes it", async () => {
    const odd = `${folder} of O'Hara`;
    await init(odd, { yes: true }, terminal);
    expect(terminal.lines.join("\n")).to.contain(`cd '${folder} of O'\\''Hara'`);
    await fs.rm(odd, { recursive: true });
    await init(odd, { yes: true }, { ...terminal, platform: "win32" });
    expect(terminal.lines.join("\n")).to.contain(`cd '${folder} of O''Hara'`);
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

  it("names a wrong value of a file by the file and its key, which is what its reader can look for, and one of an option by that", async () => {
    const file = path.join(path.dirname(folder), "a.json");
    await fs.writeFile(file, '{"rtoMin": "soon", "k2Version": 6, "k2Port": 1}');
    const failure = await failureOf(init(folder, { yes: true, answers: file, k2Port: "0" }, terminal));
    expect(failure.exitCode).to.equal(2);
    expect(failure.message)
      .to.contain(`--answers ${file}: "rtoMin" "soon": `)
      .and.contain(`--answers ${file}: "k2Version" "6": `)
      .and.contain('--k2-port "0": ')
      .and.not.contain("--rto-min")
      .and.not.contain('"k2Port"');
  });

  it("judges a file together with the options beside it: either may name the server that the other speaks of", async () => {
    const file = path.join(path.dirname(folder), "a.json");
    const named = { sqlDr: "B=10.0.0.2", sqlPort: "A=50123" };
    await fs.writeFile(file, JSON.stringify(named));
    await init(folder, { yes: true, answers: file, sqlPrimary: "A=10.0.0.1" }, terminal);
    expect(await read("estate.ts")).to.contain("50123");
    await fs.rm(folder, { recursive: true });
    const { message } = await failureOf(
      init(folder, { yes: true, answers: file, sqlPrimary: "C=10.0.0.1" }, terminal),
    );
    expect(message).to.match(/^--answers .*a\.json: "sqlPort" "A=50123": A is none of the servers C, B/);
  });

  it("refuses a package in a file that is not there, and writes nothing; a relative path counts from the new folder", async () => {
    const failure = await failureOf(init(folder, { yes: true, package: "file:../no-such.tgz" }, terminal));
    expect(failure.exitCode).to.equal(2);
    expect(failure.message).to.contain(
      `there is no ${path.join(path.dirname(folder), "no-such.tgz")}; nothing was written`,
    );
    await fs.writeFile(path.join(path.dirname(folder), "some.tgz"), "");
    await init(folder, { yes: true, package: "file:../some.tgz" }, terminal);
    expect(await read("package.json")).to.contain("file:../some.tgz");
  });

  it("says in one sentence what is missing where nobody can be asked", async function () {
    if (process.stdin.isTTY) this.skip();
    const given = { name: "contoso", drPlace: "Leeds", alias: "k2.corp.example" };
    const failure = await failureOf(init(folder, given, terminal));
    expect(failure.message).to.equal(
      "nobody can be asked here, and these are not answered: --primary-place, --primary-time-zone, --k2-primary, --k2-dr, --sql-primary, --sql-dr, --ssh-user, --dns-server. Give them as options or in --answers, or add --yes to take examples for them; nothing was written",
    );
    expect(failure.exitCode).to.equal(2);
    expect(await fs.readdir(path.dirname(folder))).to.deep.equal([]);
  });

  it("takes defaults where nobody can be asked and all that has none is answered", async function () {
    if (process.stdin.isTTY) this.skip();
    const given = Object.fromEntries(
      questions.filter((q) => q.otherwise === undefined && q.arises({})).map((q) => [q.key, q.example]),
    );
    await init(folder, given, terminal);
    expect(await read("estate.ts")).to.equal(estateText(completed(given)));
  });

  const refused: readonly (readonly [Partial<Answers>, RegExp])[] = [
    [{ k2Primary: "K2PRD01" }, /--k2-primary "K2PRD01": write NAME=ADDRESS/],
    [{ k2Primary: "K2PRD01=10.10.1.400" }, /"10\.10\.1\.400" is no address for K2PRD01/],
    [{ k2Dr: "K2DR01=-x-" }, /--k2-dr "K2DR01=-x-": "-x-" is no address for K2DR01/],
    [{ k2Primary: "A=10.0.0.1, a=10.0.0.2" }, /a is there twice/],
    [{ k2Primary: "A=10.0.0.1", k2Dr: "A=10.0.0.1" }, /A is a server of production already/],
    [{ standby: "cold", k2Primary: "A=10.0.0.1", k2Dr: "A=10.0.0.1" }, /with a cold standby it only tells/],
    [{ sqlDr: "A=10.0.0.1,B=10.0.0.2" }, /--sql-dr.*write NAME=ADDRESS/],
    [{ k2Primary: "SRV1=10.0.0.1", sqlPrimary: "srv1=10.0.0.2" }, /srv1 is at 10\.0\.0\.1 by an earlier/],
    [{ k2Port: "65536" }, /--k2-port "65536": write a port, from 1 to 65535/],
    [{ sqlPort: "SQLEXPRESS" }, /--sql-port "SQLEXPRESS": write a port/],
    [{ sqlPort: "1433, 1434" }, /two ports that belong to no server/],
    [{ sqlPrimary: "A=10.0.0.1", sqlPort: "B=1" }, /B is none of the servers A:/],
    [{ k2Primary: "A=10.0.0.1", sqlPrimary: "B=10.0.0.2", sqlPort: "A=1" }, /A is none of the servers B:/],
    [{ k2Primary: "A=10.0.0.1", sshPort: "A=0" }, /--ssh-port "A=0": write a port/],
    [{ drTimeZone: "GMT Standard Time" }, /write an IANA name/],
    [{ rtoMin: "1h" }, /whole minutes/],
    [{ rpoMin: "60" }, /recovers to 120 minutes before a disaster.*write 120 or more/],
    [{ databases: "K2, k2" }, /k2 is there twice/],
    [{ databases: "K2, msdb" }, /msdb belongs to SQL Server itself/],
    [{ databases: "K2, a/b" }, /"a\/b" has a character/],
    [{ shipFolder: "LogShip" }, /a folder with its drive/],
    [{ copyFolder: "\\\\SQLDR01\\LogShip" }, /a folder with its drive/],
    [{ shipFolder: "D:\\$(x)" }, /SQL Server Agent reads as its own/],
    [{ shipShare: "D:\\LogShip" }, /a share/],
    [{ alias: "k2" }, /--alias "k2": write a whole name/],
    [{ alias: "k2.corp.example." }, /a whole name/],
    [
      { alias: "k2.corp.example", k2Dr: "K2DR01=dr.corp.example" },
      /K2DR01 is at "dr\.corp\.example": write its/,
    ],
    [{ alias: "k2.corp.example", sqlAlias: "K2.corp.example" }, /--sql-alias.*people find K2 by/],
    [
      { alias: "k2.corp.example", zone: "other.example" },
      /k2\.corp\.example is not in the zone other\.example/,
    ],
    [{ alias: "k2.a.example", sqlAlias: "sql.b.example", zone: "a.example" }, /sql\.b\.example is not in/],
    [{ alias: "k2.corp.example", dnsServer: "ns1" }, /--dns-server "ns1": write an IPv4 address/],
    [{ alias: "k2.corp.example", dnsServer: "" }, /--dns-server "": write an IPv4 address/],
    [{ sqlAlias: "k2-sql.corp.example", tsigName: "a key" }, /--tsig-name "a key": write the name/],
    [
      { sqlAlias: "k2-sql.corp.example", tsigAlgorithm: "hmac-md5" },
      /--tsig-algorithm "hmac-md5": write hmac/,
    ],
    [{ standby: "tepid" }, /cold, warm or hot/],
    [{ primaryPlace: "Lon\u2028don" }, /on one line/],
  ];
  for (const [given, says] of refused)
    it(`refuses ${JSON.stringify(given)}`, async () => {
      expect(wrongIn(given).join("\n")).to.match(says);
      const failure = await failureOf(init(folder, { yes: true, ...given }, terminal));
      expect(failure.exitCode).to.equal(2);
      expect(await fs.readdir(path.dirname(folder))).to.deep.equal([]);
    });

  it("finds a default that does not fit what was answered", async () => {
    const given = { yes: true, alias: "k2.a.example", sqlAlias: "sql.b.example" } as const;
    const { message } = await failureOf(init(folder, given, terminal));
    expect(message).to.contain('--zone "a.example": sql.b.example is not in the zone a.example');
  });
});
