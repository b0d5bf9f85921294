import { expect } from "chai";
import { declare } from "../../cli/declare/run.ts";
import { declarationFrom } from "../../cli/declare/request.ts";
import { waive } from "../../cli/waive/run.ts";
import type { Project } from "../../cli/project.ts";
import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { termsOf } from "../../journal/systems.ts";
import { evidenceOfLife } from "../../steps/fence.ts";
import type { Io } from "../../steps/act.ts";
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

const lateLog = { says: "db.trn was backed up after the disaster", indirect: true };

describe("a waiver for the fence of a move that is under way", () => {
  let project: Project & { leave(): Promise<void> };
  let world: HoldWorld;
  let terminal: Written;
  beforeEach(async () => {
    project = await tempProject();
    world = holdWorld();
    terminal = writtenTerminal();
    await write(project, begun(holdingRecovery()));
  });
  afterEach(() => project.leave());

  const registries = () => ({ parts: holdingParts, runs: holdingRuns(world) });
  const run = (more: { second?: string } = {}): Promise<void> =>
    waive({ as: "R.Okafor", reason: "the room is dark", ...more }, project, registries(), terminal);
  const last = async (): Promise<Entry | undefined> => (await project.journal.entries()).at(-1);
  const begin = (more: Parameters<typeof started>[1] = {}): Promise<void> =>
    write(project, [
      {
        kind: "move declared",
        to: "dr",
        mode: "unplanned",
        as: "op",
        acceptLossSec: 14_400,
        disasterAt: "2026-11-22T03:10:00Z",
      },
      started(2, more),
    ]);

  it("is written for that activation alone, and forgotten by the next one", async () => {
    await begin();
    await run();
    expect(await last()).to.deep.include({
      kind: "waiver",
      epoch: 1,
      as: "R.Okafor",
      reason: "the room is dark",
    });
    const s = situation(await project.journal.entries());
    expect(s.last && termsOf(s.last, undefined).waiveFence).to.equal("the room is dark (R.Okafor)");
    expect(terminal.lines.join("\n"))
      .to.contain("THE FENCE IS WAIVED for activation 1")
      .and.contain("pulumi up");
    await write(project, [started(2, { epoch: 2 })]);
    expect(situation(await project.journal.entries()).last?.waiveFence).to.equal(undefined);
  });

  it("is refused while the runner itself reaches something there, whoever answers for it", async () => {
    await begin();
    world.life = "port 5555 of K2PRD01 answers";
    for (const second of [undefined, "S.Lee"]) {
      const { message } = await failureOf(run(second === undefined ? {} : { second }));
      expect(message)
        .to.contain("port 5555 of K2PRD01 answers")
        .and.contain('or go on without a waiver, by "pulumi up": the move\'s own steps fence it then')
        .and.not.contain("declare");
    }
    expect((await last())?.kind).to.equal("activation started");
  });

  it("needs a second person where a sign speaks against it from elsewhere, and keeps what was seen", async () => {
    await begin();
    world.life = lateLog;
    expect((await failureOf(run())).message).to.contain("--second NAME");
    expect((await last())?.kind).to.equal("activation started");
    await run({ second: "S.Lee" });
    expect(await last()).to.deep.include({ second: "S.Lee", accepted: [`data: ${lateLog.says}`] });
  });

  it("is void with the first other sign: what two people accepted is that one alone", async () => {
    const life = (accepted: readonly string[]): Promise<readonly string[]> =>
      evidenceOfLife(["data"], holdingRecovery(), "primary", holdingRuns(world), {} as Io, accepted);
    const accepted = [`data: ${lateLog.says}`];
    world.life = lateLog;
    expect(await life(accepted)).to.deep.equal([]);
    expect(await life([])).to.deep.equal(accepted);
    world.life = { ...lateLog, says: "db2.trn was backed up after the disaster" };
    expect(await life(accepted)).to.have.length(1);
    // The same words from the site itself are no longer hearsay.
    world.life = lateLog.says;
    expect(await life(accepted)).to.deep.equal(accepted);
  });

  it("is refused where no move waits for it: none is under way, it is planned, or it is being given up", async () => {
    expect((await failureOf(run())).message).to.contain("no move is under way");
    await begin({ mode: "planned" });
    expect((await failureOf(run())).message).to.contain("the move is planned, and proves its fence");
    await write(project, [started(2, { epoch: 2 }), { kind: "abandoning", epoch: 2, as: "op", reason: "x" }]);
    expect((await failureOf(run())).message).to.contain("needs no waiver");
  });

  it("counts for the systems that move unplanned and have not arrived", async () => {
    const system = (name: string, mode: "planned" | "unplanned") => ({
      system: name,
      parts: [name],
      after: [],
      terms: { mode, as: "op", acceptLossSec: 0 },
    });
    await begin({ systems: [system("data", "unplanned"), system("other", "planned")] });
    await run();
    const { last: now } = situation(await project.journal.entries());
    expect(now && [termsOf(now, "data").waiveFence, termsOf(now, "other").waiveFence]).to.deep.equal([
      "the room is dark (R.Okafor)",
      undefined,
    ]);
  });
});

describe("a declaration that waives the fence against a sign of life", () => {
  it("takes a second name and keeps what was seen; the same name twice is refused", async () => {
    const project = await tempProject();
    try {
      await write(project, begun(holdingRecovery()));
      const world = { ...holdWorld(), life: lateLog };
      const terminal = writtenTerminal();
      const options = {
        to: "dr",
        mode: "unplanned",
        as: "R.Okafor",
        disasterAt: "2026-11-22T03:10+00:00",
        acceptLoss: "4h",
        incident: "T1",
        waiveFence: "dark",
      };
      const run = (second?: string): Promise<void> =>
        declare(
          declarationFrom({ ...options, ...(second === undefined ? {} : { second }) }, terminal.now()),
          project,
          { parts: holdingParts, runs: holdingRuns(world) },
          terminal,
        );
      expect((await failureOf(run())).message).to.contain("--second NAME");
      expect(() => declarationFrom({ ...options, second: "r okafor" }, terminal.now())).to.throw(
        "two people",
      );
      const { waiveFence: _waive, ...bare } = options;
      expect(() => declarationFrom({ ...bare, second: "S.Lee" }, terminal.now())).to.throw("--waive-fence");
      await failureOf(run("S.Lee")).catch(() => undefined);
      expect(situation(await project.journal.entries()).declaration).to.deep.include({
        second: "S.Lee",
        accepted: [`data: ${lateLog.says}`],
      });
    } finally {
      await project.leave();
    }
  });
});
