import { estateText, secretsOf } from "./estate-text.ts";
import type { Answers } from "./keys.ts";
import { readmeText } from "./readme-text.ts";

/** What a secret is for, as a comment beside its name. */
const purposes: Readonly<Record<string, string>> = {
  SQL_PRIMARY: "password of the runner's SQL login at production",
  SQL_DR: "password of the runner's SQL login at the standby",
  DNS_TSIG_KEY: "TSIG key of the name server, in base64 as tsig-keygen prints it",
  K2_MASTER_KEY: "password of the master keys of K2's databases",
  K2_CAPTURE_KEY: "passphrase of the file in which each site's licence rows are kept",
};

/** Settings that every command of a cutover needs; Pulumi.yaml can hold none of them. */
const settings: readonly (readonly [name: string, value: string, why: string])[] = [
  ["PULUMI_CONFIG_PASSPHRASE", "", "of the stacks; without it the engine asks, and at night nobody answers"],
  ["PULUMI_CONTINUE_ON_ERROR", "true", "one system that fails does not stop the others"],
  ["PULUMI_PARALLEL", "64", "steps that wait don't hold up those that could run"],
];

/** The files of an owner's project, by path. `packageSpec` says where parallel-standby comes from. */
export function projectFiles(a: Answers, packageSpec: string): Readonly<Record<string, string>> {
  const secrets = secretsOf(a);
  return {
    "Pulumi.yaml": [
      // In quotes: a name such as 1e3 or no is a text to nobody but its owner.
      `name: ${JSON.stringify(a.name)}`,
      `description: ${JSON.stringify(`${a.name}: ${a.primaryPlace} and its standby ${a.drPlace}`)}`,
      "runtime:",
      "  name: nodejs",
      "  options:",
      "    typescript: false",
      "main: main.js",
      "backend:",
      "  # Without metadata=skip the engine writes a second file beside each state, in place: one that dies in it leaves a stack that nothing reads.",
      "  url: file://./.state?metadata=skip",
      "",
    ].join("\n"),
    "main.js": [
      'const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);',
      "if (major < 22 || (major === 22 && minor < 18)) {",
      "  console.error(`Node ${process.version} is too old. Install Node 22.18 or newer.`);",
      "  process.exit(1);",
      "}",
      'export default (await import("./main.ts")).default;',
      "",
    ].join("\n"),
    "main.ts": [
      'import { runStack } from "parallel-standby/stack";',
      'import { estate } from "./estate.ts";',
      "",
      "export default await runStack(estate);",
      "",
    ].join("\n"),
    "estate.ts": estateText(a),
    "package.json": `${JSON.stringify(
      {
        name: a.name.toLowerCase(),
        private: true,
        type: "module",
        engines: { node: ">=22.18" },
        scripts: { check: "tsc", doctor: "parallel-standby doctor", status: "parallel-standby status" },
        dependencies: {
          "@pulumi/command": "1.2.1",
          "@pulumi/pulumi": "3.270.0",
          "parallel-standby": packageSpec,
        },
        devDependencies: { "@types/node": "24.19.2", typescript: "6.0.3" },
        // None is needed: the engine fetches its plugin itself, and ssh2 is fast enough without native code.
        allowScripts: { "@pulumi/command": false, "cpu-features": false, protobufjs: false, ssh2: false },
      },
      undefined,
      2,
    )}\n`,
    "tsconfig.json": `${JSON.stringify(
      {
        compilerOptions: {
          target: "es2024",
          module: "nodenext",
          strict: true,
          noEmit: true,
          allowImportingTsExtensions: true,
          erasableSyntaxOnly: true,
          verbatimModuleSyntax: true,
          skipLibCheck: true,
          types: ["node"],
        },
        include: ["*.ts"],
      },
      undefined,
      2,
    )}\n`,
    ".gitignore": [
      "node_modules/",
      "# Secrets never leave this machine.",
      "secrets.env",
      "secrets.ps1",
      "# State and journal belong to the runner: back them up, don't merge them.",
      ".state/*",
      "!.state/.gitkeep",
      "journal/",
      "",
    ].join("\n"),
    ".state/.gitkeep": "",
    "secrets.env.example": [
      "# Copy to secrets.env, fill in, and load it in every shell:  set -a; . ./secrets.env; set +a",
      ...secrets.flatMap((name) => [`# ${purposes[name] ?? "secret of estate.ts"}`, `${name}=''`]),
      ...settings.flatMap(([name, value, why]) => [`# ${why}`, `${name}='${value}'`]),
      "",
    ].join("\n"),
    "secrets.ps1.example": [
      "# Copy to secrets.ps1, fill in, and load it in every shell:  . .\\secrets.ps1",
      ...secrets.flatMap((name) => [`# ${purposes[name] ?? "secret of estate.ts"}`, `$env:${name} = ''`]),
      ...settings.flatMap(([name, value, why]) => [`# ${why}`, `$env:${name} = '${value}'`]),
      "",
    ].join("\r\n"),
    "README.md": readmeText(a),
  };
}
