import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parts } from "../../components/registry/parts.ts";
import { breakGlass } from "../../cli/journal/break-glass.ts";
import type { Fact } from "../../journal/entries.ts";
import { parseWords, type WordsFile } from "../../journal/words-text.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { withIo } from "../../steps/io.ts";
import { publishWords, type Brought } from "../../steps/words.ts";
import { failureOf, tempProject, writtenTerminal } from "./cli-fixture.ts";
import { exampleEstate } from "./example-estate.ts";
import { completed, genesis, moveTo, noReturn, started } from "./journal-facts.ts";
import { toyParts, toyRecovery } from "./toy.ts";
import { breakGlassTyped } from "./typed.ts";

/** Words brought to a witness that the runner writes by itself. */
describe("the guard's words at a witness", () => {
  let project: Awaited<ReturnType<typeof tempProject>>;
  const recovery: Recovery = {
    ...toyRecovery(),
    guard: {
      witnesses: [{ share: "\\\\FILE03\\Witness", folder: "witness" }],
      leaseHours: 24,
      sqlServer: true,
    },
  };
  const declared: Fact = { kind: "declared", factsHash: hashOf(recovery), recovery };
  const moved = [genesis, declared, moveTo("dr"), started(1), noReturn(1), completed(1)];
  beforeEach(async () => {
    project = await tempProject();
    await fs.mkdir("witness");
  });
  afterEach(() => project.leave());

  const write = async (facts: readonly Fact[]): Promise<void> => {
    for (const f of facts) await project.journal.append(f);
  };
  /** Publishes as a runner does that reads the journal now, or that has read it before. */
  const publish = async (
    nowSec?: number,
    read = project.journal.entries(),
    of = recovery,
  ): Promise<Brought | undefined> => {
    const entries = await read;
    const [brought] = await withIo(
      {
        known: of,
        journal: project.journal,
        journalRef: project.estate.journal,
        to: "dr",
        say: () => undefined,
        limitSec: 20,
      },
      (io) => publishWords(entries, of, toyParts, io, nowSec),
    );
    return brought;
  };
  const there = async (name = "guard-toys.txt"): Promise<WordsFile | undefined> =>
    parseWords(await fs.readFile(path.join("witness", name), "utf8"));
  const lose = async (): Promise<void> => {
    await fs.rm("journal", { recursive: true });
    project = { ...project, journal: openJournal(project.estate.journal, () => undefined) };
  };

  it("follow a journal that was lost and goes on by break-glass, although its numbers are lower than before", async () => {
    await write(moved);
    await write([moveTo("primary"), started(2, "primary", 6), noReturn(2), completed(2)]);
    expect((await publish())?.says).to.equal("written");
    expect(await there()).to.include({ seq: 9, epoch: 2 });
    await lose();
    const guard = { witnesses: [{ share: "\\\\FILE03\\Witness", folder: "witness" }] } as const;
    const estate = { ...project.estate, systems: exampleEstate().systems, guard };
    await breakGlass(
      {
        active: "dr",
        as: "ann",
        reason: "a bad disk",
        although: "I saw it",
        knows: ["a".repeat(12)],
        preview: false,
      },
      { ...project, estate },
      { parts, runs: {} },
      writtenTerminal(),
    );
    expect(await there(), "break-glass itself publishes them").to.include({ seq: 0, epoch: 3 });
    expect(await publish()).to.include({ ok: true });
    expect(await there()).to.include({ seq: 0, epoch: 3 });
  });

  it("fail where a witness holds more than the journal does: it has lost entries, and nothing could be told any more", async () => {
    await write(moved);
    await publish();
    await lose();
    await write(moved.slice(0, 3));
    const brought = await publish();
    expect(brought?.ok).to.equal(false);
    expect(brought?.says).to.match(
      /holds words of activation 1, entry 5, and the journal ends with activation 0, entry 2: it has lost entries.*break-glass --active SITE --as YOUR-NAME --reason WHY --last-activation 1$/,
    );
    expect(await there()).to.include({ seq: 5, epoch: 1 });
  });

  it("are good again once the command is typed that a witness prints which holds more than the journal", async () => {
    await write([...moved, moveTo("primary"), started(2, "primary", 6)]);
    await publish();
    await lose();
    await write(moved);
    const printed = (await publish())?.says ?? "";
    const guard = { witnesses: [{ share: "\\\\FILE03\\Witness", folder: "witness" }] } as const;
    const estate = { ...project.estate, systems: exampleEstate().systems, guard };
    const registries = {
      parts: { ...parts, ...toyParts },
      runs: { "toy-data": () => Promise.resolve({ runnables: [], signs: () => Promise.resolve([]) }) },
    };
    const typing = (): Promise<void> =>
      breakGlass(breakGlassTyped(printed, "dr"), { ...project, estate }, registries, writtenTerminal());
    await typing();
    expect((await project.journal.entries()).map((e) => e.kind)).to.deep.equal([
      ...moved.map((f) => f.kind),
      "break-glass",
    ]);
    expect(await publish()).to.include({ ok: true });
    expect(await there()).to.include({ seq: 6, epoch: 3 });
    expect((await failureOf(typing())).message).to.match(
      /the journal can be read: there is nothing to break/,
    );
  });

  it("are left to whoever has read more of the journal meanwhile", async () => {
    await write(moved.slice(0, 4));
    const before = project.journal.entries();
    await before;
    await write(moved.slice(4));
    await publish();
    expect(await publish(undefined, before)).to.include({ ok: true, says: "it holds newer words" });
    expect(await there()).to.include({ seq: 5, epoch: 1 });
  });

  it("are renewed although a clock that was ahead has written them once", async () => {
    await write(moved);
    const now = Math.floor(Date.now() / 1000);
    await publish(now + 40 * 86_400);
    expect(await publish(now)).to.include({ ok: true, says: "written" });
    expect((await there())?.publishedSec).to.equal(now);
    expect(await publish(now)).to.include({
      ok: true,
      says: "it holds the same words, published no earlier",
    });
  });

  it("are not written over those of another estate whose file has the same name, and say which", async () => {
    await write(moved);
    const [one, other] = ["Zürich", "Z-rich"].map((estate) => ({ ...recovery, estate }));
    expect(await publish(undefined, undefined, one)).to.include({ ok: true });
    const refused = await publish(undefined, undefined, other);
    expect(refused?.ok).to.equal(false);
    expect(refused?.says).to.match(
      /guard-z-rich\.txt is of the estate "Zürich", and both would write the same/,
    );
    expect((await there("guard-z-rich.txt"))?.estate).to.equal("Zürich");
  });

  it("say on a runner that is no Windows machine that it needs the folder where the share is mounted", async function () {
    if (process.platform === "win32") this.skip();
    await write(moved);
    const share = "\\\\FILE03\\Witness";
    const unmounted: Recovery = {
      ...recovery,
      guard: { witnesses: [{ share, folder: share }], leaseHours: 24, sqlServer: true },
    };
    const refused = await publish(undefined, undefined, unmounted);
    expect(refused).to.include({ ok: false, place: share });
    expect(refused?.says).to.match(/Write folder: where this runner mounts it/);
  });
});
