import { expect } from "chai";
import * as path from "node:path";
import ts from "typescript";
import { completed } from "../../cli/init/answers.ts";
import { projectFiles } from "../../cli/init/files.ts";
import type { AnswerKey } from "../../cli/init/questions.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** A folder that is nowhere but in memory, inside the repository so that the package finds itself by name. */
const folder = path.join(root, "tests", "unit", "own-project");

/** What the compiler says of a project that `init` writes, with the compiler options that it writes. */
function complaints(given: Readonly<Partial<Record<AnswerKey, string>>>): readonly string[] {
  const files = projectFiles(completed(given), "1.0.0");
  const written = JSON.parse(files["tsconfig.json"] ?? "{}") as { readonly compilerOptions: object };
  const { options, errors } = ts.convertCompilerOptionsFromJson(written.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  // The package.json of the project would hide that of the repository, by which the package is found by name.
  const inMemory = (file: string): string | undefined =>
    path.dirname(file) === folder && file.endsWith(".ts") ? files[path.basename(file)] : undefined;
  const { readFile, fileExists, getSourceFile, directoryExists } = host;
  host.fileExists = (file) => inMemory(file) !== undefined || fileExists(file);
  host.directoryExists = (at) => at === folder || directoryExists?.(at) === true;
  host.readFile = (file) => inMemory(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = inMemory(file);
    return text === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([path.join(folder, "main.ts")], options, host);
  const own = ["main.ts", "estate.ts"].flatMap((name) => {
    const source = program.getSourceFile(path.join(folder, name));
    return source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : [];
  });
  return [...errors, ...own].map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"));
}

describe("the project that init writes", function () {
  this.timeout(60_000);

  it("is one that the compiler takes, with an alias and several servers, and without", () => {
    expect(
      complaints({
        alias: "k2.corp.example",
        dnsServer: "10.20.0.10",
        k2Primary: "A=1.1.1.1,B=1.1.1.2",
        mirror: "m",
      }),
    ).to.deep.equal([]);
    expect(complaints({ standby: "cold", k2Version: "4" })).to.deep.equal([]);
  });
});
