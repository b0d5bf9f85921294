import { expect } from "chai";
import fc from "fast-check";
import type { Fact, Verdict } from "../../journal/entries.ts";
import { wordAt, type Word } from "../../journal/words.ts";
import type { Situation } from "../../journal/situation.ts";
import { abandoned, after, completed, declared, moveTo, noReturn, started, word } from "./journal-facts.ts";

const abandoning = (epoch: number): Fact => ({ kind: "abandoning", epoch, as: "ann", reason: "x" });
const planned = { ...started(1), mode: "planned" } as Fact;
const lost = [declared, moveTo("dr"), started(1)];
const inOrder = [declared, moveTo("dr"), planned];

describe("what the guard of a site's servers is told", () => {
  it("is run where the site is active, and follows a move phase by phase", () => {
    const cases: readonly (readonly [primary: Word, dr: Word, readonly Fact[]])[] = [
      ["run", "standby", []],
      ["run", "standby", [declared, moveTo("dr")]],
      // A site that is lost may come back at any moment.
      ["stop", "standby", lost],
      ["stop", "run", [...lost, noReturn(1)]],
      ["standby", "run", [...lost, noReturn(1), completed(1)]],
      ["stop", "run", [...lost, word("a", "failed"), noReturn(1), completed(1)]],
      ["stop", "run", [...lost, word("a", "waived"), noReturn(1), completed(1)]],
      ["standby", "run", [...lost, word("a", "failed"), completed(1), word("a", "done", { attempt: 1 })]],
      // Databases that may still be open there are closed first: who does that starts SQL Server.
      ["stop", "run", [...lost, word("a", "failed", { phase: "fence-data" }), completed(1)]],
      // Backups that the new site owes keep nothing from running at the old one.
      ["standby", "run", [...lost, word("a", "failed", { phase: "protect" }), completed(1)]],
      // A planned move has taken nothing before its first fence.
      ["run", "standby", inOrder],
      ["run", "standby", [...inOrder, word("a", "done", { phase: "hold" })]],
      ["stop", "standby", [...inOrder, word("a", "done")]],
      ["run", "standby", [...inOrder, word("a", "done"), abandoning(1)]],
      ["run", "standby", [...inOrder, word("a", "done"), abandoning(1), abandoned(1)]],
    ];
    for (const [primary, dr, facts] of cases) {
      const s = after(...facts);
      expect([wordAt(s, "primary"), wordAt(s, "dr")], facts.map((f) => f.kind).join()).to.deep.equal([
        primary,
        dr,
      ]);
    }
  });

  it("is stop at both sites while it is gone back past no return, until the target is proven closed", () => {
    const both = (s: Situation): readonly Word[] => [wordAt(s, "primary"), wordAt(s, "dr")];
    const doubt = [...inOrder, word("a", "done"), noReturn(1), abandoning(1)];
    const closed: Fact = { kind: "target closed", epoch: 1 };
    expect(both(after(...doubt))).to.deep.equal(["stop", "stop"]);
    expect(both(after(...doubt, closed))).to.deep.equal(["run", "standby"]);
    // More loss is accepted while it goes on: what was proven stays proven.
    expect(both(after(...doubt, closed, abandoning(1)))).to.deep.equal(["run", "standby"]);
    expect(both(after(...doubt, closed, abandoned(1)))).to.deep.equal(["run", "standby"]);
    expect(
      both(after(...doubt, closed, abandoned(1), moveTo("dr"), started(2), noReturn(2), abandoning(2))),
    ).to.deep.equal(["stop", "stop"]);
  });

  it("leaves production alone that waits for another system of the same planned move", () => {
    const systems = ["k2", "claims"].map((system) => ({ system, parts: [system], after: [] }));
    const s = after(declared, moveTo("dr"), { ...planned, systems } as Fact, word("k2/stop", "done"));
    expect([wordAt(s, "primary", ["k2"]), wordAt(s, "primary", ["claims"])]).to.deep.equal(["stop", "run"]);
    const opened = after(
      ...[declared, moveTo("dr"), { ...planned, systems } as Fact, word("k2/stop", "done")],
      { kind: "no return", epoch: 1, step: "k2/open" },
    );
    expect([wordAt(opened, "dr", ["k2"]), wordAt(opened, "dr", ["claims"])]).to.deep.equal([
      "run",
      "standby",
    ]);
    expect(wordAt(opened, "primary", ["claims"])).to.equal("run");
  });

  it("lets run at the new site what has no databases as soon as somebody starts it, or leaves its start to people", () => {
    const systems = [{ system: "web", parts: ["web"], after: [] }];
    const moving = [declared, moveTo("dr"), { ...planned, systems } as Fact];
    const start = (id: string, verdict: Verdict): Fact => word(id, verdict, { phase: "start-services" });
    const cases: readonly (readonly [Word, readonly Fact[]])[] = [
      ["standby", []],
      ["standby", [word("web/stop", "done")]],
      // What waits for others starts nothing.
      ["standby", [start("web/before-start-services", "done")]],
      ["run", [start("web/start/web", "started")]],
      ["run", [start("web/start/web", "failed")]],
      ["run", [start("web/start/web", "skipped")]],
      ["run", [start("web/start/web", "done")]],
    ];
    for (const [dr, facts] of cases)
      expect(
        wordAt(after(...moving, ...facts), "dr", ["web"]),
        facts.map((f) => JSON.stringify(f)).join(),
      ).to.equal(dr);
  });

  it("never lets both sites run, whatever the journal holds", () => {
    const any = fc.constantFrom<Fact>(
      moveTo("dr"),
      moveTo("primary"),
      started(1),
      planned,
      started(2, "primary"),
      { ...started(2, "primary"), mode: "planned" } as Fact,
      noReturn(1),
      noReturn(2),
      abandoning(1),
      abandoned(1),
      { kind: "target closed", epoch: 1 },
      completed(1),
      completed(2),
      word("a", "failed"),
      word("a", "done"),
      word("b", "waived", { epoch: 2 }),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 10 }), (facts) => {
        const s = after(declared, ...facts);
        return wordAt(s, "primary") !== "run" || wordAt(s, "dr") !== "run";
      }),
    );
  });
});
