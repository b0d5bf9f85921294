import { expect } from "chai";
import fc from "fast-check";
import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Fact } from "../../journal/entries.ts";
import { journalOn, type Journal } from "../../journal/journal.ts";
import { seenStore, type SeenPlace } from "../../journal/seen-store.ts";
import type { BlobPlace } from "../../model/journal-ref.ts";
import { blocksOf } from "../../steps/stores/blob/blocks.ts";
import { blobPlace } from "../../steps/stores/blob/place.ts";
import { azuriteKey, stopAzurite } from "./azurite.ts";
import { failureOf } from "./cli-fixture.ts";
import { storeKinds, type StoreBench } from "./store-benches.ts";

after(stopAzurite);

const genesis: Fact = { kind: "genesis", estate: "toys", active: "primary" };
const withdrawn = (reason: string): Fact => ({ kind: "withdrawn", as: "ann", reason });

describe("blocks of a text", () => {
  it("end where lines end, are no longer than they may be, and are the text again when put together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 30 }).map((s) => s.replaceAll("\n", " "))),
        fc.integer({ min: 250, max: 900 }),
        (lines, longest) => {
          const text = lines.map((l) => `${l}\n`).join("");
          const blocks = blocksOf(text, longest);
          expect(Buffer.concat(blocks).toString("utf8")).to.equal(text);
          for (const b of blocks) {
            expect(b.length).to.be.within(1, longest + 120);
            expect(b.at(-1)).to.equal(10);
          }
        },
      ),
    );
  });
});

describe("a journal in Azure storage", function () {
  this.timeout(40_000);
  let bench: StoreBench;
  const kind = storeKinds.find((k) => k.name.includes("Azure"));
  beforeEach(async () => {
    if (!kind) throw new Error("no such kind");
    bench = await kind.open();
  });
  afterEach(() => bench.close());
  const at = (): BlobPlace => {
    if (!("blob" in bench.ref)) throw new Error("not in Azure");
    return bench.ref.blob;
  };
  const placeNow = (blocks?: number): SeenPlace => blobPlace(at(), () => Promise.resolve(azuriteKey), blocks);
  const journalNow = (blocks?: number): Journal => journalOn(seenStore(placeNow(blocks), undefined));

  it("goes on in a next blob before one is full, whoever writes, and is one chain", async () => {
    await journalNow(3).append(genesis);
    await Promise.all(
      [0, 1, 2].map(async (w) => {
        const own = journalNow(3);
        for (let i = 0; i < 4; i++) await own.append(withdrawn(`${String(w)}/${String(i)}`));
      }),
    );
    const reader = journalNow(3);
    expect(await reader.entries()).to.have.length(13);
    await journalNow(3).append(withdrawn("one more"));
    expect(await reader.entries(), "of a program that has read before").to.have.length(14);
  });

  it("refuses an entry that is longer than Azure takes at once, and says where such a journal goes", async () => {
    await journalNow().append(genesis);
    const why = await failureOf(journalNow().append(withdrawn("x".repeat(4 * 1024 * 1024))));
    expect(why.message).to.match(
      /longer than Azure takes at once \(4194304\)\. Keep this journal in a folder/,
    );
    expect(await journalNow().entries()).to.have.length(1);
  });

  it("lets nobody add to what was begun anew meanwhile, however long they have waited with what they saw", async () => {
    await journalNow().append(genesis);
    const late = placeNow();
    const seen = await late.read();
    const next = `${lineOf({ ...genesis, active: "dr" }, [], new Date(), "ann@box#1")}\n`;
    const other = placeNow();
    expect(await other.replace(next, await other.read())).to.have.length(1);
    expect(
      await late.add(lineOf(withdrawn("late"), entriesOf(seen.text), new Date(), "x@y#1"), seen),
    ).to.equal(false);
    expect((await late.read()).text).to.equal(next);
  });

  it("says whose work it is where beginning anew was broken off, and lets it be done again", async () => {
    await journalNow().append(genesis);
    const { ContainerClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
    const container = new ContainerClient(
      at().container,
      new StorageSharedKeyCredential("devstoreaccount1", azuriteKey),
    );
    await container.getBlobClient("journal/1/000001.jsonl").getBlobLeaseClient().acquireLease(-1);
    expect((await failureOf(journalNow().append(withdrawn("x")))).message).to.match(
      /"journal break-glass" or "journal restore" is at work on it, or was broken off/,
    );
    const again = placeNow();
    const seen = await again.read();
    expect(await again.replace(seen.text, seen)).to.have.length(1);
    await journalNow().append(withdrawn("goes on"));
    expect(await journalNow().entries()).to.have.length(2);
  });

  it("says what is wrong with the key, and shows none", async () => {
    const wrong = journalOn(
      seenStore(
        blobPlace(at(), () => Promise.resolve(Buffer.from("wrong").toString("base64"))),
        undefined,
      ),
    );
    const why = await failureOf(wrong.entries());
    expect(why.message).to.match(
      /^the journal in http.*\/journal cannot be read: Azure refuses this account .*Storage Blob Data Contributor/,
    );
    expect(why.message).not.to.contain(Buffer.from("wrong").toString("base64"));
  });

  it("is one journal a folder of the container", async () => {
    const two = journalOn(
      seenStore(
        blobPlace({ ...at(), name: "second" }, () => Promise.resolve(azuriteKey)),
        undefined,
      ),
    );
    await journalNow().append(genesis);
    expect(await two.entries()).to.have.length(0);
    await two.append({ ...genesis, estate: "other" });
    expect(await journalNow().entries()).to.have.length(1);
    expect(two.store.place).to.match(/\/second$/);
  });
});
