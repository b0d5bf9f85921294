import { expect } from "chai";
import fc from "fast-check";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Fact } from "../../journal/entries.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { stopAzurite } from "./azurite.ts";
import { endHolders, storeKinds, storeOf, type StoreBench } from "./store-benches.ts";

const genesis: Fact = { kind: "genesis", estate: "toys", active: "primary" };
const withdrawn = (reason: string): Fact => ({ kind: "withdrawn", as: "ann", reason });
const reasons = (entries: Awaited<ReturnType<Journal["entries"]>>): readonly string[] =>
  entries.flatMap((e) => (e.kind === "withdrawn" ? [e.reason ?? ""] : []));
const says = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it did not fail",
    (e: unknown) => (e instanceof Error ? e.message : String(e)),
  );
after(stopAzurite);

for (const kind of storeKinds)
  describe(`a journal in ${kind.name}`, function () {
    this.timeout(90_000);
    let bench: StoreBench;
    const open = async (more?: { readonly mirror?: string }): Promise<StoreBench> =>
      (bench = await kind.open(more));
    const journalNow = (): Journal => journalOn(storeOf(bench));
    afterEach(async () => {
      await endHolders();
      await bench.close();
    });

    it("is empty before it begins, and then holds what was written, as it was written", async () => {
      await open();
      expect(await storeOf(bench).read()).to.equal("");
      const store = storeOf(bench);
      const journal = journalOn(store);
      await journal.append(genesis);
      await journal.append(withdrawn('Jürgen sagt: „データ“ 𝄞 it\'s "quoted" [x] %s \\ \t end'));
      const text = await store.read();
      expect(await storeOf(bench).read()).to.equal(text);
      expect(entriesOf(text).map((e) => e.kind)).to.deep.equal(["genesis", "withdrawn"]);
    });

    it("never loses an entry, doubles one or breaks its chain, however many write at the same time", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 6 }), {
            minLength: 2,
            maxLength: 6,
          }),
          async (writers) => {
            await open();
            try {
              await journalNow().append(genesis);
              await Promise.all(
                writers.map(async (pauses, w) => {
                  const own = journalNow();
                  for (const [i, ms] of pauses.entries()) {
                    await wait(ms);
                    await own.append(withdrawn(`${String(w)}/${String(i)}`));
                  }
                }),
              );
              const found = reasons(await journalNow().entries());
              const wanted = writers.flatMap((p, w) => p.map((_, i) => `${String(w)}/${String(i)}`));
              expect([...found].sort()).to.deep.equal([...wanted].sort());
              for (const w of writers.keys())
                expect(
                  found.filter((r) => r.startsWith(`${String(w)}/`)),
                  "in a writer's own order",
                ).to.deep.equal(wanted.filter((r) => r.startsWith(`${String(w)}/`)));
            } finally {
              await bench.close();
            }
          },
        ),
        { numRuns: 6 },
      );
      await open();
    });

    it("lets whoever was too late decide again: of many that would write the same, one does", async () => {
      await open();
      await journalNow().append(genesis);
      let decided = 0;
      await Promise.all(
        Array.from({ length: 8 }, () =>
          journalNow().append((entries) => {
            decided += 1;
            return entries.some((e) => e.kind === "withdrawn") ? undefined : withdrawn("once");
          }),
        ),
      );
      expect(reasons(await journalNow().entries())).to.deep.equal(["once"]);
      expect(decided).to.be.at.least(8);
    });

    it("writes nothing where the decision throws", async () => {
      await open();
      await journalNow().append(genesis);
      const why = await says(
        journalNow().append(() => {
          throw new Error("not today");
        }),
      );
      expect(why).to.equal("not today");
      expect(await journalNow().entries()).to.have.length(1);
    });

    it("copies every entry to its mirror, and is not read where the mirror holds more", async () => {
      await open({ mirror: "copy" });
      await journalNow().append(genesis);
      await journalNow().append(withdrawn("a"));
      const mirror = path.join(bench.root, "copy", "journal.jsonl");
      expect(await fs.readFile(mirror, "utf8")).to.equal(await storeOf(bench).read());
      const entries = await journalNow().entries();
      await fs.appendFile(mirror, `${lineOf(withdrawn("b"), entries, new Date(), "ann@box#1")}\n`);
      expect(await says(journalNow().entries())).to.match(
        /the journal in .* is older than its mirror in .*copy: it lacks the last 1 entry\./,
      );
      expect(await says(journalNow().append(withdrawn("c")))).to.match(/is older than its mirror/);
      const { own, mirror: copy } = await storeOf(bench).raw();
      expect(entriesOf(own)).to.have.length(2);
      expect(entriesOf(copy ?? "")).to.have.length(3);
    });

    it("begins anew only on what was seen, and keeps journal and mirror as they were", async () => {
      await open({ mirror: "copy" });
      const store = storeOf(bench);
      await journalOn(store).append(genesis);
      for (let i = 0; i < 600; i += 200) await journalOn(store).append(withdrawn("x".repeat(200)));
      const before = await store.read();
      const next = `${lineOf({ ...genesis, active: "dr" }, [], new Date(), "ann@box#1")}\n`;
      const kept = await storeOf(bench).restart((now) => {
        expect(now).to.deep.equal({ own: before, mirror: before });
        return next;
      });
      expect(kept).to.have.length(2);
      expect(await store.read(), "a program that has read it before").to.equal(next);
      expect(await storeOf(bench).read()).to.equal(next);
      expect(await fs.readFile(path.join(bench.root, "copy", "journal.jsonl"), "utf8")).to.equal(next);
      await journalOn(store).append(withdrawn("goes on"));
      expect(await journalNow().entries()).to.have.length(2);
    });

    it("writes nothing that was decided on a journal which was begun anew meanwhile", async () => {
      await open();
      await journalNow().append(genesis);
      const next = `${lineOf({ ...genesis, active: "dr" }, [], new Date(), "ann@box#1")}\n`;
      const seen: string[] = [];
      const other = storeOf(bench);
      let restarting: Promise<unknown> | undefined;
      await journalNow().append((entries) => {
        const [first] = entries;
        seen.push(first?.kind === "genesis" ? first.active : "");
        restarting ??= other.restart(() => next);
        return withdrawn(`on ${seen.at(-1) ?? ""}`);
      });
      await restarting;
      await journalNow().append(withdrawn("later"));
      const [first] = await journalNow().entries();
      // Either it came before, and was kept with the old journal, or it was decided again.
      expect(first).to.include({ kind: "genesis", active: "dr" });
      const now = reasons(await journalNow().entries());
      expect(now.filter((r) => r === "on primary")).to.deep.equal([]);
    });

    if (!kind.hasLine) return;
    describe("over a line", () => {
      beforeEach(() => open());

      it("says within seconds what it cannot reach, and goes on once it can", async () => {
        await journalNow().append(genesis);
        const journal = journalNow();
        await journal.entries();
        await bench.line?.cut();
        const began = performance.now();
        const why = await says(journal.append(withdrawn("lost")));
        expect(why).to.match(/^the journal in .* cannot be read: .*(refuses connections|does not answer)/s);
        expect(await says(storeOf(bench).lease("run", 20_000))).to.match(/^the journal in .* cannot be/);
        expect(performance.now() - began).to.be.lessThan(30_000);
        await bench.line?.mend();
        await journal.append(withdrawn("found"));
        expect(reasons(await journalNow().entries())).to.deep.equal(["found"]);
      });

      it("waits for nobody for ever: a place that is silent is given up", async () => {
        await journalNow().append(genesis);
        if (bench.line) bench.line.isSilent = true;
        const began = performance.now();
        expect(await says(journalNow().entries())).to.match(/^the journal in .* cannot be read: /);
        expect(performance.now() - began).to.be.lessThan(25_000);
      });

      it("is slow where the line is, and right", async () => {
        await journalNow().append(genesis);
        if (bench.line) bench.line.delayMs = 60;
        await Promise.all([0, 1, 2].map((i) => journalNow().append(withdrawn(String(i)))));
        expect([...reasons(await journalNow().entries())].sort()).to.deep.equal(["0", "1", "2"]);
      });

      it("writes an entry once whose answer was lost", async () => {
        const journal = journalNow();
        await journal.append(genesis);
        for (let i = 0; i < 3; i++)
          await journal.append(() => {
            // The next thing that is asked for is that this line be added.
            if (bench.line) bench.line.losesNextAnswer = true;
            return withdrawn(String(i));
          });
        expect(bench.line?.losesNextAnswer).to.equal(false);
        expect(reasons(await journalNow().entries())).to.deep.equal(["0", "1", "2"]);
      });
    });
  });
