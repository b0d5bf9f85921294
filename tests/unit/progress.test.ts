import { expect } from "chai";
import fc from "fast-check";
import { Writable } from "node:stream";
import { cut, progressOn } from "../../steps/progress.ts";

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

describe("what a step says", () => {
  it("stays under 32 KiB and 8 KiB a line through a restore of four hours that speaks every second, and an error at its end", () => {
    const { out, text } = sink();
    let now = 0;
    const progress = progressOn(out, () => now);
    for (; now < 4 * 3_600_000; now += 1000) progress.say(`restored ${String(now)} of K2 ${"é".repeat(300)}`);
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
