import { expect } from "chai";
import fc from "fast-check";
import type { Step } from "../../model/verb.ts";
import { drive } from "../../steps/drive.ts";

const step = (id: string, needs: readonly string[]): Step => ({
  id,
  verb: "machinery/gate",
  args: {},
  phase: "hold",
  needs: needs.map((need) => ({ id: need, kind: "order" })),
  critical: true,
  timeoutSec: 1,
});

/** Graphs in which each step needs some of those before it. */
const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((needs, i) =>
      step(`s${String(i)}`, i === 0 ? [] : [...new Set(needs.map((n) => `s${String(n % i)}`))]),
    ),
  );

/** A few turns of the event loop, so that steps end in another order than they began in. */
const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise((go) => setImmediate(go));
};

const never = new AbortController().signal;

describe("a run through a plan", () => {
  it("begins each step once, after those that it needs, and no more side by side than it may", () =>
    fc.assert(
      fc.asyncProperty(
        graphs,
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, lasts, most) => {
          const ended = new Set<string>();
          const begun: string[] = [];
          let running = 0;
          const driven = await drive(
            steps,
            async (s) => {
              begun.push(s.id);
              expect(
                s.needs.every((n) => ended.has(n.id)),
                s.id,
              ).to.equal(true);
              expect(++running).to.be.at.most(most);
              await turns(lasts[begun.length % 12] ?? 0);
              running--;
              ended.add(s.id);
              return true;
            },
            { most, stop: never },
          );
          expect([...begun].sort()).to.deep.equal(steps.map((s) => s.id).sort());
          expect(driven.ended.size).to.equal(steps.length);
          expect(driven.waiting).to.deep.equal([]);
        },
      ),
      { numRuns: 100 },
    ));

  it("stops at a step that fails what depends on it, and nothing else", () =>
    fc.assert(
      fc.asyncProperty(graphs, fc.nat(11), fc.boolean(), async (steps, which, throws) => {
        const bad = steps[which % steps.length]?.id ?? "";
        const behind = new Set<string>([bad]);
        for (const s of steps) if (s.needs.some((n) => behind.has(n.id))) behind.add(s.id);
        const driven = await drive(
          steps,
          (s) =>
            s.id !== bad
              ? Promise.resolve(true)
              : throws
                ? Promise.reject(new Error("no"))
                : Promise.resolve(false),
          { most: 64, stop: never },
        );
        expect([...driven.failed]).to.deep.equal([bad]);
        behind.delete(bad);
        expect([...driven.waiting].sort()).to.deep.equal([...behind].sort());
        expect(driven.ended.size).to.equal(steps.length - behind.size - 1);
      }),
      { numRuns: 100 },
    ));

  it("begins nothing once it is to stop, and ends when what runs has ended", async () => {
    const stop = new AbortController();
    const begun: string[] = [];
    const driven = await drive(
      [step("a", []), step("b", []), step("c", ["a"])],
      async (s) => {
        begun.push(s.id);
        if (s.id === "a") stop.abort();
        await turns(3);
        return true;
      },
      { most: 64, stop: stop.signal },
    );
    expect(begun).to.deep.equal(["a"]);
    expect([...driven.ended]).to.deep.equal(["a"]);
    expect(driven.waiting).to.deep.equal(["b", "c"]);
  });
});
