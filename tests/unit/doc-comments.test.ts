import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const repository = resolve(import.meta.dirname, "../..");

/** What an owner writes with, and what every part is written with: both are read without their source. */
const files = [
  "index.ts",
  ...globSync(["model/*.ts", "components/**/index.ts", "components/**/inputs.ts", "stacks/run-stack.ts"], {
    cwd: repository,
  }).sort(),
];

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword);

const isDocumented = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).length > 0;

const nameOf = (node: ts.NamedDeclaration): string => node.name?.getText() ?? "";

/** Keys of a schema's object that have no comment. */
function keysOf(schema: ts.Expression | undefined): readonly string[] {
  if (!schema || !ts.isCallExpression(schema)) return [];
  const [shape] = schema.arguments;
  if (
    !/^z\.(strictO|o)bject$/.test(schema.expression.getText()) ||
    !shape ||
    !ts.isObjectLiteralExpression(shape)
  )
    return [];
  return shape.properties.filter((key) => !isDocumented(key)).map(nameOf);
}

/** Names that a file exports without a comment: those of declarations, and of the members of interfaces. */
export function undocumented(path: string, text: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const named = new Set<string>();
  const missing: string[] = [];
  const look = (node: ts.NamedDeclaration, comment: ts.Node = node): void => {
    const name = nameOf(node);
    if (isDocumented(comment)) named.add(name);
    // A schema and the type of what it describes have one name and one comment.
    else if (!named.has(name)) missing.push(name);
  };
  for (const statement of source.statements) {
    if (!isExported(statement)) continue;
    if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations) {
        look(declaration, statement);
        missing.push(...keysOf(declaration.initializer).map((key) => `${nameOf(declaration)}.${key}`));
      }
    else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    )
      look(statement);
    else if (ts.isInterfaceDeclaration(statement)) {
      look(statement);
      for (const member of statement.members)
        if (!isDocumented(member)) missing.push(`${nameOf(statement)}.${nameOf(member)}`);
    }
  }
  return missing;
}

describe("doc comments", () => {
  it("finds what is exported without one", () => {
    const text = `
      /** Said. */ export const a = 1;
      export const b = 2;
      export function c(): void {}
      /** Said. */
      export interface D {
        /** Said. */
        e: string;
        f: string;
      }
      /** Said. */ export const G = {}; export type G = string;
      const own = 3;
      /** Said. */
      export const H = z.strictObject({
        /** Said. */
        i: z.string(),
        j: z.string(),
      });
    `;
    expect(undocumented("a.ts", text)).to.deep.equal(["b", "c", "D.f", "H.j"]);
  });

  for (const path of files)
    it(`${path} explains everything that it exports`, () => {
      expect(undocumented(path, readFileSync(join(repository, path), "utf8"))).to.deep.equal([]);
    });
});
