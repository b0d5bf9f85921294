import { expect } from "chai";
import { declare } from "../../cli/declare/run.ts";
import type { Declaration } from "../../cli/declare/request.ts";
import type { Project } from "../../cli/project.ts";
import { withdraw } from "../../cli/withdraw/run.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { asleepAt } from "../../lab/simulator/lab/asleep.ts";
import {
  begun,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  started,
  tempProject,
  write,
  writtenTerminal,
  type HoldWorld,
} from "./cli-fixture.ts";
import { until } from "./until.ts";

const declared: Declaration = {
  kind: "move declared",
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10:00Z",
  acceptLossSec: 14_400,
};
const held: Fact = { kind: "held", part: "data", says: "restore jobs are stopped" };
const withdrawn: Fact = { kind: "withdrawn", as: "bob" };

describe("a command that holds or releases and stands still meanwhile", function () {
  this.timeout(30_000);
  let project: Awaited<ReturnType<typeof tempProject>>;
  let world: HoldWorld;
  const terminal = writtenTerminal();
  beforeEach(async () => {
    project = await tempProject();
    world = holdWorld();
    const [fromSec, toSec] = [Date.parse("2026-11-22T00:00:00Z"), Date.parse("2026-11-22T03:00:00Z")];
    world.reach = {
      db: { fromSec: fromSec / 1000, toSec: toSec / 1000, complete: false, evidence: "db_0040.trn" },
    };
    await write(project, begun(holdingRecovery()));
  });
  afterEach(() => project.leave());

  /** A move was made with the declaration that is entry `seq`. */
  const moved = (seq: number): readonly Fact[] => [
    started(seq),
    { kind: "no return", epoch: 1, step: "data/open" },
    { kind: "completed", epoch: 1, owed: [], exceptions: [] },
  ];
  interface Woken {
    /** How the command ended. */
    readonly ended: string;
    /** What others and the command have written since it stood still. */
    readonly since: readonly Fact[];
    /** The journal has it as held, for `withdraw` to release. */
    readonly isHeld: boolean;
  }

  /**
   * Plays a command again and again, and lets it stand still before another one of the things each time that it asks,
   * writes or takes after the first of these, while others write what `meanwhile` gives for a journal of that length.
   * Nothing is held or released from then on. Gives how often.
   */
  async function everywhere(
    work: (of: Project) => Promise<void>,
    first: "entries" | "append",
    meanwhile: (length: number) => readonly Fact[],
    check: (woken: Woken) => void,
  ): Promise<number> {
    const text = await project.journal.store.read();
    const restoring = [...world.restoring];
    for (let n = 1; ; n++) {
      await project.journal.store.restart(() => text);
      world.restoring = new Set(restoring);
      let calls = -1;
      const sleeper = asleepAt(project.journal, (call) => (calls >= 0 || call === first) && ++calls === n);
      const late = work({ ...project, journal: sleeper.journal }).then(
        () => "it ended well",
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      await Promise.race([late, until("it stands still", () => sleeper.sleeps(), 10_000)]);
      if (!sleeper.sleeps()) return n - 1;
      const { length } = await project.journal.entries();
      await write(project, meanwhile(length));
      const before = [...world.restoring];
      sleeper.wake();
      const ended = await late;
      expect([...world.restoring], `at call ${String(n)}`).to.deep.equal(before);
      const entries = await project.journal.entries();
      check({ ended, since: entries.slice(length), isHeld: situation(entries).held.has("data") });
    }
  }

  const registries = (): { parts: typeof holdingParts; runs: ReturnType<typeof holdingRuns> } => ({
    parts: holdingParts,
    runs: holdingRuns(world),
  });
  const release = (of: Project): Promise<void> =>
    withdraw({ as: "ann", reason: "the line is back" }, of, registries(), terminal);
  const declares = (of: Project): Promise<void> => declare(declared, of, registries(), terminal);

  const next: readonly [what: string, facts: (length: number) => readonly Fact[]][] = [
    [
      "somebody else has withdrawn it and declared the next unplanned move",
      () => [withdrawn, declared, held],
    ],
    [
      "a move that was declared anew is under way",
      (length) => [withdrawn, declared, held, started(length + 1)],
    ],
    ["a move was made meanwhile", (length) => [withdrawn, declared, held, ...moved(length + 1)]],
  ];
  for (const [what, facts] of next)
    it(`releases nothing, and takes nobody else's declaration back, where ${what}`, async () => {
      await write(project, [declared, held]);
      world.restoring.delete("data");
      const points = await everywhere(release, "entries", facts, ({ ended, since }) => {
        expect(ended).to.match(
          /stays? held|the journal changed|there is nothing to withdraw|has begun|is under way/,
        );
        expect(since.filter((e) => e.kind === "released")).to.deep.equal([]);
        expect(since.filter((e) => e.kind === "withdrawn")).to.have.length(1);
      });
      expect(points).to.be.greaterThan(5);
    });

  it("holds nothing for a declaration that was taken back; what it has held by then is known, and can be released", async () => {
    let known = 0;
    const points = await everywhere(
      declares,
      "append",
      () => [withdrawn],
      ({ ended, isHeld }) => {
        if (isHeld) known++;
        if (ended !== "it ended well")
          expect(ended).to.match(/does not stand any more: nothing more is held/);
        if (!world.restoring.has("data") && !isHeld) expect(ended).to.equal("it ended well");
      },
    );
    expect(points).to.be.greaterThan(5);
    expect(known).to.be.greaterThan(0);
  });

  it("holds nothing at a site that a move has made active meanwhile", async () => {
    const points = await everywhere(
      declares,
      "append",
      (length) => moved(length - 1),
      ({ ended, since }) => {
        expect(since.filter((e) => e.kind === "held")).to.deep.equal([]);
        if (ended !== "it ended well")
          expect(ended).to.match(/activation 1 was completed at .*: nothing more is held/);
      },
    );
    expect(points).to.be.greaterThan(5);
  });
});
