import { expect } from "chai";
import fc from "fast-check";
import { completed, wrongIn } from "../../cli/init/answers.ts";
import { estateText } from "../../cli/init/estate-text.ts";
import { projectFiles } from "../../cli/init/files.ts";
import type { Answers } from "../../cli/init/keys.ts";
import { questions } from "../../cli/init/questions.ts";
import { buildProgram } from "../../cli/program.ts";
import { writtenTerminal } from "./cli-fixture.ts";
import { callsIn } from "./written-estate.ts";

/** The help of init, its lines joined. */
const commandHelp = (): string => {
  const program = buildProgram(writtenTerminal());
  const help = program.commands.find((c) => c.name() === "init")?.helpInformation() ?? "";
  return help.replaceAll(/\s+/g, " ");
};

describe("init", () => {
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

  it("has backups copied away from the standby's SQL Server where a share of another server is named, and else says where to", () => {
    const away = (awayShare: string): unknown =>
      callsIn(estateText(completed({ awayShare }))).find((c) => c.what === "logShipping")?.args[1];
    expect(away("\\\\FILE02\\K2")).to.have.property("awayTo").that.deep.equals({ dr: "\\\\FILE02\\K2" });
    expect(away("")).to.not.have.property("awayTo");
    expect(estateText(completed({}))).to.contain('// awayTo: { dr: "\\\\\\\\FILE02\\\\K2" },');
    expect(wrongIn({ ...completed({}), awayShare: "\\\\sqldr01\\Away" }).join()).to.contain(
      "it is a share of SQLDR01 itself: write one of another server, such as \\\\FILE02\\K2",
    );
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

  it("shows every option in its help, with its default or an example", () => {
    const help = commandHelp();
    for (const { flag, asks, example, otherwise } of questions) {
      const after = otherwise ? `default: ${otherwise.says}` : `no default; such as ${example}`;
      expect(help).to.contain(`--${flag} <text> ${asks} (${after})`);
    }
    for (const flag of ["--yes", "--answers <file>", "--package <spec>"])
      expect(help).to.match(new RegExp(`${flag} [^(]*\\(default: `));
  });

  it("asks for no secret", () => {
    expect(questions.filter((q) => /password|passphrase|secret/i.test(q.asks))).to.deep.equal([]);
  });

  it("has one option and one key for each question", () => {
    expect(new Set(questions.map((q) => q.flag)).size).to.equal(questions.length);
    expect(new Set(questions.map((q) => q.key)).size).to.equal(questions.length);
  });

  it("needs no Azure and no account: the state is in a folder of the project", () => {
    const all = Object.values(projectFiles(completed({}), "1.0.0")).join("\n");
    expect(all).to.not.match(/azure/i);
    expect(all).to.contain("url: file://./.state?metadata=skip");
  });
});
