import { join, relative, sep } from "node:path";
import type { Rule } from "eslint";
import { reader, wayTo } from "./graph.ts";
import { forbiddenFor, whyNotImport } from "./layers.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Imports go in the directions of the layers, directly and over any number of files. */
export const importDirections: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: { direct: "{{why}}.", leads: "{{from}} leads to {{way}}: {{what}}." },
  },
  create(context) {
    const from = relative(ROOT, context.filename).split(sep).join("/");
    const forbidden = forbiddenFor(from);
    const read = reader(ROOT);
    const check = (node: Rule.Node, specifier: unknown, erased: boolean): void => {
      if (typeof specifier !== "string") return;
      const why = whyNotImport(from, specifier);
      if (why !== undefined) {
        context.report({ node, messageId: "direct", data: { why } });
        return;
      }
      const way = forbidden && !erased ? wayTo(from, specifier, forbidden.forbids, read) : undefined;
      if (forbidden && way) {
        context.report({
          node,
          messageId: "leads",
          data: { from, way: way.join(" -> "), what: forbidden.what },
        });
      }
    };
    const isType = (node: object): boolean =>
      ("importKind" in node && node.importKind === "type") ||
      ("exportKind" in node && node.exportKind === "type");
    return {
      ImportDeclaration: (node) => {
        check(node, node.source.value, isType(node));
      },
      ExportNamedDeclaration: (node) => {
        check(node, node.source?.value, isType(node));
      },
      ExportAllDeclaration: (node) => {
        check(node, node.source.value, isType(node));
      },
      ImportExpression: (node) => {
        check(node, "value" in node.source ? node.source.value : undefined, true);
      },
    };
  },
};
