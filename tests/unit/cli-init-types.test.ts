import { expect } from "chai";
import * as path from "node:path";
import ts from "typescript";
import { completed } from "../../cli/init/answers.ts";
import { projectFiles } from "../../cli/init/files.ts";
import type { Given } from "../../cli/init/keys.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Folders that are nowhere but in memory, inside the repository so that the package finds itself by name. */
const folderOf = (i: number): string => path.join(root, "tests", "unit", `own-project-${String(i)}`);

/** What the compiler says of projects that `init` writes, with the compiler options that it writes; by project. */
function complaints(projects: readonly Given[]): readonly (readonly string[])[] {
  const files = projects.map((given) => projectFiles(completed(given), "1.0.0"));
  const written = JSON.parse(files[0]?.["tsconfig.json"] ?? "{}") as { readonly compilerOptions: object };
  const { options, errors } = ts.convertCompilerOptionsFromJson(written.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  // The package.json of a project would hide that of the repository, by which the package is found by name.
  const texts = new Map(
    files.flatMap((project, i) =>
      Object.entries(project)
        .filter(([name]) => name.endsWith(".ts"))
        .map(([name, text]) => [path.join(folderOf(i), name), text]),
    ),
  );
  const { readFile, fileExists, getSourceFile, directoryExists } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.directoryExists = (at) => files.some((_, i) => at === folderOf(i)) || directoryExists?.(at) === true;
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, text, version);
  };
  const roots = files.map((_, i) => path.join(folderOf(i), "main.ts"));
  const program = ts.createProgram(roots, options, host);
  return files.map((_, i) => {
    const own = ["main.ts", "estate.ts"].flatMap((name) => {
      const source = program.getSourceFile(path.join(folderOf(i), name));
      return source
        ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
        : [];
    });
    return [...errors, ...own].map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"));
  });
}

describe("the project that init writes", function () {
  this.timeout(60_000);

  const accepted: readonly Given[] = [
    {},
    { standby: "cold", k2Version: "4" },
    {
      alias: "k2.apps.corp.example",
      sqlAlias: "k2-sql.corp.example",
      zone: "corp.example",
      dnsPort: "5353",
      tsigName: "dr-key",
      tsigAlgorithm: "hmac-sha512",
      k2Primary: "A=1.1.1.1,B=1.1.1.2",
      k2Port: "5556",
      sqlPort: "50123",
      sshPort: "2222, A=22",
      databases: "K2Own, Claims",
      mirror: "m",
      awayShare: "\\\\FILE02\\K2",
    },
    { k2Primary: "A=1.1.1.1", sqlPrimary: "A=1.1.1.1", k2Dr: "B=1.1.1.2", sqlDr: "B=1.1.1.2" },
  ];
  it("is one that the compiler takes: by default, cold, with names that move, with one server at each site", () => {
    const [wrong = [], ...found] = complaints([{ k2Version: "6" }, ...accepted]);
    expect(wrong, "one that is wrong").to.have.length(1);
    expect(found).to.deep.equal(accepted.map(() => []));
  });
});
