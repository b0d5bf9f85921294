import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { secret } from "../../model/secret.ts";
import { optionalPackage } from "../../steps/optional-package.ts";
import { resolveSecret } from "../../steps/secrets.ts";
import { failure } from "./step-io.ts";

describe("Secrets by reference", () => {
  let project: string;
  beforeEach(async () => {
    project = await mkdtemp(path.join(os.tmpdir(), "secrets-"));
  });
  afterEach(async () => {
    await rm(project, { recursive: true });
  });

  it("come from the environment, and once found are not asked for again", async () => {
    process.env["PS_TEST_SECRET_A"] = "hunter2";
    expect(await resolveSecret(secret.env("PS_TEST_SECRET_A"), project)).to.equal("hunter2");
    Reflect.deleteProperty(process.env, "PS_TEST_SECRET_A");
    expect(await resolveSecret(secret.env("PS_TEST_SECRET_A"), project)).to.equal("hunter2");
  });

  it("are looked for again after they were missing", async () => {
    const ref = secret.env("PS_TEST_SECRET_B");
    expect((await failure(resolveSecret(ref, project))).message).to.contain("PS_TEST_SECRET_B is not set");
    process.env["PS_TEST_SECRET_B"] = "there now";
    expect(await resolveSecret(ref, project)).to.equal("there now");
    Reflect.deleteProperty(process.env, "PS_TEST_SECRET_B");
  });

  it("come from a file of the project, without one line break at its end", async () => {
    await writeFile(path.join(project, "key"), "one\ntwo\n\r\n");
    expect(await resolveSecret(secret.file("key"), project)).to.equal("one\ntwo\n");
  });

  it("of two projects with the same file name are two", async () => {
    const other = await mkdtemp(path.join(os.tmpdir(), "secrets-"));
    await writeFile(path.join(project, "same"), "mine");
    await writeFile(path.join(other, "same"), "theirs");
    expect(await resolveSecret(secret.file("same"), project)).to.equal("mine");
    expect(await resolveSecret(secret.file("same"), other)).to.equal("theirs");
    await rm(other, { recursive: true });
  });

  it("in the home folder are found by ~, and a missing file is named with the place that was looked at", async () => {
    const error = await failure(resolveSecret(secret.file("~/no-such-file-here"), project));
    expect(error.message)
      .to.contain(path.join(os.homedir(), "no-such-file-here"))
      .and.contain("Put the secret there");
  });

  it("that are empty are none", async () => {
    await writeFile(path.join(project, "empty"), "\n");
    expect((await failure(resolveSecret(secret.file("empty"), project))).message).to.contain("empty");
  });
});

describe("A package that only some estates need", () => {
  it("is asked for by name when it is missing", async () => {
    const missing = "no-such-package-anywhere";
    const error = await failure(
      optionalPackage(missing, () => import(missing) as Promise<unknown>, "Reading the moon"),
    );
    expect(error.message).to.equal(
      `Reading the moon needs the package ${missing}. Run "npm install ${missing}" in the project.`,
    );
  });
  it("that is there and fails keeps its own error", async () => {
    const broken = (): Promise<never> => Promise.reject(new TypeError("broken inside"));
    expect(await failure(optionalPackage("x", broken, "y"))).to.be.instanceOf(TypeError);
  });
});
