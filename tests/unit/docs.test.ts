import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Command } from "commander";
import ts from "typescript";
import { neededStacks } from "../../cli/doctor/settings.ts";
import { completed } from "../../cli/init/answers.ts";
import { projectFiles } from "../../cli/init/files.ts";
import { buildProgram } from "../../cli/program.ts";
import { multiUser, recover, takeOnline } from "../../components/sql/log-shipping/tsql/changes.ts";
import { orderOf } from "../../lab/control/orders.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import type { Estate } from "../../model/estate.ts";
import { callsOf, pageOf, pages, root, typed, type Page } from "./docs-pages.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";

const program = buildProgram({
  out: () => undefined,
  note: () => undefined,
  now: () => new Date(0),
  env: {},
  platform: "linux",
});

/** The command that words lead to, and what is left of them. */
function commandOf(words: readonly string[]): {
  readonly command: Command;
  readonly rest: readonly string[];
} {
  let command = program;
  let at = 0;
  for (; at < words.length; at++) {
    const below = command.commands.find((c) => c.name() === words[at]);
    if (!below) break;
    command = below;
  }
  return { command, rest: words.slice(at) };
}

const allCommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(allCommands),
];
const flagsOf = (command: Command): readonly string[] => command.options.flatMap((o) => o.long ?? []);
/** Options of Pulumi's own command line that the pages name. */
const pulumiFlags: readonly string[] = ["--target", "--exclude", "--run-program", "--replace", "--force"];

/** What is wrong with a call of the command line; nothing where it exists. */
function whyNot(words: readonly string[]): string | undefined {
  // What stands after -- belongs to another program.
  const end = words.indexOf("--");
  const { command, rest } = commandOf(end < 0 ? words : words.slice(0, end));
  const known = [...flagsOf(command), "--help"];
  const flag = rest.find((word) => word.startsWith("--") && !known.includes(word));
  if (flag !== undefined) return `${command.name()} has no option ${flag}`;
  const verb = rest.find((word) => /^[a-z]/.test(word));
  return command.commands.length > 0 && verb !== undefined ? `there is no verb ${verb}` : undefined;
}

