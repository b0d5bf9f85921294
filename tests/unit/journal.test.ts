import { expect } from "chai";
import fc from "fast-check";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { journalOn } from "../../journal/journal.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { isLease } from "../../journal/store.ts";
import { hashOf } from "../../model/recovery.ts";
import { toyRecovery } from "./toy.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const at = new Date("2026-11-22T10:00:00Z");
const genesis: Fact = { kind: "genesis", estate: "toys", active: "primary" };
const declared: Fact = { kind: "declared", factsHash: hashOf(toyRecovery()), recovery: toyRecovery() };
const move = (to: "primary" | "dr", mode: "planned" | "unplanned" = "planned"): Fact => ({
  kind: "move declared",
  to,
  mode,
  as: "ann",
  acceptLossSec: 0,
});
const started = (epoch: number, from: "primary" | "dr", to: "primary" | "dr", declaration: number): Fact => ({
  kind: "activation started",
  epoch,
  from,
  to,
  mode: "planned",
  as: "ann",
  factsHash: hashOf(toyRecovery()),
  planHash: "x",
  declaration,
  acceptLossSec: 0,
});
const completed = (epoch: number): Fact => ({ kind: "completed", epoch, owed: [], exceptions: [] });
const noReturn = (epoch: number): Fact => ({ kind: "no return", epoch, step: "x" });

const textOf = (facts: readonly Fact[], when: Date = at): string => {
  let text = "";
  for (const f of facts) text += `${lineOf(f, entriesOf(text), when, "ann@box#1")}\n`;
  return text;
};
const entriesFor = (...facts: Fact[]): readonly Entry[] => entriesOf(textOf(facts));
const situationOf = (...facts: Fact[]): Situation => situation(entriesFor(...facts));

describe("the journal's chain", () => {
  const text = textOf([genesis, declared, move("dr"), started(1, "primary", "dr", 2)]);

  it("reads back what was written, in order", () => {
    expect(entriesOf(text).map((e) => e.kind)).to.deep.equal([
      "genesis",
      "declared",
      "move declared",
      "activation started",
    ]);
  });

  it("finds every change of a byte, every missing, repeated or exchanged line, and a cut end", () => {
    const lines = text.trimEnd().split("\n");
    const join = (l: readonly string[]): string => `${l.join("\n")}\n`;
    const broken = [
      join([...lines.slice(0, 1), ...lines.slice(2)]),
      join([...lines.slice(0, 2), ...lines.slice(1)]),
      join([lines[0] ?? "", lines[2] ?? "", lines[1] ?? ""]),
      text.slice(0, -1),
      text.slice(0, -40),
    ];
    for (const b of broken) expect(() => entriesOf(b)).to.throw(/the journal is broken at entry \d/);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 2 }), (i) => {
        const changed = text.slice(0, i) + (text[i] === "7" ? "8" : "7") + text.slice(i + 1);
        expect(() => entriesOf(changed)).to.throw();
      }),
      { numRuns: 300 },
    );
  });

  it("never takes an absent journal for an estate whose primary is active", () => {
    expect(() => situation(entriesOf(""))).to.throw(/absent or empty.*journal init/);
    expect(() => lineOf(move("dr"), [], at, "x")).to.throw(/absent or empty/);
    expect(() => lineOf(genesis, entriesOf(text), at, "x")).to.throw(/has begun already/);
  });

  it("refuses an entry of a kind that this version does not know", () => {
    const line = JSON.stringify({ seq: 0, kind: "teleported" });
    expect(() => entriesOf(`${line}\n`)).to.throw(/broken at entry 0/);
  });
});

