import { expect } from "chai";
import { Linter } from "eslint";
import ts from "typescript";
import { parser } from "typescript-eslint";
import { importsOf, wayTo } from "../../tools/lint/graph.ts";
import { rules } from "../../tools/lint/index.ts";
import { forbiddenFor, nounOf, whyNotImport } from "../../tools/lint/layers.ts";

describe("The directions of imports", () => {
  const allowed: readonly (readonly [from: string, specifier: string])[] = [
    ["model/verb.ts", "zod"],
    ["model/verb.ts", "./site.ts"],
    ["planning/plan.ts", "../model/part.ts"],
    ["journal/journal.ts", "../model/recovery.ts"],
    ["steps/runner.ts", "../planning/verbs.ts"],
    ["steps/runner.ts", "../journal/project-root.ts"],
    ["steps/transports/sql.ts", "mssql"],
    ["components/k2/run.ts", "../../steps/act.ts"],
    ["components/k2/part.ts", "../windows/verbs.ts"],
    ["components/k2/tsql.ts", "../sql/instance/tsql.ts"],
    ["components/sql/log-shipping/part.ts", "../instance/verbs.ts"],
    ["components/k2/provision.ts", "../provisioning.ts"],
    ["components/registry/parts.ts", "../k2/part.ts"],
    ["components/site.ts", "./registry/provisions.ts"],
    ["stacks/activate.ts", "../components/failover.ts"],
    ["stacks/provision.ts", "../components/registry/servers.ts"],
    ["lab/servers/sql/engine/query.ts", "../../types.ts"],
    ["lab/project/estate.ts", "parallel-standby"],
    ["tests/unit/plan.test.ts", "../../planning/plan.ts"],
  ];
  for (const [from, specifier] of allowed) {
    it(`lets ${from} import ${specifier}`, () => {
      expect(whyNotImport(from, specifier)).to.equal(undefined);
    });
  }

  const refused: readonly (readonly [from: string, specifier: string, why: string])[] = [
    ["model/verb.ts", "../planning/plan.ts", "model may import model, not planning/plan.ts"],
    ["model/verb.ts", "@pulumi/pulumi", "model may not import the package @pulumi/pulumi"],
    [
      "planning/plan.ts",
      "../journal/entries.ts",
      "planning may import planning, model, not journal/entries.ts",
    ],
    ["journal/next.ts", "../planning/plan.ts", "journal may import journal, model, not planning/plan.ts"],
    [
      "steps/runner.ts",
      "../components/k2/verbs.ts",
      "steps may import steps, model, planning, journal, not components",
    ],
    [
      "components/k2/part.ts",
      "../sql/log-shipping/part.ts",
      "imports its sibling components/sql/log-shipping",
    ],
    [
      "components/sql/mirroring/run.ts",
      "../log-shipping/run.ts",
      "imports its sibling components/sql/log-shipping",
    ],
    ["components/windows/run.ts", "../k2/verbs.ts", "imports its sibling components/k2"],
    ["components/k2/run.ts", "../provisioning.ts", "only provision.ts may import provisioning.ts"],
    [
      "components/k2/run.ts",
      "../../journal/journal.ts",
      "components may import components, model, planning, steps",
    ],
    [
      "lab/servers/sql/engine/query.ts",
      "../../../../model/time.ts",
      "lab/servers may import lab/servers, not model",
    ],
    ["lab/servers/clock.ts", "parallel-standby", "lab/servers may not import the package parallel-standby"],
    [
      "lab/project/estate.ts",
      "../../model/estate.ts",
      "lab/project may import lab/project, not model/estate.ts",
    ],
    ["stacks/main.ts", "../lab/main.ts", "not lab/main.ts"],
    [
      "stacks/provision.ts",
      "../components/windows/machines.ts",
      "stacks imports components/windows: it knows technologies only by components/registry",
    ],
    ["runbook/run.ts", "../components/k2/verbs.ts", "only by components/registry"],
    ["steps/runner.ts", "../tests/unit/rig.ts", "not tests/unit/rig.ts"],
  ];
  for (const [from, specifier, why] of refused) {
    it(`refuses that ${from} imports ${specifier}`, () => {
      expect(whyNotImport(from, specifier)).to.include(why);
    });
  }

  it("takes the folder under sql/ for the noun, and the registry for none", () => {
    expect(nounOf("components/sql/log-shipping/copy/acts.ts")).to.equal("components/sql/log-shipping");
    expect(nounOf("components/k2/run.ts")).to.equal("components/k2");
    expect(nounOf("components/registry/runs.ts")).to.equal(undefined);
    expect(nounOf("components/site.ts")).to.equal(undefined);
  });

  it("sees imports that are there at run time, not erased types nor imports on demand", () => {
    const text = [
      'import "a";',
      'import b from "b";',
      'import {\n  c,\n  type C,\n} from "c";',
      'import type { D } from "d";',
      'export { e } from "e";',
      'export type { F } from "f";',
      'const g = () => import("g");',
    ].join("\n");
    expect(importsOf(text)).to.deep.equal(["a", "b", "c", "e"]);
  });

  it("finds Pulumi behind any number of imports of the CLI, even in a circle", () => {
    const files: Record<string, string[]> = {
      "cli/up.ts": ["../stacks/run.ts"],
      "stacks/run.ts": ["../cli/up.ts", "./deep.ts"],
      "stacks/deep.ts": ["@pulumi/pulumi"],
    };
    const read = (path: string): string[] => files[path] ?? [];
    const rule = forbiddenFor("bin/parallel-standby.ts");
    const way = rule && wayTo("bin/parallel-standby.ts", "../cli/up.ts", rule.forbids, read);
    expect(way).to.deep.equal(["cli/up.ts", "stacks/run.ts", "stacks/deep.ts", "@pulumi/pulumi"]);
  });

  it("keeps a part's pure files from a step's code, and leaves its run file alone", () => {
    const pure = forbiddenFor("components/k2/part.ts");
    expect(pure?.forbids("steps/act.ts", "../../steps/act.ts")).to.equal(true);
    expect(pure?.forbids(undefined, "mssql")).to.equal(true);
    expect(pure?.forbids(undefined, "zod")).to.equal(false);
    const run = forbiddenFor("components/k2/run.ts");
    expect(run?.forbids("steps/act.ts", "../../steps/act.ts")).to.equal(false);
    expect(run?.forbids(undefined, "@pulumi/command")).to.equal(true);
    expect(forbiddenFor("components/k2/provision.ts")).to.equal(undefined);
  });

  it("reports at the import, by the file's place in the repository", () => {
    const messages = lint(
      "import-directions",
      'import * as pulumi from "@pulumi/pulumi";\nexport { pulumi };',
      "model/x.ts",
    );
    expect(messages).to.deep.equal(["1: model may not import the package @pulumi/pulumi."]);
  });
});

