import { expect } from "chai";
import type { Command } from "commander";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { buildProgram } from "../../cli/program.ts";
import { firstWord, inProject, typedAs, verbs } from "../../steps/own-command.ts";
import { writtenTerminal } from "./cli-fixture.ts";

/** Verbs that do something: those without verbs below them. */
const leaves = (command: Command, before = ""): readonly string[] =>
  command.commands.flatMap((c) =>
    c.commands.length > 0 ? leaves(c, `${before}${c.name()} `) : [`${before}${c.name()}`],
  );

describe("a command that is printed for people to type", () => {
  it("is known by every verb that there is", () => {
    expect(verbs).to.have.members(leaves(buildProgram(writtenTerminal())));
  });

  for (const [what, printed, typed] of [
    ["a command", 'Look with "parallel-standby status"', 'Look with "npx --no parallel-standby status"'],
    [
      "two of them",
      "parallel-standby back, or parallel-standby run",
      "npx --no parallel-standby back, or npx --no parallel-standby run",
    ],
    ["one that is whole already", "npx --no parallel-standby doctor", "npx --no parallel-standby doctor"],
    ["a verb to be filled in", "parallel-standby VERB --help", "npx --no parallel-standby VERB --help"],
    ["a job's name", 'job "parallel-standby full K2"', 'job "parallel-standby full K2"'],
    [
      "a task's name",
      'schtasks /change /disable /tn "parallel-standby probe"',
      'schtasks /change /disable /tn "parallel-standby probe"',
    ],
    ["a path", "node_modules/parallel-standby init", "node_modules/parallel-standby init"],
    [
      "the package",
      "the version of parallel-standby that wrote them",
      "the version of parallel-standby that wrote them",
    ],
    ["a word that only begins as a verb does", "parallel-standby status-old", "parallel-standby status-old"],
  ] as const)
    it(`leaves alone what is none: ${what}`, () => {
      expect(typedAs(printed, inProject)).to.equal(typed);
    });

  it("begins with the name alone where that is on the PATH, and else never fetches what a registry has by that name", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"));
    try {
      const own = path.join(folder, "bin");
      const npm = path.join(folder, "node_modules", ".bin");
      for (const at of [own, npm]) {
        await fs.mkdir(at, { recursive: true });
        await fs.writeFile(path.join(at, "parallel-standby"), "");
        await fs.writeFile(path.join(at, "parallel-standby.cmd"), "");
      }
      expect(firstWord({ PATH: `/nowhere:${own}` }, "linux")).to.equal("parallel-standby");
      expect(firstWord({ PATH: `${own};C:\\nowhere` }, "win32")).to.equal("parallel-standby");
      for (const PATH of [npm, "", undefined])
        expect(firstWord({ PATH }, "linux"), "npx puts its own folder there while it runs").to.equal(
          inProject,
        );
      expect(inProject).to.match(/^npx --no /);
    } finally {
      await fs.rm(folder, { recursive: true });
    }
  });
});
