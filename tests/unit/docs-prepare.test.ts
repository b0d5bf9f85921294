import { expect } from "chai";
import { pageOf } from "./docs-pages.ts";
import { startInstance } from "./lab-sql-engine-support.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";

const scripts = pageOf("docs/prepare-a-server.md")
  .blocks.filter((b) => b.language === "powershell" && b.text.includes("$ErrorActionPreference"))
  .map((b) => b.text);

/** T-SQL of a script: its here-strings, in order. */
const tsqlOf = (script: string): readonly string[] =>
  [...script.matchAll(/@'\n([^]*?)\n'@/g)].map(([, text]) => text ?? "");

/** Variables that a script assigns at its head, and those that it uses below and assigns nowhere. */
function variablesOf(script: string): {
  readonly head: readonly string[];
  readonly unknown: readonly string[];
} {
  const code = script.replaceAll(/(?<=\s)# .*$/gm, "").replaceAll(/@'\n[^]*?\n'@/g, "''");
  const head = [...(code.split("$ErrorActionPreference")[0] ?? "").matchAll(/^\$(\w+) = /gm)];
  const assigned = [...code.matchAll(/\$(\w+) = |foreach \(\$(\w+) in|\] \$(\w+)/g)].flatMap((m) =>
    m.slice(1),
  );
  const own = ["ErrorActionPreference", "LASTEXITCODE", "env", "_", "null"];
  // In double quotes a backtick makes the dollar sign a character.
  const used = [...code.matchAll(/(?<!`)\$\{?(\w+)/g)].map(([, name]) => name ?? "");
  return {
    head: head.map(([, name]) => name ?? ""),
    unknown: [...new Set(used)].filter((name) => !own.includes(name) && !assigned.includes(name)),
  };
}

describe("The scripts that prepare a server", () => {
  it("are one for each kind, each with its values at its head and none that it lacks", () => {
    expect(scripts.map((script) => variablesOf(script))).to.deep.equal([
      { head: ["runner", "account", "publicKey", "k2Port"], unknown: [] },
      {
        head: [
          "runner",
          "account",
          "publicKey",
          "instance",
          "sqlPort",
          "login",
          "otherServer",
          "otherAccounts",
          "folder",
          "share",
        ],
        unknown: [],
      },
      { head: ["folder", "share", "readers", "account"], unknown: [] },
    ]);
    expect(variablesOf("$a = 1\n$ErrorActionPreference = 'Stop'\nGet-Item $b").unknown).to.deep.equal(["b"]);
  });

  it("set SSH up alike", () => {
    const ssh = scripts.map((script) => /# 1\. SSH[^]*?(?=\n# 2\.)/.exec(script)?.[0]);
    expect(ssh[0]).to.be.a("string").and.equal(ssh[1]);
  });

  it("give the login the right that the page on permissions asks for, and no other", () => {
    const rights = (text: string): readonly string[] =>
      text.split("\n").filter((line) => /^(ALTER SERVER ROLE|GRANT|ALTER ROLE) /.test(line));
    const given = scripts.flatMap(tsqlOf).flatMap(rights);
    const [asked] = pageOf("docs/permissions.md").blocks.filter((b) => b.language === "sql");
    expect(given)
      .to.deep.equal(rights(asked?.text ?? ""))
      .and.have.length(1);
  });

  it("make a login that the runner can use, and change nothing the second time", async () => {
    const { instance } = await startInstance();
    const [windowsOnly = "", exists = "", make = "", grant = ""] = scripts.flatMap(tsqlOf);
    const first = async (text: string): Promise<unknown> => {
      const { rows, errors } = await instance.run(text, "master");
      expect(errors).to.deep.equal([]);
      return Object.values(rows[0] ?? {})[0];
    };
    expect(await first(windowsOnly)).to.equal(0);
    expect(await first(exists)).to.equal(0);
    await first(make);
    for (let i = 0; i < 2; i++) await first(grant);
    expect(await first(exists)).to.equal(1);
    expect(await first("SELECT IS_SRVROLEMEMBER(N'sysadmin', N'dr_runner')")).to.equal(1);
  });

  itParses("hold T-SQL that SQL Server takes", async () => {
    const all = scripts.flatMap(tsqlOf);
    expect(all).to.have.length(4);
    for (const text of all) await expectTsql(text, ["2012", "2014", "2016", "2017", "2019"]);
  });
});
