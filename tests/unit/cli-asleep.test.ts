import { expect } from "chai";
import { abandon } from "../../cli/abandon/run.ts";
import { goBack } from "../../cli/back/run.ts";
import type { Project } from "../../cli/project.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Journal } from "../../journal/journal.ts";
import { situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { asleepAt, type Asleep } from "../../lab/simulator/lab/asleep.ts";
import { failureOf, writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts, toyRuns } from "./toy.ts";
import { withActs } from "./toy-wrapped.ts";
import { until } from "./until.ts";

describe("a command of a move that stands still while others end and begin moves", function () {
  // Whole moves, one after the other.
  this.timeout(60_000);
  let r: Rig;
  let terminal: Written;
  const project = (journal = r.journal): Project => ({
    root: r.folder,
    estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
    journal,
    folder: `${r.folder}/journal`,
  });
  const giveUp = (as: string, of = project()): Promise<void> =>
    abandon(
      { as, reason: "a disk", preview: false },
      of,
      { parts: toyParts, runs: toyRuns(r.world) },
      terminal,
    );
  const back = (as: string, of = project()): Promise<void> =>
    goBack(
      { as, reason: "K2 stays down", preview: false, acceptLoss: "30m" },
      of,
      { parts: toyParts, runs: toyRuns(r.world) },
      terminal,
    );
  /** A planned move that stands before one of its steps. */
  const movedTo = async (end: string): Promise<void> => {
    r = await rig("planned", { databases: 1 });
    r.world.running.add("P:db");
    terminal = writtenTerminal(new Date());
    for (const s of r.made.steps) {
      if (s.id === end) return;
      await r.run(s.id);
    }
  };
  /** The next move begins, and a database is open at its target. */
  const nextMove = async (): Promise<void> => {
    const first = (await r.journal.entries()).find((e) => e.kind === "activation started");
    if (!first) throw new Error("nothing has begun");
    await r.journal.append({ kind: "move declared", to: "dr", mode: "planned", as: "bob", acceptLossSec: 0 });
    const declaration = (await r.journal.entries()).length - 1;
    const { seq: _seq, prev: _prev, hash: _hash, at: _at, by: _by, ...fact } = first;
    await r.journal.append({ ...fact, epoch: 2, declaration, as: "bob" });
  };
  /** What others do meanwhile, as the journal has it: the old site is given back, and left again in the next move. */
  const others = async (end: Extract<Fact, { kind: "abandoned" }>): Promise<void> => {
    await r.journal.append(end);
    await nextMove();
    await r.journal.append({ kind: "no return", epoch: 2, step: "data0/open/db0-0" });
    await r.journal.append({ kind: "completed", epoch: 2, owed: [], exceptions: [] });
  };
  const past = /^activation 1 was abandoned by bob at .*, and activation 2 toward dr has begun since/;

  it("opens nothing when it waited for a lock: what is given back already is told, and stays as the next move has it", async () => {
    await movedTo("data0/open/db0-0");
    const sleeper = asleepAt(r.journal, (call) => call === "lease step 1 data0/reopen/db0-0");
    await inFolder(r.folder, async () => {
      const late = failureOf(giveUp("ann", project(sleeper.journal)));
      await until("it waits for the lock", () => sleeper.sleeps());
      await giveUp("bob");
      expect([...r.world.running].sort()).to.deep.equal(["P:db", "P:web"]);
      await nextMove();
      for (const { id } of r.made.steps) await r.run(id, { epoch: 2 });
      expect(situation(await r.journal.entries()).active).to.equal("dr");
      const { acts, copied, running } = r.world;
      const before = [acts.length, [...copied].sort(), [...running].sort()];
      sleeper.wake();
      expect((await late).message).to.match(past);
      expect([acts.length, [...copied].sort(), [...running].sort()]).to.deep.equal(before);
    });
    const entries = await r.journal.entries();
    const late = entries.filter((e) => e.kind === "step" && e.epoch === 1 && e.seq > lastEnd(entries));
    expect(late.map((e) => e.kind === "step" && e.verdict)).to.deep.equal(["refused"]);
    expect(situation(entries).active).to.equal("dr");
  });

  it("keeps a step's lock until what its act has opened is closed: nobody else begins it beside a statement that runs on", async () => {
    await movedTo("data0/open/db0-0");
    const seen: string[] = [];
    const journal: Journal = {
      ...r.journal,
      append: async (fact) => {
        if ("kind" in fact && fact.kind === "step") seen.push(`${fact.step} ${fact.verdict}`);
        await r.journal.append(fact);
      },
      store: {
        ...r.journal.store,
        lease: async (name, ttlMs) => {
          const given = await r.journal.store.lease(name, ttlMs);
          if (!isLease(given)) return given;
          const release = (): Promise<void> => {
            seen.push(`${name} is given back`);
            return given.release();
          };
          return { ...given, release };
        },
      },
    };
    const runs = withActs(toyRuns(r.world), async (act, io) => {
      io.onEnd(async () => {
        // It takes a while: whoever does not wait for it is heard before.
        await r.journal.entries();
        seen.push("what it opened is closed");
      });
      await act();
    });
    await inFolder(r.folder, () =>
      abandon(
        { as: "ann", reason: "a disk", preview: false },
        project(journal),
        { parts: toyParts, runs },
        terminal,
      ),
    );
    expect(seen.slice(0, 3)).to.deep.equal([
      "what it opened is closed",
      "data0/reopen/db0-0 done",
      "step 1 data0/reopen/db0-0 is given back",
    ]);
  });

  const commands: readonly [
    what: string,
    work: (as: string, of?: Project) => Promise<void>,
    stands: string,
    end: Extract<Fact, { kind: "abandoned" }>,
  ][] = [
    [
      "abandon",
      giveUp,
      "data0/open/db0-0",
      { kind: "abandoned", epoch: 1, as: "bob", reason: "it was begun" },
    ],
    [
      "back",
      back,
      "web0/answers/db",
      { kind: "abandoned", epoch: 1, as: "bob", reason: "it was begun", lossSec: 60 },
    ],
  ];
  for (const [what, work, stands, end] of commands)
    it(`does nothing more and writes no end, wherever "${what}" stands still: before anything that it asks, writes or takes`, async () => {
      let points = 0;
      await movedTo(stands);
      const moved = await r.journal.store.read();
      const [running, open, copied] = [r.world.running, r.world.open, r.world.copied];
      for (let n = 1; ; n++) {
        await r.journal.store.restart(() => moved);
        r.world.running = new Set(running);
        r.world.open = new Set(open);
        r.world.copied = new Set(copied);
        let calls = 0;
        let isOn = false;
        // From the entry on that says what it does: before it, the others would have nothing to end.
        const sleeper: Asleep = asleepAt(r.journal, () => isOn && ++calls === n);
        const { append } = sleeper.journal;
        const watched = {
          ...sleeper.journal,
          append: async (fact: Parameters<typeof append>[0]) => {
            await append(fact);
            isOn ||= (await r.journal.entries()).some((e) => e.kind === "abandoning");
          },
        };
        const woke = await inFolder(r.folder, async () => {
          const late = work("ann", project(watched)).then(
            () => "it ended well",
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          );
          await Promise.race([late, until("it stands still", () => sleeper.sleeps(), 10_000)]);
          if (!sleeper.sleeps() || (await isOver())) {
            sleeper.wake();
            await late;
            return false;
          }
          await others(end);
          const before = [...r.world.acts];
          sleeper.wake();
          expect(await late, `at call ${String(n)}`).to.match(past);
          expect(r.world.acts, `at call ${String(n)}`).to.deep.equal(before);
          return true;
        });
        if (!woke) break;
        points += 1;
        const entries = await r.journal.entries();
        expect(entries.filter((e) => e.kind === "abandoned")).to.have.length(1);
        expect(entries.some((e) => e.kind === "target closed" && e.seq > lastEnd(entries))).to.equal(false);
        expect(situation(entries).active).to.equal("dr");
      }
      expect(points).to.be.greaterThan(20);
    });

  const isOver = async (): Promise<boolean> =>
    (await r.journal.entries()).some((e) => e.kind === "abandoned");
  const lastEnd = (entries: readonly { readonly kind: string; readonly seq: number }[]): number =>
    entries.find((e) => e.kind === "abandoned")?.seq ?? Infinity;
});