describe("The pages for owners", () => {
  it("have no fenced block that these tests do not see, not in the items of lists either", () => {
    const fences = pages.map(({ name, text }) => [name, text.match(/^[\s>]*(?:```|~~~)/gm)?.length ?? 0]);
    expect(pages.map(({ name, blocks }) => [name, 2 * blocks.length])).to.deep.equal(fences);
  });

  it("name only verbs and options that the command line has", () => {
    const wrong = pages.flatMap((page) =>
      typed(page).flatMap((line) =>
        callsOf("parallel-standby", line).flatMap((words) => {
          const why = whyNot(words);
          return why === undefined ? [] : [`${page.name}: ${line}: ${why}`];
        }),
      ),
    );
    expect(wrong).to.deep.equal([]);
    expect(whyNot(["journal", "prove"]), "a verb that is not there").to.equal("there is no verb prove");
    expect(whyNot(["status", "--jsn"]), "an option that is not there").to.equal("status has no option --jsn");
  });

  it("never have npx fetch what a registry has by the program's name: that shell holds the estate's passwords", () => {
    const own = projectFiles(completed({}), "^1.0.0");
    const texts = [...pages.map((p) => [p.name, p.text] as const), ...Object.entries(own)];
    for (const [file, text] of texts) expect(text, file).not.to.match(/npx(?:\.cmd)? (?!--no )/);
  });

  it("start the program by npx in every block of an owner's project: it stands on no PATH there", () => {
    // What README types so is typed in the lab's project, whose lab.env puts it there.
    const owners = pages.filter((page) => page.name !== "README.md");
    const bare = owners.flatMap((page) =>
      page.blocks.flatMap(({ text }) =>
        text
          .split("\n")
          .flatMap((line) => (/^\s*parallel-standby /.test(line) ? [`${page.name}: ${line}`] : [])),
      ),
    );
    expect(bare).to.deep.equal([]);
  });

  it("start the program by npx.cmd where PowerShell runs it: by its plain name that is npx.ps1, which loses a --", () => {
    const lines = pages.flatMap((page) => typed(page).filter((line) => /powershell.*\bnpx\b/i.test(line)));
    expect(lines).to.have.length(3);
    for (const line of lines) expect(line).not.to.match(/\bnpx(?!\.cmd )/);
  });

  it("have the same rungs, by the same numbers and commands, as the README of an owner's project", () => {
    const own = projectFiles(completed({}), "^1.0.0")["README.md"] ?? "";
    const sections = new Map(
      own.split(/^(?=\*\*\d+\. )/m).map((part) => [Number(/^\*\*(\d+)\./.exec(part)?.[1]), part]),
    );
    const rows = pageOf("README.md")
      .text.split("\n")
      .flatMap((line) => {
        const row = /^\| (\d+) +\| (.*?) +\|/.exec(line);
        return row ? [{ rung: Number(row[1]), typed: row[2] ?? "" }] : [];
      });
    expect(rows.map((r) => r.rung)).to.deep.equal(Array.from({ length: 14 }, (_, i) => i + 1));
    for (const { rung, typed: cell } of rows.slice(3))
      for (const [, command = ""] of cell.matchAll(/`((?:npx|npm|pulumi) [^`]*)`/g))
        expect(sections.get(rung), `rung ${String(rung)}`).to.contain(command);
    expect([...sections.keys()].filter((n) => !Number.isNaN(n))).to.deep.equal(
      rows.slice(3).map((r) => r.rung),
    );
  });

  it("name no option on its own that nothing has", () => {
    const known = new Set([...allCommands(program).flatMap(flagsOf), ...pulumiFlags]);
    const wrong = pages.flatMap((page) =>
      page.spans.flatMap((span) => {
        const flag = /^--[a-z][a-z0-9-]*/.exec(span)?.[0];
        return flag !== undefined && !known.has(flag) ? [`${page.name}: ${span}`] : [];
      }),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("name every verb and every option that the command line has", () => {
    const text = pageOf("docs/cli.md").text + pageOf("docs/cutover.md").text;
    const missing = allCommands(program)
      .flatMap((c) => [...(c === program ? [] : [c.name()]), ...flagsOf(c)])
      .filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text));
    expect(missing).to.deep.equal([]);
  });

  it("name only npm scripts that this repository or an owner's project has", () => {
    const scripts = (manifest: string): readonly string[] =>
      Object.keys((JSON.parse(manifest) as { readonly scripts: object }).scripts);
    const known = new Set([
      ...scripts(fs.readFileSync(path.join(root, "package.json"), "utf8")),
      ...scripts(projectFiles(completed({}), "1.0.0")["package.json"] ?? "{}"),
    ]);
    const wrong = pages.flatMap((page) =>
      [...page.text.matchAll(/npm (?:--prefix \S+ )?run ([\w:-]+)/g)]
        .filter(([, name]) => !known.has(name ?? ""))
        .map(([call]) => `${page.name}: ${call}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("give only orders that the lab takes", () => {
    const orders = pages.flatMap(typed).flatMap((line) => {
      const words = /npm (?:--prefix \S+ )?run lab -- ([^#]+)/.exec(line)?.[1];
      return words === undefined ? [] : [words.trim().split(" ")];
    });
    expect(orders.length).to.be.greaterThan(4);
    expect(orders.filter((words) => "wrong" in orderOf(words))).to.deep.equal([]);
  });

  it("name only stacks that an estate has", () => {
    const stacks: readonly string[] = [...neededStacks, "dr-drill"];
    const wrong = pages.flatMap((page) =>
      typed(page).flatMap((line) =>
        callsOf("pulumi", line).flatMap((words) => {
          const after = words[0] === "stack" && words[1] !== "ls" ? words[2] : undefined;
          const named = after ?? (words.includes("-s") ? words[words.indexOf("-s") + 1] : undefined);
          return named === undefined || stacks.includes(named) ? [] : [`${page.name}: ${line}`];
        }),
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("have links that lead somewhere", () => {
    const wrong = pages.flatMap((page) =>
      page.links
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page.name}: ${link}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("show TypeScript that type-checks", function () {
    this.timeout(30_000);
    expect(typeErrors()).to.deep.equal([]);
  });

  it("show an estate in README that has nothing to mend", async () => {
    const { parts } = await import("../../components/registry/parts.ts");
    const [block] = pageOf("README.md").blocks.filter((b) => b.language === "ts");
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2024 };
    const source = ts
      .transpileModule(block?.text ?? "", { compilerOptions: options })
      .outputText.replace(
        '"parallel-standby"',
        JSON.stringify(pathToFileURL(path.join(root, "index.ts")).href),
      );
    const { estate } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
      readonly estate: Estate;
    };
    expect(describeEstate(estate, parts).parts.map((p) => p.id)).to.deep.equal([
      "k2-data",
      "k2-sql.corp.example",
      "k2.corp.example",
      "k2",
    ]);
  });

  it("open the copies of a site that was left as the product does, by the state they are in, once their guard lets SQL Server start", () => {
    const part =
      pageOf("docs/cutover.md").text.split("## When both sites are lost")[1]?.split("\n## ")[0] ?? "";
    const said = [
      "guard allow SQLPRD01 --as YOUR-NAME --second NAME",
      "RESTORING",
      recover("K2"),
      "OFFLINE",
      takeOnline("K2"),
      "SINGLE_USER",
      multiUser("K2"),
      "Start its services",
      "journal adopt",
      "guard publish",
    ].map((what) => part.indexOf(what));
    expect(said).to.not.include(-1);
    expect(said).to.deep.equal(said.toSorted((a, b) => a - b));
  });

  itParses("show T-SQL that SQL Server takes", async () => {
    const blocks = pages.flatMap((page) => page.blocks.filter((b) => b.language === "sql"));
    expect(blocks.length).to.be.greaterThan(3);
    for (const { text } of blocks) await expectTsql(text, ["2012", "2014", "2016", "2017", "2019"]);
  });
});

function leadsSomewhere(page: Page, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page.name : path.posix.join(path.posix.dirname(page.name), file);
  if (!fs.existsSync(path.join(root, target))) return false;
  return anchor === undefined || pageOf(target).anchors.has(anchor);
}

/**
 * What the compiler says of the pages' TypeScript. The blocks of docs/estate.md make one file; a block of another page
 * that imports nothing stands in a scope at its end, and one that imports is a file of its own.
 */
function typeErrors(): readonly string[] {
  const files = new Map<string, string>();
  const fileOf = (name: string): string => path.join(root, "tests", "unit", `docs-${name}.check.ts`);
  const blocks = pages.flatMap((page) =>
    page.blocks.filter((b) => b.language === "ts").map((b) => ({ ...b, page: page.name })),
  );
  const all = blocks.filter((b) => b.page === "docs/estate.md").map((b) => b.text);
  for (const { page, text, line } of blocks) {
    if (page === "docs/estate.md") continue;
    if (/^import /m.test(text)) files.set(fileOf(`${path.basename(page)}-${String(line)}`), text);
    else all.push(`{\n${text}\n}`);
  }
  files.set(fileOf("estate"), all.join("\n"));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => files.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile.call(host, name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2024);
  };
  const made = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const source = made.getSourceFile(name);
    return [...made.getSyntacticDiagnostics(source), ...made.getSemanticDiagnostics(source)].map(
      (d) => `${path.basename(name)}: ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`,
    );
  });
}
