import { expect } from "chai";
import { probeFindings, whyProbe } from "../../cli/probe/silent.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { after, completed, declared, entriesFor, genesis, moveTo, started, word } from "./journal-facts.ts";

describe("what is told of a probe that nobody has seen for long", () => {
  const now = new Date("2026-11-22T06:00:00Z");
  const ran = (minutesAgo: number, exitCode = 0) => ({
    at: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
    exitCode,
    text: "x",
  });
  const of = (ended: ReturnType<typeof ran> | undefined, why?: string) =>
    probeFindings(ended, why, now).map((f) => `${f.severity} ${f.says}`);
  it("is a risk where a fence is owed or a lease of the guard depends on it, else a note, and nothing while it runs", () => {
    expect(of(undefined, "why")).to.deep.equal(["risk the probe has never run here: why"]);
    expect(of(ran(120), "why")).to.deep.equal(["risk the probe has not run for 2 hours: why"]);
    expect(of(ran(4, 1), "why")).to.deep.equal(["risk the probe runs and fails: x: why"]);
    expect(of(ran(120))).to.deep.equal(["note the probe has not run for 2 hours"]);
    for (const code of [0, 5, 6]) expect(of(ran(4, code), "why")).to.deep.equal([]);
  });
  it("depends on what the journal shows", () => {
    const left = [declared, moveTo("dr"), started(1)];
    expect(whyProbe(after(declared))).to.equal(undefined);
    expect(whyProbe(after(declared), true)).to.match(/^it renews the lease/);
    expect(whyProbe(after(...left, word("a", "failed", { phase: "fence-data" })))).to.match(
      /^a fence is owed/,
    );
    expect(whyProbe(after(...left, word("a", "failed", { phase: "protect" })))).to.equal(undefined);
  });
  it("stands in status, too", () => {
    const owed = entriesFor(genesis, declared, moveTo("dr"), started(1), word("a", "failed"), completed(1));
    const text = (probeRan?: ReturnType<typeof ran>) =>
      statusText(statusOf(owed, { now, place: "/j", leases: [], probeRan }), "linux");
    expect(text()).to.match(/^probe +RISK: the probe has never run here: a fence is owed/m);
    expect(text(ran(120))).to.match(/^probe +RISK: the probe has not run for 2 hours/m);
    expect(text(ran(4, 5))).to.match(/^probe +last ran 4 minutes ago, 2026-11-22 05:56:00 UTC: x$/m);
  });
});
