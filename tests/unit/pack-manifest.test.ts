import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { filesNamed, type Manifest, packageManifest } from "../../tools/pack/manifest.ts";

describe("The manifest of the published package", () => {
  const root = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as Manifest;
  const made = packageManifest(root, ["package.json", "steps", "index.js", "bin", "README.md", "LICENSE"]);

  it("points to compiled files with their declarations", () => {
    expect(made["exports"]).to.deep.include({
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./step": { types: "./bin/step.d.ts", default: "./bin/step.js" },
    });
    expect(made["bin"]).to.deep.equal({ "parallel-standby": "./bin/parallel-standby.js" });
    expect(filesNamed(made)).to.include.members([
      "bin/parallel-standby.js",
      "bin/step.d.ts",
      "index.d.ts",
      "index.js",
    ]);
    expect(filesNamed(made).filter((file) => /(?<!\.d)\.ts$/.test(file))).to.deep.equal([]);
  });

  it("holds nothing that only the repository needs", () => {
    expect(made).to.not.have.any.keys("private", "scripts", "devDependencies", "allowScripts", "overrides");
    expect(made).to.deep.include({
      name: root.name,
      version: root.version,
      type: "module",
      license: "Apache-2.0",
    });
    expect(made["dependencies"]).to.deep.equal(root["dependencies"]);
  });

  it("asks for what Azure needs only of those who use Azure", () => {
    const azure = [
      "@azure/arm-compute",
      "@azure/identity",
      "@azure/keyvault-secrets",
      "@azure/storage-blob",
      "@pulumi/azure-native",
    ];
    expect(made["dependencies"]).to.not.have.any.keys(...azure);
    expect(made["peerDependencies"]).to.have.all.keys(...azure);
    expect(made["peerDependenciesMeta"]).to.deep.equal(
      Object.fromEntries(azure.map((name) => [name, { optional: true }])),
    );
  });

  it("lists what lies in the folder, beside what npm always takes", () => {
    expect(made["files"]).to.deep.equal(["bin", "index.js", "steps"]);
  });

  it("pins the command provider's package, whose latest tag is an old stray release", () => {
    expect(made["dependencies"]).to.include({ "@pulumi/command": "1.2.1" });
  });
});
