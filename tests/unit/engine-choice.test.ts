import { expect } from "chai";
import fc from "fast-check";
import { archiveFor } from "../../tools/engine/archive.ts";
import {
  atLeast,
  engineFits,
  nextRoute,
  noWayOpen,
  OLDEST_GO,
  tookLine,
  whyGoIsTooOld,
} from "../../tools/engine/choose.ts";
import { places } from "../../tools/engine/layout.ts";
import { buildArguments, MODULES, progressLine } from "../../tools/engine/modules.ts";

describe("The choice of a way to the engine", () => {
  it("takes the named archive, then the official release, then the build", () => {
    const tried = ["archive", "official", "built"] as const;
    const order = tried.map((_, i) =>
      nextRoute(
        "engine.tar.xz",
        tried.slice(0, i).map((route) => ({ route, why: "closed" })),
      ),
    );
    expect(order).to.deep.equal(tried);
  });

  it("does not look for an archive that nobody named", () => {
    expect(nextRoute(undefined, [])).to.equal("official");
    expect(nextRoute("", [])).to.equal("official");
  });

  it("ends when every way was tried", () => {
    const all = (["archive", "official", "built"] as const).map((route) => ({ route, why: "closed" }));
    expect(nextRoute("engine.tar.xz", all)).to.equal(undefined);
  });

  it("compares versions by number, not by text", () => {
    expect(atLeast("3.226.0", "3.226.0")).to.equal(true);
    expect(atLeast("v3.1000.0", "3.226.0")).to.equal(true);
    expect(atLeast("3.99.9", "3.226.0")).to.equal(false);
    expect(atLeast("4", "3.226.0")).to.equal(true);
    expect(atLeast("3.226", "3.226.1")).to.equal(false);
    expect(atLeast("no version", "0.0.1")).to.equal(false);
  });

  it("gives any two versions an order", () => {
    const version = fc
      .array(fc.nat({ max: 400 }), { minLength: 3, maxLength: 3 })
      .map((parts) => parts.join("."));
    fc.assert(
      fc.property(version, version, (a, b) => atLeast(a, b) || atLeast(b, a)),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(version, version, (a, b) => (atLeast(a, b) && atLeast(b, a)) === (a === b)),
      { numRuns: 200 },
    );
  });

  it("accepts an engine from 3.226 on", () => {
    expect(engineFits("v3.225.1")).to.equal(false);
    expect(engineFits("v3.226.0")).to.equal(true);
    expect(engineFits("v3.270.0-alpha.12")).to.equal(true);
  });

  it("accepts an older Go only where it may fetch a newer toolchain", () => {
    expect(whyGoIsTooOld("go1.26.8", "local")).to.equal(undefined);
    expect(whyGoIsTooOld(`go${OLDEST_GO}`, "local")).to.equal(undefined);
    expect(whyGoIsTooOld("go1.24.0", "auto")).to.equal(undefined);
    expect(whyGoIsTooOld("go1.24.0", "local")).to.equal(
      "Go 1.24.0 is on the PATH, the build needs 1.25.11 or newer",
    );
    expect(whyGoIsTooOld("go1.20.1", "auto")).to.include("the build needs 1.25.11 or newer");
  });

  it("picks the archive of this kind of machine from a folder of archives", () => {
    const files = [
      "LICENSE.txt",
      "engine-linux-arm64.tar.xz",
      "engine-linux-x64.tar.xz",
      "engine-win32-x64.tar.gz",
    ];
    expect(archiveFor(files, "linux", "x64")).to.equal("engine-linux-x64.tar.xz");
    expect(archiveFor(files, "win32", "x64")).to.equal("engine-win32-x64.tar.gz");
    expect(archiveFor(files, "darwin", "arm64")).to.equal(undefined);
  });
});

describe("What is said about the engine", () => {
  it("names the way, the version and the program in one line", () => {
    expect(tookLine("built", "3.259.0", "/opt/pulumi/versions/3.259.0/bin/pulumi")).to.equal(
      "Pulumi 3.259.0 was built from its Go modules: /opt/pulumi/versions/3.259.0/bin/pulumi",
    );
  });

  it("says what is missing, what was tried and what to do when no way is open", () => {
    const sentence = noWayOpen(
      ["engine", "command"],
      [
        { route: "official", why: "get.pulumi.com did not answer within 4 s" },
        { route: "built", why: "Go is not on the PATH" },
      ],
    );
    expect(sentence).to.equal(
      "The Pulumi engine 3.259.0 and the command provider 1.2.1 are not on this machine, and no way to get there is " +
        "open (official release: get.pulumi.com did not answer within 4 s; build from Go modules: Go is not on the " +
        "PATH). Install Pulumi 3.226.0 or newer (https://www.pulumi.com/docs/install), or Go 1.25.11 or newer for a " +
        "build of ten minutes, or name an archive of the engine in PULUMI_ENGINE; then run this again.",
    );
  });

  it("shows the progress of a build as counts and minutes", () => {
    expect(progressLine("pulumi", 220, 1240, 125.9)).to.equal(
      "building pulumi: 220 modules fetched, 1240 packages compiled, 2:05",
    );
  });
});

describe("The build from Go modules", () => {
  it("puts every program where the launcher and the engine look for it, with .exe on Windows", () => {
    const at = places("H", "win32");
    const files = MODULES.map((module) => module.file(at));
    expect(files).to.deep.equal([at.plugin, at.languageHost, at.pulumi]);
    expect(files.every((file) => file.endsWith(".exe"))).to.equal(true);
  });

  it("builds with the versions in go.mod as they are, and stamps the CLI with its version", () => {
    const pulumi = MODULES.find((module) => module.folder === "pulumi");
    const args = pulumi ? buildArguments(pulumi, "out/pulumi") : [];
    expect(args).to.include.members(["-mod=readonly", "osusergo,grpcnotrace", "out/pulumi"]);
    expect(args.join(" ")).to.include("version.Version=v3.259.0");
    expect(args.at(-1)).to.equal("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi");
  });

  it("passes no empty list of tags", () => {
    const command = MODULES.find((module) => module.folder === "command");
    expect(command ? buildArguments(command, "out") : ["-tags"]).to.not.include("-tags");
  });
});
