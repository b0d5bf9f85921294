import { expect } from "chai";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { repositoryText } from "../../journal/repository.ts";
import { repositoryOf } from "../../stacks/repository.ts";

const commit = "4f2a91c0".repeat(5);
const answer = (text: string) => (): Promise<string> => Promise.resolve(text);
const fails = (error: Error) => (): Promise<string> => Promise.reject(error);

describe("the commit of an estate's repository", () => {
  const told: readonly (readonly [string, () => Promise<string>, unknown, RegExp])[] = [
    [
      "a clean tree",
      answer(`# branch.oid ${commit}\n# branch.head main\n`),
      { commit, changedFiles: 0 },
      /^4f2a91c0.*, nothing changed since$/,
    ],
    [
      "files that differ, and one that is in no commit",
      answer(`# branch.oid ${commit}\n1 .M N... 100644 100644 100644 a b estate.ts\n? other.ts\n`),
      { commit, changedFiles: 2 },
      /^4f2a91c0.*, and 2 files NOT as committed$/,
    ],
    [
      "a repository without a commit",
      answer("# branch.oid (initial)\n"),
      { unknown: "the repository has no commit yet" },
      /^not known: the repository has no commit yet$/,
    ],
    [
      "no git",
      fails(Object.assign(new Error("spawn git ENOENT"), { code: "ENOENT" })),
      { unknown: "git is not installed on the runner" },
      /not installed/,
    ],
    [
      "no answer in time",
      fails(Object.assign(new Error("killed"), { killed: true })),
      { unknown: "git did not answer within 2 s" },
      /did not answer/,
    ],
    [
      "no repository",
      fails(new Error("Command failed: git\nfatal: not a git repository (or any of the parent directories)")),
      { unknown: "the estate is in no git repository" },
      /no git repository/,
    ],
    [
      "a repository that git does not trust",
      fails(new Error("Command failed: git\nfatal: detected dubious ownership in repository at 'C:/dr'")),
      { unknown: "git: detected dubious ownership in repository at 'C:/dr'" },
      /dubious ownership/,
    ],
  ];
  for (const [what, ask, found, says] of told)
    it(`tells of ${what}`, async () => {
      const seen = await repositoryOf("/estate", ask);
      expect(seen).to.deep.equal(found);
      expect(repositoryText(seen)).to.match(says);
    });

  it("is what git itself says of a real repository, and of a folder that is none", async function () {
    const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "standby-git-")));
    after(() => fs.rm(folder, { recursive: true }));
    expect(await repositoryOf(folder)).to.deep.equal({ unknown: "the estate is in no git repository" });
    const git = (...args: string[]): string =>
      execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    git("init");
    expect(await repositoryOf(folder)).to.deep.equal({ unknown: "the repository has no commit yet" });
    await fs.writeFile(path.join(folder, "estate.ts"), "export {};\n");
    git("add", ".");
    git("commit", "-m", "x");
    const head = git("rev-parse", "HEAD").trim();
    expect(await repositoryOf(folder)).to.deep.equal({ commit: head, changedFiles: 0 });
    await fs.writeFile(path.join(folder, "estate.ts"), "export const x = 1;\n");
    expect(await repositoryOf(folder)).to.deep.equal({ commit: head, changedFiles: 1 });
  });

  it("is not told where no version looked", () => {
    expect(repositoryText(undefined)).to.contain("not looked at");
  });
});
