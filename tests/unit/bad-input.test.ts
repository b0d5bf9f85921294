import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { main } from "../../cli/program.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { hashOf } from "../../model/recovery.ts";
import { plan } from "../../planning/plan.ts";
import { pointFor } from "../../planning/point.ts";
import { wrongClock } from "../../stacks/clock.ts";
import { prepare } from "../../stacks/prepare.ts";
import { Refused, type Runs } from "../../steps/act.ts";
import { writtenTerminal } from "./cli-fixture.ts";
import { inFolder, rig } from "./runner-rig.ts";
import { declared, genesis, moveTo, started } from "./journal-facts.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld } from "./toy.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A project as an owner has it, and all that lies in it. */
async function project(facts: readonly Fact[]): Promise<{
  type(args: readonly string[]): Promise<{ code: number; says: string }>;
  all(): Promise<string>;
}> {
  const root = await temporaryFolder();
  await fs.writeFile(path.join(root, "Pulumi.yaml"), "name: toys\n");
  await fs.writeFile(
    path.join(root, "estate.js"),
    `export const estate = { name: "toys", journal: { folder: "journal" }, systems: [] };`,
  );
  await inFolder(root, async () => {
    const journal = openJournal({ folder: "journal" });
    for (const f of facts) await journal.append(f);
  });
  return {
    type: (args) =>
      inFolder(root, async () => {
        const terminal = writtenTerminal(new Date("2026-11-22T11:00:00Z"));
        const code = await main(args, terminal);
        return { code, says: [...terminal.lines, ...terminal.notes].join("\n") };
      }),
    all: async () => {
      const names = (await fs.readdir(root, { recursive: true })).sort();
      const texts = await Promise.all(
        names.map((n) => fs.readFile(path.join(root, n), "utf8").catch(() => "")),
      );
      return JSON.stringify([names, texts]);
    },
  };
}

const unplanned = (more: Readonly<Record<string, string>>): readonly string[] => [
  "declare",
  ...Object.entries({
    to: "dr",
    mode: "unplanned",
    as: "ann",
    "disaster-at": "2026-11-22T03:10+00:00",
    "accept-loss": "4h",
    incident: "INC-77",
    ...more,
  }).flatMap(([k, v]) => [`--${k}`, v]),
];

describe("bad input changes nothing", () => {
  const atRest = [genesis, declared];
  const cases: readonly {
    what: string;
    facts?: readonly Fact[];
    args: readonly string[];
    says: RegExp;
  }[] = [
    {
      what: "an unknown mode",
      args: unplanned({ mode: "unplaned" }),
      says: /--mode "unplaned" is not known. Write planned or unplanned/,
    },
    {
      what: "a time without its offset",
      args: unplanned({ "disaster-at": "2026-11-22T03:10" }),
      says: /does not say in which time zone it is.*2026-11-22T03:10\+00:00/,
    },
    {
      what: "a time without its offset, in the hour that occurs twice",
      args: unplanned({ "disaster-at": "2026-10-25T01:30" }),
      says: /does not say in which time zone it is/,
    },
    {
      what: "a time that is none",
      args: unplanned({ "disaster-at": "at three" }),
      says: /"at three" is not a time/,
    },
    {
      what: "a time that has not come yet",
      args: unplanned({ "disaster-at": "2026-11-23T03:10+00:00" }),
      says: /lies in the future: this runner's clock says 2026-11-22 11:00:00 UTC/,
    },
    {
      what: "an incident on two lines",
      args: unplanned({ incident: "INC-77\nactivation 1 is completed" }),
      says: /--incident: it has a line break/,
    },
    {
      what: "a name that moves the cursor",
      args: unplanned({ as: "ann\u001b[2J" }),
      says: /--as: it has a control character/,
    },
    {
      what: "the journal of another estate",
      facts: [{ kind: "genesis", estate: "others", active: "primary" }],
      args: unplanned({}),
      says: /belongs to the estate "others", not to "toys"/,
    },
    { what: "an empty journal", facts: [], args: unplanned({}), says: /absent or empty.*journal init/ },
    {
      what: "a target that is active already",
      args: unplanned({ to: "primary" }),
      says: /primary is active already/,
    },
    {
      what: "going back from nothing",
      args: ["back", "--as", "ann", "--reason", "x", "--accept-loss", "1h"],
      says: /no move is under way/,
    },
    {
      what: "adopting what is so already",
      args: ["journal", "adopt", "--active", "primary", "--as", "ann", "--reason", "x"],
      says: /already that primary is active/,
    },
    {
      what: "breaking the glass of a journal that can be read",
      args: ["journal", "break-glass", "--active", "dr", "--as", "ann", "--reason", "x"],
      says: /there is nothing to break/,
    },
  ];
  for (const { what, facts = atRest, args, says } of cases)
    it(`${what}: a sentence, no trace, and every file as it was`, async () => {
      const made = await project(facts);
      const before = await made.all();
      const ended = await made.type(args);
      expect(ended.code).to.be.oneOf([1, 2]);
      expect(ended.says).to.match(says);
      expect(ended.says).not.to.match(/^\s+at /m);
      expect(await made.all()).to.equal(before);
    });

  it("a point in the hour that occurs twice is refused before anything is restored", () => {
    const at = Date.parse("2026-10-25T01:30:00Z") / 1000;
    const point = pointFor({
      mode: "unplanned",
      reaches: new Map([["K2", { fromSec: at - 9000, toSec: at + 9000, complete: false, evidence: "log" }]]),
      disasterSec: at + 100,
      acceptLossSec: 9000,
      wanted: { at: "2026-10-25T01:30:00Z" },
      minutesBefore: 0,
      timeZone: "Europe/London",
      clocks: ["Europe/London"],
    });
    expect("refused" in point && point.refused).to.match(/lies in the hour that occurs twice/);
  });
});