describe("The rules for components", function () {
  this.timeout(20_000);
  const PARENT = "a resource inside a component needs { parent: this } in its options";

  it("wants { parent: this } on every resource inside a component, and on nothing else", () => {
    expect(
      lint(
        "child-has-parent",
        inComponent(`
          new Command(name, {}, { parent: this });
          const child = { parent: this };
          new Command(name, {}, child);
          new Command(name, {});
          new Command(name, {}, opts);
          new Command(name, {}, { dependsOn: [] });
          [1].map(() => new Command(name, {}, { parent: opts.parent }));
          new Plain(name, {});
        `),
      ),
    ).to.deep.equal([`13: ${PARENT}`, `14: ${PARENT}`, `15: ${PARENT}`, `16: ${PARENT}`]);
  });

  it("leaves resources outside of components alone", () => {
    expect(lint("child-has-parent", `${DECLARED}\nnew Command("x", {});`)).to.deep.equal([]);
  });

  it("refuses the component's options spread into a child's, whatever they are called", () => {
    expect(
      lint(
        "no-spread-options",
        inComponent(
          "new Command(name, {}, { parent: this, ...opts }); new Command(name, { ...args }, { parent: this });",
        ),
      ),
    ).to.deep.equal(["9: the options of a component are never spread into a child's"]);
    const renamed = inComponent("new Command(name, {}, { parent: this, ...mine });").replaceAll(
      "opts",
      "mine",
    );
    expect(lint("no-spread-options", renamed)).to.have.length(1);
  });

  it("wants registerOutputs as the last statement of a component's constructor", () => {
    const MISSING = "7: the last statement of a component's constructor is this.registerOutputs({ … })";
    expect(lint("register-outputs-last", inComponent("this.registerOutputs({});"))).to.deep.equal([]);
    expect(
      lint("register-outputs-last", inComponent("this.registerOutputs({}); new Plain(name, {});")),
    ).to.deep.equal([MISSING]);
    expect(lint("register-outputs-last", inComponent(""))).to.deep.equal([MISSING]);
    expect(lint("register-outputs-last", "class A { constructor() {} }")).to.deep.equal([]);
  });
});

/** Stand-ins of Pulumi's classes, six lines of them, so that no test reads the real declarations. */
const DECLARED = `declare class Resource { urn: string; getProvider(): void }
declare class Command extends Resource { constructor(name: string, args: object, opts?: object) }
declare class Plain { constructor(name: string, args: object) }
declare class ComponentResource extends Resource {
  constructor(type: string, name: string, args: object, opts: object); registerOutputs(outputs: object): void }`;

function inComponent(body: string): string {
  return `${DECLARED}
class Site extends ComponentResource {
  constructor(name: string, args: object, opts: { parent: Resource }) {
    super("a:b:C", name, {}, opts);
    ${body}
  }
}`;
}

function lint(rule: keyof typeof rules, code: string, path = "components/k2/provision.ts"): string[] {
  const filename = `${process.cwd()}/${path}`;
  const program = programOf(filename, code);
  const messages = new Linter({ configType: "flat" }).verify(
    code,
    {
      files: ["**/*.ts"],
      languageOptions: { parser, parserOptions: { programs: [program] } },
      plugins: { own: { rules } },
      rules: { [`own/${rule}`]: "error" },
    },
    { filename },
  );
  return messages.map((message) => `${String(message.line)}: ${message.message}`);
}

/** A program of one file, in memory, without TypeScript's own libraries: it is there in milliseconds. */
function programOf(filename: string, code: string): ts.Program {
  const source = ts.createSourceFile(filename, code, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = {
    getSourceFile: (name) => (name === filename ? source : undefined),
    getDefaultLibFileName: () => "lib.d.ts",
    writeFile: () => undefined,
    getCurrentDirectory: () => process.cwd(),
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (name) => name === filename,
    readFile: () => undefined,
  };
  return ts.createProgram([filename], { noLib: true, noResolve: true, target: ts.ScriptTarget.ES2022 }, host);
}
