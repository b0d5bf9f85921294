import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { lookAndKeep } from "../../cli/readiness/run.ts";
import {
  begun,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  tempProject,
  write,
  writtenTerminal,
} from "./cli-fixture.ts";

/** A program in place of Pulumi that lists these stacks, as organization/project/stack. */
const listing = (...names: readonly string[]): string =>
  `echo '${JSON.stringify(names.map((name) => ({ name: `organization/toys/${name}`, current: false })))}'`;
const own = ["primary", "standby"];
const all = [...own, "dr-active", "primary-active"];

describe("what readiness finds of the project's stacks", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let before: string | undefined;
  beforeEach(async () => {
    before = process.env["PATH"];
    project = await tempProject();
    await write(project, begun(holdingRecovery()));
  });
  afterEach(async () => {
    process.env["PATH"] = before;
    await project.leave();
  });

  for (const [what, program, found] of [
    ["nothing where all are there", listing(...all), undefined],
    [
      "that a move stops where the one of the cutover is missing, and what makes it",
      listing(...own),
      ["stops", "missing: dr-active, primary-active", "pulumi up -s standby makes them"],
    ],
    [
      "which to make first where none is there",
      listing(),
      ["stops", `missing: ${all.join(", ")}`, "pulumi stack init primary && pulumi stack init standby"],
    ],
    [
      "worth a word where only that of the way back is missing",
      listing(...all.slice(0, 3)),
      ["note", "missing: primary-active", "pulumi up -s standby makes them"],
    ],
    [
      "a risk where the backend refuses: in the shell of a move it may be another one",
      "echo 'error: no such backend' >&2; exit 255",
      [
        "risk",
        "they can't be listed: error: no such backend",
        'run "parallel-standby doctor" in the shell that a move would be typed in; give the scheduler the same PATH',
      ],
    ],
    [
      "a risk where the scheduler's path has no engine",
      undefined,
      [
        "risk",
        "they can't be listed: spawn pulumi ENOENT",
        'run "parallel-standby doctor" in the shell that a move would be typed in; give the scheduler the same PATH',
      ],
    ],
  ] as readonly [string, string | undefined, readonly [string, string, string] | undefined][])
    it(`is ${what}`, async () => {
      const bin = path.join(project.root, "bin");
      await fs.mkdir(bin);
      if (program !== undefined)
        await fs.writeFile(path.join(bin, "pulumi"), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
      process.env["PATH"] = bin;
      const terminal = writtenTerminal(new Date());
      const world = holdWorld();
      const now = Date.now() / 1000;
      world.reach = { db: { fromSec: now - 3600, toSec: now, evidence: "db.trn", complete: false } };
      const { found: readiness } = await lookAndKeep(
        project,
        { parts: holdingParts, runs: holdingRuns(world) },
        {},
        terminal,
      );
      expect(
        readiness.findings.filter((f) => f.at === "stacks").map((f) => [f.severity, f.says, f.todo]),
      ).to.deep.equal(found === undefined ? [] : [found]);
      const kept = (await project.journal.entries()).findLast((e) => e.kind === "readiness");
      expect(kept?.findings.filter((f) => f.id === "stacks").map((f) => f.severity)).to.deep.equal(
        found === undefined ? [] : [found[0]],
      );
      const [severity, says = ""] = found ?? [];
      const line = terminal.lines
        .join("\n")
        .split("\n")
        .find((l) => / stacks /.test(l));
      if (severity === undefined) expect(line).to.equal(undefined);
      else
        expect(line)
          .to.match(severity === "stops" ? /^ {2}STOPS/ : new RegExp(`^ {2}${severity}`))
          .and.contain(says);
    });
});