describe("a runner's clock that is wrong", () => {
  const now = Date.parse("2026-11-22T11:00:00Z");
  const day = 86_400;
  const judged = (aheads: readonly number[], newest?: string): string | undefined =>
    wrongClock(
      aheads.map((aheadSec, i) => ({ host: `SQL${String(i)}`, aheadSec })),
      newest,
      now,
    );

  it("is told by all servers that answer, or by the journal where none agrees with it", () => {
    expect(judged([-day, -day])).to.match(
      /says 2026-11-22 11:00:00 UTC, and the clocks of SQL0 \(24:00:00 behind it\), SQL1 .* agree that it is wrong/,
    );
    expect(judged([day])).to.match(/SQL0 \(24:00:00 ahead of it\)/);
    expect(judged([], "2026-11-23T11:00:00Z")).to.match(
      /newest entry .* 24:00:00 later: this clock is behind/,
    );
  });

  it("is not: one server that differs, two that differ both ways, minutes, or a journal that a wrong clock wrote before", () => {
    for (const aheads of [[day, 0], [day, -day], [200, 200], []]) expect(judged(aheads)).to.equal(undefined);
    expect(judged([0], "2026-11-23T11:00:00Z")).to.equal(undefined);
    expect(judged([], "2026-11-21T11:00:00Z")).to.equal(undefined);
  });

  it("begins no move: nothing is written, and the declaration still stands", async () => {
    const r = await rig("planned");
    await r.journal.append({ kind: "abandoned", epoch: 1, as: "ann", reason: "x" });
    await r.journal.append(moveTo("dr"));
    const before = await r.journal.entries();
    const clocks = (aheadSec: number): Runs => ({
      ...toyRuns(r.world),
      "toy-data": () =>
        Promise.resolve({ runnables: [], clocks: () => Promise.resolve([{ host: "P", aheadSec }]) }),
    });
    const prepared = (runs: Runs): Promise<string> =>
      inFolder(r.folder, () =>
        prepare(
          { journal: { folder: "journal" } },
          "dr",
          { journal: r.journal, parts: toyParts, runs },
          () => undefined,
        ).then(({ kind }) => kind, String),
      );
    expect(await prepared(clocks(day))).to.match(
      /Refused: this runner's clock says .*P \(24:00:00 ahead of it\)/,
    );
    expect(await r.journal.entries()).to.deep.equal(before);
    expect(await prepared(clocks(3))).to.equal("move");
  });
});

describe("facts that change between two runs of one activation", () => {
  const changed = toyRecovery(1, 3);
  const newer: Fact = { kind: "declared", factsHash: hashOf(changed), recovery: changed };
  const prepared = async (facts: readonly Fact[]) => {
    const r = await rig("planned");
    const folder = path.join(r.folder, "other");
    await fs.mkdir(folder);
    await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: toys\n");
    return inFolder(folder, async () => {
      const journal = openJournal({ folder: "journal" });
      for (const f of facts) await journal.append(f);
      const world = { journal, parts: toyParts, runs: toyRuns(toyWorld()) };
      const before: readonly Entry[] = await journal.entries();
      const ended = await prepare({ journal: { folder: "journal" } }, "dr", world, () => undefined).catch(
        (e: unknown) => e,
      );
      expect(await journal.entries()).to.deep.equal(before);
      return ended;
    });
  };

  it("are not taken: it goes on with those that it was started with, whole", async () => {
    const goesOn = await prepared([genesis, declared, moveTo("dr"), started(1), newer]);
    expect(goesOn).to.include({ kind: "move", factsHash: hashOf(toyRecovery()) });
    const old = plan(toyRecovery(), { from: "primary", to: "dr", mode: "unplanned" }, toyParts);
    expect((goesOn as { plan: { hash: string } }).plan.hash).to.equal(old.hash);
  });

  it("stop it where those that it was started with are not in the journal any more", async () => {
    const lost = await prepared([genesis, newer, moveTo("dr"), { ...started(1), factsHash: "gone" } as Fact]);
    expect(lost).to.be.instanceOf(Refused);
    expect(String(lost)).to.match(/does not hold the facts that this activation was started with/);
  });
});
