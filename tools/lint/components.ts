import type { Rule, Scope } from "eslint";
import type { Class, Expression, MethodDefinition, Node, SpreadElement } from "estree";
import type ts from "typescript";

/** What the parser of typescript-eslint knows, as far as these rules ask it. */
interface TypeServices {
  getTypeAtLocation(node: Node): ts.Type;
}

/**
 * A resource made inside a component is its child: `{ parent: this }` in its options. Without it the resource hangs in
 * the air: `dependsOn` of the component does not wait for it, and neither provider nor protection reaches it.
 */
export const childHasParent: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: { parent: "a resource inside a component needs { parent: this } in its options" },
  },
  create(context) {
    const services = context.sourceCode.parserServices as unknown as TypeServices;
    const isResource = (node: Node): boolean => {
      const type = services.getTypeAtLocation(node);
      return type.getProperty("urn") !== undefined && type.getProperty("getProvider") !== undefined;
    };
    return {
      NewExpression(node) {
        if (!componentAround(node) || !isResource(node)) return;
        const options = constant(context.sourceCode.getScope(node), node.arguments.at(-1));
        if (!hasParentThis(options)) context.report({ node, messageId: "parent" });
      },
    };
  },
};

/**
 * The options of a component are its own. Spread into a child's, they carry the caller's parent, aliases and
 * dependencies over, and `{ parent: this, ...opts }` gives the child to the caller.
 */
export const noSpreadOptions: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: { spread: "the options of a component are never spread into a child's" },
  },
  create(context) {
    return {
      SpreadElement(node) {
        const component = componentAround(node);
        if (!component || node.argument.type !== "Identifier") return;
        const third = constructorOf(component)?.value.params[2];
        const name = third?.type === "AssignmentPattern" ? third.left : third;
        const names = ["opts", "options", ...(name?.type === "Identifier" ? [name.name] : [])];
        if (names.includes(node.argument.name)) context.report({ node, messageId: "spread" });
      },
    };
  },
};

/**
 * `registerOutputs` ends the constructor of a component: what comes after it is not among its children when others
 * depend on it.
 */
export const registerOutputsLast: Rule.RuleModule = {
  meta: {
    type: "problem",
    schema: [],
    messages: { last: "the last statement of a component's constructor is this.registerOutputs({ … })" },
  },
  create(context) {
    const check = (node: Class & Rule.NodeParentExtension): void => {
      const made = constructorOf(node);
      if (!made || !isComponent(node)) return;
      const last = made.value.body.body.at(-1);
      const call = last?.type === "ExpressionStatement" ? last.expression : undefined;
      const callee = call?.type === "CallExpression" ? call.callee : undefined;
      const ends =
        callee?.type === "MemberExpression" &&
        callee.object.type === "ThisExpression" &&
        callee.property.type === "Identifier" &&
        callee.property.name === "registerOutputs";
      if (!ends) context.report({ node: made, messageId: "last" });
    };
    return { ClassDeclaration: check, ClassExpression: check };
  },
};

/** The component in whose class a node stands. */
function componentAround(node: Rule.Node): Class | undefined {
  for (let at: Rule.Node | null = node.parent; at; at = at.parent) {
    if (at.type === "ClassDeclaration" || at.type === "ClassExpression")
      return isComponent(at) ? at : undefined;
    if (at.type === "Program") return undefined;
  }
  return undefined;
}

/** A class that extends `ComponentResource`, by whatever namespace. */
function isComponent({ superClass }: Class): boolean {
  const base = superClass?.type === "MemberExpression" ? superClass.property : superClass;
  return base?.type === "Identifier" && base.name.endsWith("ComponentResource");
}

function constructorOf(component: Class): MethodDefinition | undefined {
  return component.body.body.find(
    (one): one is MethodDefinition => one.type === "MethodDefinition" && one.kind === "constructor",
  );
}

/** What a name stands for, when it is a constant of the same file. */
function constant(scope: Scope.Scope, node: Expression | SpreadElement | undefined): Node | null | undefined {
  if (node?.type !== "Identifier") return node;
  for (let at: Scope.Scope | null = scope; at; at = at.upper) {
    const found = at.set.get(node.name)?.defs[0];
    if (found) return found.type === "Variable" ? found.node.init : undefined;
  }
  return undefined;
}

function hasParentThis(node: Node | null | undefined): boolean {
  return (
    node?.type === "ObjectExpression" &&
    node.properties.some(
      (one) =>
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        one.key.name === "parent" &&
        one.value.type === "ThisExpression",
    )
  );
}
