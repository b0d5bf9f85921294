import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { breakGlass } from "../../cli/journal/break-glass.ts";
import { restore } from "../../cli/journal/restore.ts";
import { compared } from "../../cli/journal/compare.ts";
import { entriesOf } from "../../journal/chain.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { situation } from "../../journal/situation.ts";
import { mayActivate, mayProvision } from "../../steps/may-act.ts";
import { refuseOlder } from "../../stacks/seen.ts";
import { failureOf, writtenTerminal } from "./cli-fixture.ts";
import { declared } from "./journal-facts.ts";
import { toyParts } from "./toy.ts";
import { breakGlassTyped } from "./typed.ts";
import { breaking, cutIn, damaged, lineChanged, type Damaged } from "./damaged-journal.ts";

describe("journal break-glass", () => {
  let at: Damaged;
  afterEach(() => at.project.leave());

  it("goes on after the last entry that can be read, in journal and mirror, and keeps both files as they were", async () => {
    at = await damaged(lineChanged(6));
    const before = await at.text("journal");
    const said = (await breaking(at)).join("\n");
    const entries = entriesOf(await at.text("journal"));
    expect(entries.slice(0, 6)).to.deep.equal(at.entries.slice(0, 6));
    expect(entries[6]).to.include({ kind: "break-glass", lines: 2, lastHash: at.entries[5]?.hash });
    expect(await at.text("mirror")).to.equal(await at.text("journal"));
    const s = situation(await openJournal(at.project.estate.journal).entries());
    expect([s.active, s.taken?.kind, s.declared?.factsHash]).to.deep.equal([
      "dr",
      "break-glass",
      declared.kind === "declared" ? declared.factsHash : "",
    ]);
    const kept = said.match(/kept as it was: (.*)/g) ?? [];
    expect(kept).to.have.length(2);
    for (const line of kept)
      expect(await fs.readFile(line.replace("kept as it was: ", ""), "utf8")).to.equal(before);
    expect(said).to.match(/6 entries can be read and stay; 2 lines are given up/);
  });

  it("lets nothing act that was planned before, whatever numbers stand in what was given up", async () => {
    at = await damaged(lineChanged(3));
    await breaking(at);
    const s = situation(await at.project.journal.entries());
    expect(s.epoch).to.equal(3);
    const step = {
      id: "a",
      verb: "v",
      args: {},
      phase: "open" as const,
      needs: [],
      critical: true,
      timeoutSec: 1,
    };
    for (const epoch of [1, 2]) {
      expect(mayActivate(s, epoch, undefined, step).kind).to.equal("answer");
      expect(mayProvision(s, { id: "a", site: "primary", epoch }, "either").kind).to.equal("refuse");
    }
  });

  it("is taken by a stack that has seen what was given up by name, and by none that has seen anything else", async () => {
    at = await damaged(lineChanged(6));
    await breaking(at);
    const now = await at.project.journal.entries();
    const [first] = at.entries;
    const head = at.entries.at(-1)?.hash ?? "";
    const taken = (seen: object): string => {
      try {
        refuseOlder(now, seen, "primary", "here");
        return "taken";
      } catch (error) {
        return String(error);
      }
    };
    const genesisHash = first?.hash ?? "";
    expect(taken({ genesis: genesisHash, head: at.entries[2]?.hash ?? "" })).to.equal("taken");
    expect(taken({ genesis: genesisHash, head, epoch: 2 })).to.equal("taken");
    expect(taken({ genesis: genesisHash, head: "f".repeat(64) })).to.match(
      /has seen entry ffffffffffff .*name it: parallel-standby journal break-glass --active SITE --as YOUR-NAME --reason WHY --knows ffffffffffff/,
    );
    expect(taken({ genesis: genesisHash, head, epoch: 9 })).to.match(/activation 9 toward primary begin/);
    expect(taken({ genesis: "e".repeat(64), head })).to.match(/begins with eeeeeeeeeeee/);
  });

  it("takes more hashes by name later, for a stack that has seen what nobody named", async () => {
    at = await damaged(() => undefined, "none");
    expect((await failureOf(breaking(at))).message).to.match(
      /there is no journal, or an empty one.*--knows HASH/,
    );
    const genesisHash = at.entries[0]?.hash ?? "";
    await breaking(at, { knows: [genesisHash.slice(0, 12)], lastActivation: "2", although: "I was there" });
    const s = situation(await at.project.journal.entries());
    expect([s.epoch, s.active, s.declared]).to.deep.equal([3, "dr", undefined]);
    const head = at.entries.at(-1)?.hash ?? "";
    const seen = { genesis: genesisHash, head, epoch: 2 };
    const now = await at.project.journal.entries();
    expect(() => {
      refuseOlder(now, seen, "primary", "here");
    }).to.throw(/activation 2 toward primary begin/);
    await breaking(at, { knows: [head.slice(0, 16)], although: "I was there" });
    const after = await at.project.journal.entries();
    expect(after).to.have.length(2);
    refuseOlder(after, seen, "primary", "here");
  });

  it("gives up by name what a copy that was restored lacks, as the stack prints it that has seen more", async () => {
    at = await damaged((text) => text, "none");
    const backup = path.join(at.project.root, "backup");
    await fs.mkdir(backup);
    const older = (await at.text("journal")).split("\n").slice(0, 6).join("\n") + "\n";
    await fs.writeFile(path.join(backup, "journal.jsonl"), older);
    const word = { as: "ann", reason: "a bad disk", although: "the last move is not to be kept" };
    await restore({ from: "backup", ...word, preview: false }, at.project, writtenTerminal());
    const seen = { genesis: at.entries[0]?.hash ?? "", head: at.entries.at(-1)?.hash ?? "", epoch: 2 };
    const refused = async (): Promise<string> => {
      try {
        refuseOlder(await at.project.journal.entries(), seen, "primary", "here");
        return "";
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    const printed = await refused();
    expect(printed).to.match(/activation 2 toward primary begin .*--knows [0-9a-f]{12} --last-activation 2$/);
    const typed = breakGlassTyped(printed, "dr");
    await breaking(at, typed);
    const entries = await at.project.journal.entries();
    expect(entries.slice(6).map((e) => e.kind)).to.deep.equal(["restored", "break-glass"]);
    expect([situation(entries).epoch, situation(entries).active]).to.deep.equal([3, "dr"]);
    expect(await refused()).to.equal("");
  });

  it("names all that a stack has seen and nobody has named, so that one word is enough", async () => {
    at = await damaged(() => undefined, "none");
    await breaking(at, { knows: ["a".repeat(12)], although: "I was there" });
    const seen = { genesis: "b".repeat(64), head: "c".repeat(64), epoch: 7 };
    const taken = async (): Promise<void> => {
      refuseOlder(await at.project.journal.entries(), seen, "primary", "here");
    };
    await breaking(at, breakGlassTyped((await failureOf(taken())).message, "dr"));
    await taken();
  });

  it("passes over a number that a stack has seen with what it belongs to, though that was given up already without it", async () => {
    at = await damaged(lineChanged(6));
    await breaking(at);
    const seen = { genesis: at.entries[0]?.hash ?? "", head: at.entries.at(-1)?.hash ?? "", epoch: 9 };
    const taken = async (): Promise<void> => {
      refuseOlder(await at.project.journal.entries(), seen, "primary", "here");
    };
    await breaking(at, breakGlassTyped((await failureOf(taken())).message, "dr"));
    expect(situation(await at.project.journal.entries()).epoch).to.equal(10);
    await taken();
  });

  it("is no way round a copy that has what somebody names, nor for what the journal holds", async () => {
    at = await damaged(
      (t) => t.split("\n").slice(0, 6).join("\n") + "\n",
      (t) => t,
    );
    const last = (): string => at.entries.at(-1)?.hash ?? "";
    const named = { knows: [last()], lastActivation: "2", although: "I was there" };
    expect((await failureOf(breaking(at, named))).message).to.match(/its mirror holds, and has all/);
    await at.project.leave();
    at = await damaged((t) => t);
    for (const more of [{ knows: [last().slice(0, 12)] }, { lastActivation: "1" }])
      expect((await failureOf(breaking(at, { ...more, although: "x" }))).message).to.match(
        /nothing to break/,
      );
  });

  it("carries facts over from what is given up where nothing else has any, if their hash is right", async () => {
    at = await damaged((text) => `x${text}`);
    await breaking(at);
    const s = situation(await at.project.journal.entries());
    expect(s.declared?.factsHash).to.equal(declared.kind === "declared" ? declared.factsHash : "");
    expect(s.estate).to.equal("toys");
    await at.project.leave();
    at = await damaged((text) => `x${text.replaceAll("Leeds", "Hull")}`);
    await breaking(at, { although: "the estate has no parts to look at" });
    expect(situation(await at.project.journal.entries()).declared).to.equal(undefined);
  });

  it("is refused where nothing has to be given up, and changes nothing", async () => {
    const cases: readonly (readonly [string, Parameters<typeof damaged>, RegExp])[] = [
      ["all well", [(t) => t], /the journal can be read: there is nothing to break/],
      [
        "mirror holds",
        [lineChanged(6), (t) => t],
        /its mirror holds, .*put the mirror's back \(parallel-standby journal restore --from \/.*\/mirror --as YOUR-NAME --reason WHY\)$/,
      ],
      ["journal lost, mirror holds", [() => undefined, (t) => t], /its mirror holds/],
      ["mirror broken", [(t) => t, lineChanged(6)], /the journal holds, its mirror does not/],
      [
        "two histories",
        [(t) => t, (t) => t.split("\n").slice(0, 2).join("\n") + "\n" + otherLine],
        /the journal holds, its mirror does not|different histories/,
      ],
    ];
    for (const [what, args, says] of cases) {
      at = await damaged(...args);
      const before = [await at.text("journal"), await at.text("mirror")];
      expect((await failureOf(breaking(at))).message, what).to.match(says);
      expect([await at.text("journal"), await at.text("mirror")], what).to.deep.equal(before);
      await at.project.leave();
    }
    at = await damaged((t) => t);
  });
  const otherLine = '{"seq":2}\n';

  it("is refused for the journal of another estate, and where the world says otherwise", async () => {
    at = await damaged(lineChanged(6));
    const other = { ...at.project, estate: { ...at.project.estate, name: "others" } };
    const options = { active: "dr", as: "ann", reason: "x", preview: false };
    const registries = { parts: toyParts, runs: {} };
    expect((await failureOf(breakGlass(options, other, registries, writtenTerminal()))).message).to.match(
      /belongs to the estate "toys", not to "others": it is left as it is/,
    );
    const before = await at.text("journal");
    expect((await failureOf(breaking(at, { active: "primary" }))).message).to.match(
      /contradicts that primary \(London\) is active/,
    );
    await breaking(at, { preview: true });
    expect(await at.text("journal")).to.equal(before);
    expect((await failureOf(breaking(at, { knows: ["xyz"] }))).message).to.match(/--knows "xyz" is no hash/);
    expect((await failureOf(breaking(at, { lastActivation: "-1" }))).message).to.match(
      /--last-activation "-1"/,
    );
  });

  it("replaces a mirror that was away meanwhile only where all that it holds was known or given up", async () => {
    at = await damaged(cutIn(7), (t) => t.split("\n").slice(0, 5).join("\n") + "\nbroken\n");
    await fs.rename(path.join(at.project.root, "mirror"), path.join(at.project.root, "away"));
    await breaking(at);
    await fs.rm(path.join(at.project.root, "mirror"), { recursive: true, force: true });
    await fs.rename(path.join(at.project.root, "away"), path.join(at.project.root, "mirror"));
    const journal = openJournal(at.project.estate.journal);
    await journal.append({ kind: "released", part: "a", says: "" });
    const [own, copy] = [entriesOf(await at.text("journal")), entriesOf(await at.text("mirror"))];
    expect(compared(own, copy, "mirror").same).to.equal(true);
    expect((await fs.readdir(path.dirname(at.file("mirror")))).join()).to.match(/given-up/);
    // One that tells of something which nobody knew is another history.
    const text = (await at.text("mirror")).split("\n").slice(0, 5).join("\n");
    await fs.writeFile(at.file("mirror"), `${text}\n{"seq":5,"hash":"${"a".repeat(64)}"}\n`);
    expect((await failureOf(journal.entries())).message).to.match(/hold different histories/);
  });
});
