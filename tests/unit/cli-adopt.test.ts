import { expect } from "chai";
import { adopt } from "../../cli/journal/adopt.ts";
import { dueOf } from "../../cli/probe/due.ts";
import type { Project } from "../../cli/project.ts";
import { reprotectable } from "../../cli/reprotect/may.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import { wordAt } from "../../journal/words.ts";
import { isLease } from "../../journal/store.ts";
import { chapterOf } from "../../report/entries.ts";
import type { Runs, Sign } from "../../steps/act.ts";
import { mayActivate, mayProvision } from "../../steps/may-act.ts";
import { failureOf, writtenTerminal, type Written } from "./cli-fixture.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyParts } from "./toy.ts";

const open = (site: Sign["site"]): Sign => ({ site, shows: "active", says: `db of ${site} is ONLINE` });
const closed = (site: Sign["site"]): Sign => ({ site, shows: "passive", says: `db of ${site} is RESTORING` });

describe("journal adopt", () => {
  let r: Rig;
  let terminal: Written;
  let world: readonly Sign[];
  beforeEach(async () => {
    r = await rig("planned");
    terminal = writtenTerminal();
    world = [open("dr"), closed("primary")];
  });
  const record = (more: Partial<Parameters<typeof adopt>[0]> = {}): Promise<void> => {
    const project: Project = {
      root: r.folder,
      estate: { name: "toys", journal: { folder: "journal" }, systems: [] },
      journal: r.journal,
      folder: `${r.folder}/journal`,
    };
    const runs: Runs = {
      "toy-data": () => Promise.resolve({ runnables: [], signs: () => Promise.resolve(world) }),
    };
    const options = { active: "dr", as: "ann", reason: "opened by hand", preview: false, ...more };
    return inFolder(r.folder, () => adopt(options, project, { parts: toyParts, runs }, terminal));
  };
  const now = async (): Promise<Situation> => situation(await r.journal.entries());
  const atRest = (): Promise<void> =>
    r.journal.append({ kind: "abandoned", epoch: 1, as: "ann", reason: "withdrawn" });

  it("makes the other site active, shows what was seen, and keeps it in the journal with who answers and why", async () => {
    await atRest();
    await record();
    const s = await now();
    expect([s.active, stateOf(s), s.epoch]).to.deep.equal(["dr", "active", 2]);
    expect(s.taken).to.include({ kind: "adopted", as: "ann", reason: "opened by hand" });
    expect(s.taken?.seen).to.deep.equal([
      "dr: data0: db of dr is ONLINE (active)",
      "primary: data0: db of primary is RESTORING (passive)",
    ]);
    const said = terminal.lines.join("\n");
    expect(said).to.match(/primary \(London\):\n {2}passive {2}data0: db of primary is RESTORING\n/);
    expect(said).to.match(/dr \(Leeds\):\n {2}active {3}data0: db of dr is ONLINE\n/);
    expect(said).to.match(/next, .*pulumi up -s standby, then pulumi up -s primary/);
  });

  it("lets nothing act any more that was planned before: no step of the move, no step of provisioning at either site", async () => {
    await atRest();
    await record();
    const s = await now();
    for (const step of r.made.steps)
      expect(mayActivate(s, 1, undefined, step).kind, step.id).to.equal("answer");
    for (const site of ["primary", "dr"] as const) {
      expect(mayProvision(s, { id: "a", site, epoch: 1 }, "either")).to.have.property("kind", "refuse");
      expect(mayProvision(s, { id: "a", site, epoch: 2 }, "either")).to.have.property("kind", "act");
    }
    expect(mayProvision(s, { id: "a", site: "dr", epoch: 2 }, "passive").kind).to.equal("refuse");
    expect(mayProvision(s, { id: "a", site: "primary", epoch: 2 }, "passive").kind).to.equal("act");
    expect(next(s, "dr", new Date()).kind).to.equal("nothing");
    expect(next(s, "primary", new Date())).to.include({ kind: "undeclared", from: "dr" });
  });

  it("voids what was declared and held for the move that was made outside, and gives the next activation a new number", async () => {
    await atRest();
    await r.journal.append({ kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 });
    await r.journal.append({ kind: "held", part: "data0", says: "" });
    await record();
    const s = await now();
    expect([s.declaration, s.held.size]).to.deep.equal([undefined, 0]);
    await r.journal.append({
      kind: "move declared",
      to: "primary",
      mode: "planned",
      as: "ann",
      acceptLossSec: 0,
    });
    expect(next(await now(), "primary", new Date())).to.include({ kind: "start", epoch: 3 });
  });

  it("refuses while the estate moves, and names the way out", async () => {
    const before = (await r.journal.entries()).length;
    const { message } = await failureOf(record());
    expect(message).to.match(/activation 1 toward dr is unfinished, so nothing can be adopted. Finish it/);
    expect((await r.journal.entries()).length).to.equal(before);
  });

  it("is the way out of going back to a site that is lost meanwhile: either site, as the world shows it", async () => {
    for (const active of ["dr", "primary"] as const) {
      r = await rig("planned");
      await r.journal.append({ kind: "no return", epoch: 1, step: "data0/open/db0-0" });
      expect((await failureOf(record({ active }))).message).to.match(/so nothing can be adopted/);
      await r.journal.append({ kind: "abandoning", epoch: 1, as: "ann", reason: "x", acceptLossSec: 60 });
      expect(movementOf(await now())?.ways).to.match(/by hand, and record it with .*adopt --active dr/);
      world = [open(active === "dr" ? "primary" : "dr")];
      expect((await failureOf(record({ active }))).message).to.match(/contradicts that/);
      world = [open(active)];
      await record({ active });
      const s = await now();
      expect([s.active, stateOf(s), s.epoch]).to.deep.equal([active, "active", 2]);
      for (const step of r.made.steps) expect(mayActivate(s, 1, undefined, step).kind).to.equal("answer");
    }
  });

  it("refuses what the world contradicts or nothing shows, and writes nothing, unless somebody answers for it", async () => {
    await atRest();
    const before = (await r.journal.entries()).length;
    world = [open("primary"), closed("dr")];
    const both = await failureOf(record());
    expect(both.message).to.match(
      /contradicts that dr \(Leeds\) is active:\n {2}data0: db of primary is ONLINE/,
    );
    expect(both.message).to.match(/data0: db of dr is RESTORING\nNothing was written/);
    world = [open("primary"), open("dr")];
    expect((await failureOf(record())).message, "both open").to.match(/db of primary is ONLINE/);
    world = [{ site: "dr", shows: "neither", says: "SQLDR01 is silent" }];
    expect((await failureOf(record())).message).to.match(/nothing that could be seen shows that dr/);
    expect((await r.journal.entries()).length).to.equal(before);
    await record({ although: "the hosts are switched off, I opened them myself" });
    expect((await now()).taken?.although).to.equal("the hosts are switched off, I opened them myself");
  });

  it("refuses the site that is active already, a site that is none, and words that are not filled in", async () => {
    await atRest();
    for (const [more, says] of [
      [{ active: "primary" }, /already that primary is active/],
      [{ active: "leeds" }, /--active "leeds" is not a site/],
      [{ as: "YOUR-NAME" }, /--as: it is to be filled in/],
      [{ reason: "a\nb" }, /--reason: it has a line break/],
      [{ although: " " }, /--although: it is empty/],
    ] as const)
      expect((await failureOf(record(more))).message).to.match(says);
    expect((await now()).taken).to.equal(undefined);
  });

  it("refuses while an `up` is under way, and writes nothing with --preview", async () => {
    await atRest();
    const lease = await r.journal.store.lease("run", 15_000);
    if (!isLease(lease)) throw new Error("no lease");
    expect((await failureOf(record())).message).to.match(/a run is under way: /);
    await lease.release();
    await record({ preview: true });
    expect((await now()).taken).to.equal(undefined);
    expect(await r.journal.store.leases()).to.deep.equal([]);
  });

  it("is told by status, with the standby that is missing since; a report of the move before stays as it was", async () => {
    await r.all();
    const before = chapterOf(await r.journal.entries(), 1)?.until.length;
    world = [open("primary"), closed("dr")];
    await record({ active: "primary" });
    const entries = await r.journal.entries();
    expect(chapterOf(entries, 1)?.until.length).to.equal(before);
    const text = statusText(statusOf(entries, { now: new Date(), place: "x", leases: [] }), "linux");
    expect(text).to.match(/^active +primary \(London\)$/m);
    expect(text).to.match(/^recorded +primary is active, by ann on .* UTC: opened by hand$/m);
    expect(text).to.match(/^standby +none since/m);
    expect(text).not.to.match(/^last move/m);
  });

  it("treats the fence of the other site as owed: its guard is told to start nothing, it is not re-protected, and what is owed is said", async () => {
    await atRest();
    await record();
    const entries = await r.journal.entries();
    const s = situation(entries);
    expect([...s.owed]).to.include("web0/stop/web");
    expect([wordAt(s, "primary"), wordAt(s, "dr")]).to.deep.equal(["stop", "run"]);
    expect(() => reprotectable(entries)).to.throw(/primary is not fenced yet .*"parallel-standby probe"/);
    expect(terminal.lines.join("\n")).to.match(/owed: that primary \(London\) is fenced is not proven/);
    const text = statusText(statusOf(entries, { now: new Date(), place: "x", leases: [] }), "linux");
    expect(text).to.match(/^state +active, primary IS NOT FENCED, NO STANDBY$/m);
    expect(text).to.match(
      /^owed +web0\/stop\/web: NOT FENCED: keep the power or the network of primary off/m,
    );
    expect(text).to.match(/keep the power or the network of primary off.*parallel-standby probe/);
  });

  it("has what is owed there proven or done step by step, and only while it is owed: then the site may be a standby", async () => {
    await atRest();
    await record();
    r.world.running.add("P:web");
    const due = dueOf(await r.journal.entries(), toyParts);
    if (!due) throw new Error("nothing is owed");
    expect(due.started).to.include({ from: "primary", to: "dr", epoch: 2 });
    for (const { step, attempt } of due.steps)
      await r.run(step.id, { epoch: 2, step, ...(attempt === undefined ? {} : { attempt }) });
    expect(r.world.running.has("P:web")).to.equal(false);
    const entries = await r.journal.entries();
    const s = situation(entries);
    expect(
      [...s.owed],
      JSON.stringify(
        entries.slice(-8).map((e) => (e.kind === "step" ? [e.step, e.verdict, e.says] : e.kind)),
      ),
    ).to.deep.equal([]);
    expect(wordAt(s, "primary")).to.equal("standby");
    expect(dueOf(entries, toyParts)).to.equal(undefined);
    const [first] = due.steps;
    if (!first) throw new Error("no step");
    expect(mayActivate(s, 2, first.attempt, first.step).kind).to.equal("answer");
  });
});
