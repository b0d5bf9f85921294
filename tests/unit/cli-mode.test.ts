import { expect } from "chai";
import { declare } from "../../cli/declare/run.ts";
import { changeMode } from "../../cli/mode/run.ts";
import { changeFrom, type ModeOptions } from "../../cli/mode/request.ts";
import { withdraw } from "../../cli/withdraw/run.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import type { Reach } from "../../model/part.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import {
  begun,
  failureOf,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  started,
  tempProject,
  write,
  writtenTerminal,
  type HoldWorld,
  type Written,
} from "./cli-fixture.ts";
import { modeTyped as options } from "./typed.ts";

const recovery: Recovery = {
  ...holdingRecovery(),
  parts: ["data", "other"].map((id) => ({ id, kind: "holding", version: 1, facts: { databases: ["db"] } })),
};
const systems = ["data", "other"].map((id) => ({ system: id, parts: [id], after: [] }));
const planned = { mode: "planned" as const, acceptLossSec: 0, factsHash: hashOf(recovery) };
const { disasterAt: _at, ...begins } = started(2, { ...planned, systems }) as Extract<
  Fact,
  { kind: "activation started" }
>;
const moving: readonly Fact[] = [
  ...begun(recovery),
  { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
  begins,
];
const sec = (time: string): number => Date.parse(`2026-11-22T${time}Z`) / 1000;
const reach: Reach = {
  fromSec: sec("00:00:00"),
  toSec: sec("00:40:00"),
  complete: false,
  evidence: "db_0040.trn",
};
/** Both systems move unplanned, on the terms that `options` say. */
const onTheseTerms: readonly Fact[] = [
  ...begun(recovery),
  { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
  {
    ...begins,
    systems: systems.map((s) => ({
      ...s,
      terms: {
        mode: "unplanned" as const,
        as: "R. Okafor",
        disasterAt: "2026-11-22T03:10:00Z",
        acceptLossSec: 14_400,
        incident: "INC-77",
      },
    })),
  },
];
const opened = (system: string): Fact => ({ kind: "no return", epoch: 1, step: `${system}/open/db` });

describe("mode unplanned", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let world: HoldWorld;
  let terminal: Written;
  const run = (more: Partial<ModeOptions> = {}): Promise<void> =>
    changeMode(
      changeFrom("unplanned", { ...options, ...more }, terminal.now()),
      project,
      { parts: holdingParts, runs: holdingRuns(world) },
      terminal,
    );
  const kinds = async (): Promise<readonly string[]> => (await project.journal.entries()).map((e) => e.kind);
  const said = (): string => terminal.lines.join("\n");

  beforeEach(async () => {
    project = await tempProject();
    world = holdWorld();
    world.restoring.add("other");
    world.reach = { db: reach };
    terminal = writtenTerminal();
  });
  afterEach(() => project.leave());

  it("changes one system, holds that one at once, and says what it would lose and what to type", async () => {
    await write(project, moving);
    await run({ system: "other" });
    const entries = await project.journal.entries();
    expect(entries.find((e) => e.kind === "mode changed")).to.deep.include({
      epoch: 1,
      to: "dr",
      systems: ["other"],
      mode: "unplanned",
      as: "R. Okafor",
      reason: "SQLPRD02 died",
      acceptLossSec: 14_400,
      incident: "INC-77",
    });
    expect(entries.flatMap((e) => (e.kind === "held" ? [e.part] : []))).to.deep.equal(["other"]);
    expect(world.restoring.has("data"), "the other system's restores go on").to.equal(true);
    expect(said()).to.contain("R. Okafor lets other go on unplanned: SQLPRD02 died");
    expect(said()).to.contain("other: 2:30:00 of data would be lost");
    expect(said()).not.to.contain("data: ");
    expect(said()).to.contain("NOT FENCED");
    expect(said()).to.contain("pulumi up -s dr-active");
  });

  it("changes all of them where none is named, and leaves those that opened a database as they are", async () => {
    await write(project, [...moving, opened("data")]);
    await run();
    expect([...situation(await project.journal.entries()).modeChanges.keys()]).to.deep.equal(["other"]);
    expect(said()).to.contain("data: past the point of no return, and finished as planned before");
  });

  it("takes the very same terms again where a step at the old site has failed: only another activation tries that once more", async () => {
    const failed = (system: string): Fact => ({
      kind: "step",
      epoch: 1,
      step: `${system}/tail/db`,
      phase: "final-sync",
      verdict: "waived",
      critical: false,
      says: "it hung to its limit",
    });
    await write(project, [...onTheseTerms, failed("data")]);
    expect((await failureOf(run({ system: "other" }))).message).to.contain("on these very terms already");
    await write(project, [failed("other")]);
    await run({ system: "other" });
    expect([...situation(await project.journal.entries()).modeChanges.keys()]).to.deep.equal(["other"]);
  });

  it("replaces an earlier change of the same system", async () => {
    await write(project, moving);
    await run({ system: "other" });
    await run({ system: "other", acceptLoss: "5h" });
    expect(situation(await project.journal.entries()).modeChanges.get("other")?.acceptLossSec).to.equal(
      18_000,
    );
  });

  it("says that a run which is under way goes on as before", async () => {
    await write(project, moving);
    const lease = await project.journal.store.lease("run", 30_000);
    await run({ system: "other" });
    expect(said()).to.match(/a run is under way: until it ends it goes on as before/);
    if ("release" in lease) await lease.release();
  });

  it("says that there is no point, with the exit code of a declaration without one", async () => {
    await write(project, moving);
    const error = await failureOf(run({ system: "other", acceptLoss: "1h" }));
    expect(error.exitCode).to.equal(4);
    expect(await kinds()).to.include("mode changed");
  });

  it("can be taken back before the next run, and what is held stays so: the move still stands", async () => {
    await write(project, [
      ...moving,
      { kind: "step", epoch: 1, step: "data/hold", phase: "hold", verdict: "done", critical: true, says: "" },
    ]);
    await run({ system: "other" });
    await withdraw({ as: "op" }, project, { parts: holdingParts, runs: holdingRuns(world) }, terminal);
    expect(said()).to.contain("withdrawn: the change of the mode of other, changed by R. Okafor");
    expect(situation(await project.journal.entries()).modeChanges.size).to.equal(0);
    expect(world.restoring.has("other")).to.equal(false);
  });

  it("is what a declaration past no return names, for the systems that have not arrived", async () => {
    await write(project, [...moving, opened("data")]);
    const refused = declare(
      { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
      project,
      { parts: holdingParts, runs: holdingRuns(world) },
      terminal,
    );
    expect((await failureOf(refused)).message).to.match(
      /past the point of no return.*For other other terms can be declared: "parallel-standby mode unplanned --system other"$/,
    );
  });

  for (const [what, facts, more, says] of [
    [
      "with nothing under way",
      begun(recovery),
      {},
      /no move is under way: primary is active\. An unplanned move is declared/,
    ],
    [
      "once it is completed",
      [...moving, { kind: "completed", epoch: 1, owed: [], exceptions: [] }],
      {},
      /no move is under way: dr is active/,
    ],
    [
      "while it is abandoned",
      [...moving, { kind: "abandoning", epoch: 1, as: "op", reason: "x" }],
      {},
      /is being abandoned since .*Go on with "parallel-standby abandon/,
    ],
    [
      "of a system that opened a database",
      [...moving, opened("other")],
      { system: "other" },
      /^other: past the point of no return, and what it lost is settled\. Finish it with "pulumi up -s dr-active"$/,
    ],
    [
      "once all have opened one",
      [...moving, opened("data"), opened("other")],
      {},
      /^data, other: past the point of no return.*Finish them with/,
    ],
    [
      "of a system that there is not",
      moving,
      { system: "otehr" },
      /--system "otehr" is none of the 2 systems that this move has: data, other\. Did you mean other\?/,
    ],
    [
      "that is unplanned on these terms already",
      onTheseTerms,
      { system: "other" },
      /^other: moved unplanned on these very terms already\. Go on with/,
    ],
    [
      "beside a declaration that waits",
      [...moving, { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 }],
      {},
      /^ann has declared this move anew at .*or take it back with "parallel-standby withdraw"/,
    ],
    [
      "of a move that an older version began",
      [
        ...begun(recovery),
        { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 },
        { ...begins, systems: undefined },
      ],
      {},
      /begun by a version that knew no systems\. Declare the move anew/,
    ],
  ] as readonly (readonly [string, readonly Fact[], Partial<ModeOptions>, RegExp])[])
    it(`is refused ${what}, and changes nothing`, async () => {
      await write(project, facts);
      terminal.clock = new Date();
      const before = await kinds();
      expect((await failureOf(run(more))).message).to.match(says);
      expect(await kinds()).to.deep.equal(before);
      expect(world.restoring.has("other")).to.equal(true);
    });

  it("is refused with a waiver while something of that system answers", async () => {
    await write(project, moving);
    world.life = "SQL Server answers";
    const error = await failureOf(run({ system: "other", waiveFence: "its power is cut" }));
    expect(error.message).to.match(/the fence cannot be waived.*other: SQL Server answers/s);
    expect(error.message).not.to.contain("data: SQL Server");
    expect(await kinds()).not.to.include("mode changed");
  });
});