describe("a journal in a folder", () => {
  it("keeps every entry of writers that append at the same time", async () => {
    const f = await temporaryFolder();
    const journal = journalOn(folderStore(f, undefined, () => undefined));
    await journal.append(genesis);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        journal.append({
          ...(move("dr") as Extract<Fact, { kind: "move declared" }>),
          as: `ann${String(i)}`,
        }),
      ),
    );
    expect(await journal.entries()).to.have.length(21);
  });

  it("decides under exclusion: of two that would write the same, one does", async () => {
    const journal = journalOn(folderStore(await temporaryFolder(), undefined, () => undefined));
    for (const f of [genesis, declared, move("dr"), started(1, "primary", "dr", 2)]) await journal.append(f);
    await Promise.all(
      Array.from({ length: 8 }, () =>
        journal.append((e) => (situation(e).noReturn ? undefined : noReturn(1))),
      ),
    );
    expect((await journal.entries()).filter((e) => e.kind === "no return")).to.have.length(1);
  });

  it("copies every entry to its mirror, goes on when the mirror cannot be written, and catches up", async () => {
    const main = await temporaryFolder();
    const mirror = path.join(await temporaryFolder(), "copy");
    const warnings: string[] = [];
    const journal = journalOn(folderStore(main, mirror, (w) => warnings.push(w)));
    await journal.append(genesis);
    await fs.rename(mirror, `${mirror}.away`);
    await fs.writeFile(mirror, "a file where the folder was");
    await journal.append(declared);
    expect(warnings.join()).to.match(/mirror in .* was not written/);
    await fs.rm(mirror);
    await fs.rename(`${mirror}.away`, mirror);
    await journal.append(move("dr"));
    expect(await fs.readFile(path.join(mirror, "journal.jsonl"), "utf8")).to.equal(
      await fs.readFile(path.join(main, "journal.jsonl"), "utf8"),
    );
  });

  it("refuses to go on with a journal that is older than its mirror, or tells another history", async () => {
    const main = await temporaryFolder();
    const mirror = await temporaryFolder();
    const journal = journalOn(folderStore(main, mirror, () => undefined));
    await journal.append(genesis);
    const old = await fs.readFile(path.join(main, "journal.jsonl"));
    await journal.append(declared);
    await fs.writeFile(path.join(main, "journal.jsonl"), old);
    expect(await journal.append(move("dr")).then(() => "", String)).to.match(
      /older than its mirror.*lacks the last 1 entry/,
    );
    await fs.writeFile(path.join(main, "journal.jsonl"), textOf([{ ...genesis, active: "dr" }]));
    expect(await journal.append(move("dr")).then(() => "", String)).to.match(/different histories/);
  });

  it("gives a lease to one holder, tells the other who and since when, and takes over from a process that has ended", async () => {
    const f = await temporaryFolder();
    const store = folderStore(f, undefined, () => undefined);
    const mine = await store.lease("run", 60_000);
    const second = await store.lease("run", 60_000);
    expect(isLease(mine)).to.equal(true);
    expect(second).to.have.keys("who", "since");
    expect((await store.leases()).map((l) => l.name)).to.deep.equal(["run"]);
    if (isLease(mine)) await mine.release();
    expect(await store.leases()).to.deep.equal([]);
    await fs.writeFile(
      path.join(f, "leases", "run.json"),
      JSON.stringify({
        name: "run",
        who: "bob",
        since: "x",
        until: Date.now() + 60_000,
        host: os.hostname(),
        pid: 4_000_000,
        token: "t",
      }),
    );
    const third = await store.lease("run", 60_000);
    expect(isLease(third)).to.equal(true);
    if (isLease(third)) await third.release();
  });
});

describe("what `up` of an activation stack means", () => {
  const kind = (target: "primary" | "dr", ...facts: Fact[]): string => {
    const n = next(situationOf(genesis, ...facts), target, at);
    return n.kind === "start"
      ? `start ${String(n.epoch)} from ${n.request.from}`
      : n.kind === "go on"
        ? `go on ${String(n.epoch)}`
        : n.kind;
  };
  const moved = [declared, move("dr"), started(1, "primary", "dr", 2)];

  it("is refused before anything is declared, and asks for a declaration where none is valid", () => {
    expect(kind("dr")).to.equal("refused");
    expect(kind("dr", declared)).to.equal("undeclared");
    expect(kind("dr", declared, move("dr"), { kind: "withdrawn", as: "ann" })).to.equal("undeclared");
    expect(kind("dr", declared, move("primary"))).to.equal("undeclared");
  });

  it("begins what was declared, once: the declaration is used up", () => {
    expect(kind("dr", declared, move("dr"))).to.equal("start 1 from primary");
    expect(kind("dr", ...moved, completed(1))).to.equal("go on 1");
    expect(kind("primary", ...moved, completed(1))).to.equal("undeclared");
    expect(kind("primary", ...moved, completed(1), move("primary"))).to.equal("start 2 from dr");
  });

  it("does nothing where the target has always been active", () => {
    expect(kind("primary", declared)).to.equal("nothing");
  });

  it("goes on with what is unfinished, and lets a new declaration begin it anew only before no return", () => {
    expect(kind("dr", ...moved)).to.equal("go on 1");
    expect(kind("dr", ...moved, move("dr", "unplanned"))).to.equal("start 2 from primary");
    expect(kind("dr", ...moved, noReturn(1), move("dr", "unplanned"))).to.equal("go on 1");
  });

  it("does not turn round: neither before no return nor past it, declared or not, until it is completed", () => {
    for (const more of [[], [noReturn(1)], [noReturn(1), move("primary")], [move("primary")]])
      expect(kind("primary", ...moved, ...more)).to.equal("refused");
    expect(kind("primary", ...moved, noReturn(1), completed(1), move("primary"))).to.equal("start 2 from dr");
  });

  it("lets a declaration expire after 24 hours", () => {
    const s = situationOf(genesis, declared, move("dr"));
    expect(next(s, "dr", new Date(at.getTime() + 25 * 3_600_000))).to.include({
      kind: "undeclared",
      expired: true,
    });
    expect(next(s, "dr", new Date(at.getTime() + 23 * 3_600_000)).kind).to.equal("start");
  });

  it("holds a declaration for expired that a clock wrote which was days ahead", () => {
    const s = situationOf(genesis, declared, move("dr"));
    expect(next(s, "dr", new Date(at.getTime() - 25 * 3_600_000))).to.include({ kind: "undeclared" });
    expect(next(s, "dr", new Date(at.getTime() - 3_600_000)).kind).to.equal("start");
  });

  it("makes only `completed` change the active site, whatever else is written", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom<Fact>(
            declared,
            move("dr"),
            noReturn(1),
            { kind: "withdrawn", as: "a" },
            started(1, "primary", "dr", 2),
            { kind: "plan changed", epoch: 1, planHash: "y" },
          ),
          { maxLength: 12 },
        ),
        (facts) => {
          expect(situationOf(genesis, ...facts).active).to.equal("primary");
        },
      ),
      { numRuns: 50 },
    );
  });
});
