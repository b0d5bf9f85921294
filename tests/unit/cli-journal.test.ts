import { expect } from "chai";
import { main } from "../../cli/program.ts";
import fc from "fast-check";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { compared } from "../../cli/journal/compare.ts";
import { follow } from "../../cli/journal/follow.ts";
import { init } from "../../cli/journal/init.ts";
import { show } from "../../cli/journal/show.ts";
import { verify } from "../../cli/journal/verify.ts";
import { report } from "../../cli/report/run.ts";
import { reportFile } from "../../report/place.ts";
import {
  begun,
  failureOf,
  holdingRecovery,
  started,
  tempProject,
  write,
  writtenTerminal,
  type Written,
} from "./cli-fixture.ts";
import { Scribe } from "./report-fixture.ts";
import { until } from "./until.ts";

const withdrawn = (as: string): { kind: "withdrawn"; as: string } => ({ kind: "withdrawn", as });
const declared = { kind: "move declared", to: "dr", mode: "planned", as: "op", acceptLossSec: 0 } as const;
const step = {
  kind: "step",
  epoch: 1,
  step: "a",
  phase: "open",
  verdict: "done",
  critical: true,
  says: "it is open",
} as const;

describe("journal", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  let terminal: Written;
  const file = (folder: string): string => path.join(project.root, folder, "journal.jsonl");
  beforeEach(async () => {
    project = await tempProject({ mirror: "mirror" });
    terminal = writtenTerminal();
  });
  afterEach(() => project.leave());

  it("begins once, with the estate's name and who says so", async () => {
    await init({ active: "primary", as: "op" }, project, terminal);
    expect((await project.journal.entries())[0]).to.include({
      kind: "genesis",
      estate: "toys",
      active: "primary",
      as: "op",
    });
    expect((await failureOf(init({ active: "dr", as: "op" }, project, terminal))).message).to.contain(
      "has begun already: it holds 1 entry.",
    );
    expect(await project.journal.entries()).to.have.lengthOf(1);
  });

  it("is never shown as empty where there is none: that would look like nothing has happened", async () => {
    expect((await failureOf(show({}, project, terminal))).message).to.contain(
      "the journal is absent or empty",
    );
  });

  it("shows a look at readiness as one line that can be read: how many findings of each kind, and of what", async () => {
    const finding = (severity: "stops" | "risk" | "note", at: string) => ({
      id: at,
      severity,
      at,
      says: "a long sentence",
    });
    await write(project, [
      ...begun(holdingRecovery()),
      {
        kind: "readiness",
        to: "dr",
        verdict: "not ready",
        findings: [
          finding("note", "runner"),
          finding("stops", "K2DR01"),
          finding("stops", "K2DR01"),
          finding("stops", "k2"),
        ],
        predictedSec: 60,
        noted: {},
      },
    ]);
    await show({}, project, terminal);
    expect(terminal.lines.at(-1)).to.contain(
      "readiness for a move to dr: not ready: 3 stops: K2DR01 (2), k2; 1 note: runner  [",
    );
  });

  it("begins only with the name of whoever says so: nobody, a blank or the placeholder is a usage error", async () => {
    for (const as of [" ", "YOUR-NAME", "two\nlines"])
      expect((await failureOf(init({ active: "primary", as }, project, terminal))).exitCode, as).to.equal(2);
    expect(await main(["journal", "init", "--active", "primary"], terminal)).to.equal(2);
    expect(terminal.notes.join("\n")).to.contain("--as <name>");
    expect(await project.journal.entries()).to.deep.equal([]);
  });

  it("begins with one of the two sites, as a usage error otherwise", async () => {
    const failure = await failureOf(init({ active: "primry", as: "op" }, project, terminal));
    expect(failure.exitCode).to.equal(2);
    expect(failure.message).to.contain("Did you mean primary?");
  });

  it("shows entries as sentences, those of steps only when asked, and says that it hides some", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2), step]);
    await show({}, project, terminal);
    expect(terminal.lines).to.have.lengthOf(4);
    expect(terminal.lines[2]).to.match(
      /^ {3}2 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}op declares a planned move to dr {2}\[.*#\d+\]$/,
    );
    expect(terminal.notes[0]).to.contain("not shown: 1 entry of single steps");
    terminal.lines.length = 0;
    await show({ steps: true, since: "4" }, project, terminal);
    expect(terminal.lines).to.have.lengthOf(1);
    expect(terminal.lines[0]).to.contain("a done: it is open");
  });

  it("says how a move was declared as people would", async () => {
    await write(project, [
      ...begun(holdingRecovery()),
      { ...declared, mode: "unplanned", acceptLossSec: 60 },
    ]);
    await show({}, project, terminal);
    expect(terminal.lines[2]).to.contain("op declares an unplanned move to dr");
  });

  it("shows a hold that failed, though it is a step: nothing else tells of it", async () => {
    await write(project, [
      ...begun(holdingRecovery()),
      { kind: "step", step: "data/hold", phase: "hold", verdict: "failed", critical: false, says: "no" },
    ]);
    await show({}, project, terminal);
    expect(terminal.lines.at(-1)).to.contain("data/hold failed: no");
  });

  it("gives machines every entry whole, one a line", async () => {
    await write(project, [...begun(holdingRecovery()), declared, started(2), step]);
    await show({ json: true }, project, terminal);
    expect(terminal.lines.map((l) => JSON.parse(l) as unknown)).to.deep.equal(
      await project.journal.entries(),
    );
  });

  it("proves journal and mirror", async () => {
    await write(project, begun(holdingRecovery()));
    await verify(project, terminal);
    expect(terminal.lines.at(-1)).to.equal("journal and mirror hold the same 2 entries");
  });

  it("names the entry at which a journal was changed, and which copy to keep", async () => {
    await write(project, begun(holdingRecovery()));
    const text = await fs.readFile(file("journal"), "utf8");
    await fs.writeFile(file("journal"), text.replace('"active":"primary"', '"active":"dr"'));
    const { message } = await failureOf(verify(project, terminal));
    expect(terminal.lines[0]).to.match(
      /^journal: .*BROKEN: the journal is broken at entry 0: its text was changed/,
    );
    expect(message).to.equal(
      `the mirror holds, the journal does not: put the mirror's back (parallel-standby journal restore --from ${path.join(project.root, "mirror")} --as YOUR-NAME --reason WHY)`,
    );
  });

  it("says that a journal is older than its mirror", async () => {
    await write(project, begun(holdingRecovery()));
    const text = await fs.readFile(file("journal"), "utf8");
    await fs.writeFile(file("journal"), `${text.split("\n")[0] ?? ""}\n`);
    expect((await failureOf(verify(project, terminal))).message).to.contain(
      "the journal lacks the last 1 entry that its mirror has, from 1 on",
    );
  });

  it("finds the first difference of two histories, for any of them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 5 }),
        fc.array(fc.string(), { maxLength: 5 }),
        (a, b) => {
          const make = (names: readonly string[]): Scribe =>
            names.reduce(
              (s, n) => s.add(withdrawn(`x${n}`)),
              new Scribe().add({ kind: "genesis", estate: "toys", active: "primary" }),
            );
          const { same, says } = compared(make(a).entries, make(b).entries, "mirror");
          const at = a.findIndex((n, i) => i < b.length && b[i] !== n);
          expect(same).to.equal(a.length === b.length && at === -1);
          if (at >= 0) expect(says).to.contain(`part at entry ${String(at + 1)}:`);
          else if (a.length > b.length)
            expect(says).to.contain(`the mirror lacks the last ${String(a.length - b.length)} `);
          else if (a.length < b.length)
            expect(says).to.contain(`the journal lacks the last ${String(b.length - a.length)} `);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("follows: prints what is written from now on, until it is told to stop", async () => {
    await write(project, begun(holdingRecovery()));
    const stop = new AbortController();
    const begins = Promise.withResolvers<undefined>();
    const printed = Promise.withResolvers<string>();
    const followed = {
      ...terminal,
      out: printed.resolve,
      note: () => {
        begins.resolve(undefined);
      },
    };
    const ended = follow(project, followed, stop.signal);
    await begins.promise;
    await write(project, [declared]);
    expect(await printed.promise).to.contain("op declares a planned move to dr");
    stop.abort();
    await ended;
  });

  it("follows through a journal that is begun anew with fewer entries: none after break-glass is left out", async () => {
    await write(project, [...begun(holdingRecovery()), declared]);
    const stop = new AbortController();
    const notes: string[] = [];
    const lines: string[] = [];
    const heard = (what: () => boolean): Promise<void> =>
      until("it is told", what, 10_000).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${[...notes, ...lines].join("\n")}`);
      });
    const ended = follow(
      project,
      { ...terminal, out: (text) => void lines.push(text), note: (text) => void notes.push(text) },
      stop.signal,
    );
    await heard(() => notes.length > 0);
    const file = path.join(project.root, "journal", "journal.jsonl");
    const [first = ""] = (await fs.readFile(file, "utf8")).split("\n");
    for (const copy of [file, path.join(project.root, "mirror", "journal.jsonl")])
      await fs.writeFile(copy, `${first}\n`);
    await write(project, [declared]);
    await heard(() => lines.length > 0);
    await write(project, [{ kind: "released", part: "data", says: "it runs again" }]);
    await heard(() => lines.length > 1);
    stop.abort();
    await ended;
    expect(notes.slice(1)).to.deep.equal([
      "from entry 1 on the journal is another one now: what follows takes the place of what was shown",
    ]);
    expect(lines.map((l) => /declares a planned move to dr|it runs again/.exec(l)?.[0])).to.deep.equal([
      "declares a planned move to dr",
      "it runs again",
    ]);
  });

  it("writes the report beside the journal and prints its headline", async () => {
    await write(project, [
      ...begun(holdingRecovery()),
      declared,
      started(2),
      step,
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
    ]);
    await report({}, project, terminal);
    const page = path.join(project.root, "journal", "reports", "toys-activation-1.html");
    expect(terminal.lines[0]).to.match(
      /^cut over in 0:00:0\d · .* since the declared disaster \(target 1:00:00.*\) · 1 step, 0 failed$/,
    );
    expect(terminal.lines[1]).to.equal(page);
    expect(await fs.readFile(page, "utf8")).to.contain("it is open");
  });

  it("keeps a report inside its folder, whatever the estate is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (estate) => {
        const found = reportFile("/j", estate, 1);
        expect(path.dirname(path.normalize(found))).to.equal(path.normalize("/j/reports"));
        expect(path.basename(found)).to.match(
          /^[^.\\/:*?"<>|\p{Cc}][^\\/:*?"<>|\p{Cc}]*-activation-1\.html$/u,
        );
      }),
    );
  });
});
