import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { journalFindings } from "../../cli/doctor/journal.ts";
import { init } from "../../cli/journal/init.ts";
import { restore } from "../../cli/journal/restore.ts";
import { show } from "../../cli/journal/show.ts";
import { verify } from "../../cli/journal/verify.ts";
import type { Project } from "../../cli/project.ts";
import { entriesOf, lineOf } from "../../journal/chain.ts";
import { isLease } from "../../journal/store.ts";
import { isFinding } from "../../model/finding.ts";
import { keptIn } from "../../model/journal-ref.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { stopAzurite } from "./azurite.ts";
import { begun, failureOf, holdingRecovery, write, writtenTerminal, type Written } from "./cli-fixture.ts";
import { storeKinds, type StoreBench } from "./store-benches.ts";

after(stopAzurite);

/** A history that goes on from that first line as nothing else does. */
const otherHistory = (first: string): string =>
  `${first}\n${lineOf({ kind: "withdrawn", as: "eve", reason: "x" }, entriesOf(`${first}\n`), new Date(), "eve@x#1")}\n`;

for (const kind of storeKinds)
  describe(`the verbs of a journal in ${kind.name}`, function () {
    this.timeout(40_000);
    let bench: StoreBench;
    let project: Project;
    let terminal: Written;
    beforeEach(async () => {
      bench = await kind.open({ mirror: "mirror" });
      terminal = writtenTerminal();
      project = again();
    });
    afterEach(() => bench.close());
    /** The project as another command sees it. */
    const again = (): Project => ({
      root: bench.root,
      estate: { name: "toys", journal: bench.ref, systems: [] },
      journal: openJournal(bench.ref, () => undefined),
      folder: path.join(bench.root, keptIn(bench.ref)),
    });
    const mirror = (): string => path.join(bench.root, "mirror", "journal.jsonl");
    const said = { as: "R.Okafor", reason: "the disk was full", preview: false };
    const states = async (): Promise<readonly (readonly [string, string])[]> =>
      (await journalFindings(again())).findings.map((f) => [f.at, isFinding(f) ? f.severity : "ok"]);

    it("begin it, show it, prove it, and say where it is", async () => {
      await init({ active: "primary", as: "R.Okafor" }, project, terminal);
      expect(terminal.lines[0]).to.equal(
        `the journal of toys begins in ${project.journal.store.place}: primary is active`,
      );
      expect((await failureOf(init({ active: "dr", as: "op" }, again(), terminal))).message).to.match(
        /has begun already/,
      );
      await show({}, again(), terminal);
      expect(terminal.lines.at(-1)).to.match(/^ *0 .*primary/);
      await verify(again(), terminal);
      expect(terminal.lines.at(-1)).to.equal("journal and mirror hold the same 1 entry");
      expect((await states()).map(([, state]) => state)).to.deep.equal(["ok", "ok", "stops", "ok"]);
    });

    it("see that there is none, and where the mirror's is", async () => {
      expect(await states()).to.deep.equal([["journal", "stops"]]);
      await write(project, begun(holdingRecovery()));
      await bench.lose();
      const [lost] = (await journalFindings(again())).findings;
      expect(lost?.says).to.match(/there is none in .*, and its mirror .* holds one/);
      await restore({ ...said, from: "mirror" }, again(), terminal);
      expect((await again().journal.entries()).map((e) => e.kind)).to.deep.equal([
        "genesis",
        "declared",
        "restored",
      ]);
    });

    it("put the mirror's copy in its place, with who did it and why, and keep what was there", async () => {
      await write(project, begun(holdingRecovery()));
      const copy = await fs.readFile(mirror(), "utf8");
      await project.journal.store.restart((now) => now.own.split("\n").slice(0, 1).join("\n") + "\n");
      await fs.writeFile(mirror(), copy);
      expect((await failureOf(again().journal.entries())).message).to.match(/is older than its mirror/);
      await restore({ ...said, from: "mirror", preview: true }, again(), terminal);
      expect((await failureOf(again().journal.entries())).message).to.match(/is older than its mirror/);
      await restore({ ...said, from: "mirror" }, again(), terminal);
      const entries = await again().journal.entries();
      expect(entries.map((e) => e.kind)).to.deep.equal(["genesis", "declared", "restored"]);
      expect(entries.at(-1)).to.include({ as: "R.Okafor", reason: "the disk was full", lines: 0 });
      expect(terminal.lines.filter((l) => l.startsWith("kept as it was: "))).to.have.length(2);
      expect(await fs.readFile(mirror(), "utf8")).to.equal(await again().journal.store.read());
      expect(await again().journal.store.leases()).to.deep.equal([]);
    });

    it("refuse a copy that lacks entries unless somebody answers for it, one that is broken, and another estate's", async () => {
      await write(project, begun(holdingRecovery()).slice(0, 1));
      await fs.cp(path.join(bench.root, "mirror"), path.join(bench.root, "backup"), { recursive: true });
      await write(project, begun(holdingRecovery()).slice(1));
      const before = await project.journal.store.read();
      const lacking = await failureOf(restore({ ...said, from: "backup" }, again(), terminal));
      expect(lacking.message).to.match(/the copy lacks what the journal holds, from this entry on:\n *1 /);
      await fs.writeFile(path.join(bench.root, "backup", "journal.jsonl"), `${before}{"seq":2}\n`);
      expect((await failureOf(restore({ ...said, from: "backup" }, again(), terminal))).message).to.match(
        /broken at entry 2/,
      );
      const stranger = again();
      expect(
        (
          await failureOf(
            restore(
              { ...said, from: "mirror" },
              { ...stranger, estate: { ...stranger.estate, name: "others" } },
              terminal,
            ),
          )
        ).message,
      ).to.match(/belongs to the estate "toys", not to "others"/);
      expect((await failureOf(restore({ ...said, from: "nowhere" }, again(), terminal))).message).to.match(
        /there is no journal\.jsonl in .*nowhere/,
      );
      expect(
        (await failureOf(restore({ ...said, as: "", from: "mirror" }, again(), terminal))).message,
      ).to.match(/--as/);
      expect(await again().journal.store.read()).to.equal(before);
      await fs.writeFile(
        path.join(bench.root, "backup", "journal.jsonl"),
        `${before.split("\n")[0] ?? ""}\n`,
      );
      await restore({ ...said, from: "backup", although: "it was a rehearsal" }, again(), terminal);
      expect((await again().journal.entries()).at(-1)).to.include({
        kind: "restored",
        although: "it was a rehearsal",
        lines: 1,
      });
    });

    it("are mended as verify says, wherever the journal lies: the mirror is put back, or written anew", async () => {
      await write(project, begun(holdingRecovery()));
      const copy = await fs.readFile(mirror(), "utf8");
      const folder = path.dirname(mirror());
      const fails = async (): Promise<string> => (await failureOf(verify(again(), terminal))).message;
      const putBack = `put the mirror's back (parallel-standby journal restore --from ${folder} --as YOUR-NAME --reason WHY)`;
      await project.journal.store.restart(({ own }) => own.replace('"active":"primary"', '"active":"dr"'));
      await fs.writeFile(mirror(), copy);
      expect(await fails()).to.equal(`the mirror holds, the journal does not: ${putBack}`);
      await restore({ ...said, from: folder }, again(), terminal);
      await verify(again(), terminal);
      const anew = `rename ${mirror()}, and the next entry writes it anew`;
      const [first = ""] = copy.split("\n");
      for (const [wrong, says] of [
        ["broken\n", `the journal holds, the mirror does not: ${anew}`],
        [
          otherHistory(first),
          `The mirror: ${putBack.replace("the mirror's", "it")} with --although "how you know". The journal: ${anew}`,
        ],
      ] as const) {
        await fs.writeFile(mirror(), wrong);
        expect(await fails()).to.contain(says);
        await fs.rename(mirror(), `${mirror()}.old`);
        await again().journal.append({ kind: "released", part: "a", says: "" });
        await verify(again(), terminal);
      }
      await fs.writeFile(mirror(), otherHistory(first));
      await restore({ ...said, from: folder, although: "it is the mirror's" }, again(), terminal);
      await verify(again(), terminal);
    });

    it("restore nothing while a run is under way", async () => {
      await write(project, begun(holdingRecovery()));
      const run = await project.journal.store.lease("run", 30_000);
      expect((await failureOf(restore({ ...said, from: "mirror" }, again(), terminal))).message).to.match(
        /a run is under way: .*, since/,
      );
      if (isLease(run)) await run.release();
      expect(entriesOf(await again().journal.store.read())).to.have.length(2);
    });
  });
