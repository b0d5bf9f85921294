import { expect } from "chai";
import fc from "fast-check";
import { Writable } from "node:stream";
import { cut, progressOn, type Begun } from "../../steps/progress.ts";

/** Standard error of a step, as the provider reads it. */
function sink(): { readonly out: Writable; text(): string } {
  const chunks: Buffer[] = [];
  return {
    out: new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    }),
    text: () => Buffer.concat(chunks).toString(),
  };
}

/** A step in the middle of a plan. */
const begun: Begun = {
  id: "k2-data/roll-forward/K2",
  limitSec: 36_000,
  turn: { number: 12, total: 31, ended: 11, next: ["k2-data/open/K2", "k2-data/open/Claims", "a", "b"] },
};

describe("what a step says", () => {
  it("stays under 32 KiB and 8 KiB a line through a restore of four hours that speaks every second, and an error at its end", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    progress.begin({ ...begun, id: "é".repeat(300) });
    for (; now < 4 * 3_600_000; now += 1000) {
      progress.say(`restored ${String(now)} of K2 ${"é".repeat(300)}`);
      progress.tick();
    }
    progress.last("x".repeat(100_000));
    expect(Buffer.byteLength(text())).to.be.lessThan(32 * 1024);
    for (const line of text().split("\n")) expect(Buffer.byteLength(line)).to.be.at.most(8 * 1024);
    expect(text().trimEnd().split("\n").length).to.be.within(60, 400);
    expect(progress.lines).to.have.length(400);
  });

  it("shows a line every two seconds at first, and every minute after two minutes", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    for (; now < 600_000; now += 500) progress.say(`at ${String(now)}`);
    const shown = text()
      .trim()
      .split("\n")
      .map((line) => Number(line.slice(3)));
    expect(shown.slice(0, 4)).to.deep.equal([0, 2000, 4000, 6000]);
    expect(shown.filter((t) => t >= 180_000)).to.have.length(7);
  });

  it("says what it has said before only every half minute, and keeps it once", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    for (; now < 100_000; now += 500) progress.say("waiting: port 5555 of K2DR01 does not answer");
    expect(text().trim().split("\n")).to.have.length(4);
    expect(progress.lines).to.have.length(1);
    progress.say("it answers");
    expect(text().trim().split("\n")).to.have.length(5);
  });

  it("is heard of to the end of a restore of a day, every ten minutes after the first half hour", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    progress.begin(begun);
    for (; now <= 24 * 3_600_000; now += 5000) progress.say(`restoring a large database: ${String(now)}`);
    const times = text()
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(" · ")[1]);
    expect(times.slice(-2)).to.deep.equal(["23:49:55", "23:59:55"]);
    expect(Buffer.byteLength(text())).to.be.lessThan(24 * 1024);
  });

  it("begins with the step's number, how much has ended, its limit and what comes next", () => {
    const { out, text } = sink();
    progressOn(out, () => 0).begin(begun);
    expect(text()).to.equal(
      "step 12 of 31 · 11 ended · k2-data/roll-forward/K2 · at most 10:00:00 · next k2-data/open/K2, k2-data/open/Claims and 2 more\n",
    );
  });

  it("says nothing of a number where a step is of no plan, as in provisioning, but how long it has run", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    progress.begin({ id: "seed", limitSec: 60 });
    now = 3000;
    progress.say("restored 10%");
    expect(text()).to.equal("0:00:03 · restored 10%\n");
  });

  it("counts a step's time from when it has its turn, and keeps for the journal only what it said itself", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    progress.say("waiting for another runner");
    now = 600_000;
    progress.begin(begun);
    now = 641_000;
    progress.say("restored 14 of 36 logs of K2");
    expect(text().split("\n")[0]).to.equal("waiting for another runner");
    expect(text().split("\n")[2]).to.equal("12/31 · 0:00:41 · restored 14 of 36 logs of K2");
    expect(progress.lines).to.deep.equal(["waiting for another runner", "restored 14 of 36 logs of K2"]);
  });

  it("is heard of after half a minute of silence, with what it said last and how long ago", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    progress.tick();
    progress.begin(begun);
    for (; now < 60_000; now += 5000) progress.tick();
    progress.say("restored 1 of 36 logs");
    for (; now <= 91_000; now += 5000) progress.tick();
    expect(text().trim().split("\n").slice(1)).to.deep.equal([
      "12/31 · 0:00:30 of at most 10:00:00 · k2-data/roll-forward/K2 still runs",
      "12/31 · 0:01:00 · restored 1 of 36 logs",
      "12/31 · 0:01:30 of at most 10:00:00 · 0:00:30 ago: restored 1 of 36 logs",
    ]);
  });

  it("keeps one line one line, whatever is in it", () => {
    const { out, text } = sink();
    progressOn(out).say("first\r\nsecond\n\nthird");
    expect(text()).to.equal("first · second · third\n");
  });

  it("goes on when nobody reads any more", () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) => {
        done(new Error("EPIPE"));
      },
    });
    const progress = progressOn(gone);
    expect(() => {
      progress.say("one");
      progress.last("two");
    }).not.to.throw();
  });

  it("is cut without breaking a character", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 300 }),
        fc.integer({ min: 8, max: 200 }),
        (text, bytes) => {
          const short = cut(text, bytes);
          expect(Buffer.byteLength(short)).to.be.at.most(bytes);
          expect(short).not.to.include("\uFFFD");
          expect(text.startsWith(short.replace(/…$/, ""))).to.equal(true);
        },
      ),
    );
  });
});
