import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { nowText } from "../../lab/play/now-text.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { hashOf } from "../../model/recovery.ts";
import { plan } from "../../planning/plan.ts";
import { inPhases } from "../../planning/turn.ts";
import { exampleEstate } from "./example-estate.ts";

const recovery = describeEstate(exampleEstate(), parts);
const made = plan(recovery, { from: "primary", to: "dr", mode: "unplanned" }, parts);
const ordered = inPhases(made.steps);
const beganMs = Date.parse("2026-11-22T03:00:00Z");

/** Entries, one a second. */
const entries = (...facts: readonly Fact[]): readonly Entry[] =>
  facts.map((f, seq) => ({
    ...f,
    seq,
    prev: "",
    at: new Date(beganMs + 1000 * seq).toISOString(),
    by: "test",
    hash: String(seq),
  }));

const provisioned: readonly Fact[] = [
  { kind: "genesis", estate: "contoso", active: "primary" },
  { kind: "declared", factsHash: hashOf(recovery), recovery },
  { kind: "step", step: "declare", verdict: "done", critical: true, says: "" },
];
const started: readonly Fact[] = [
  ...provisioned,
  {
    kind: "activation started",
    epoch: 1,
    from: "primary",
    to: "dr",
    mode: "unplanned",
    as: "test",
    factsHash: hashOf(recovery),
    planHash: made.hash,
    declaration: 0,
    acceptLossSec: 0,
  },
];
const verdict = (index: number, word: "started" | "done"): Fact => {
  const s = ordered[index];
  if (!s) throw new Error("the plan is shorter than the test expects");
  return {
    kind: "step",
    epoch: 1,
    step: s.id,
    phase: s.phase,
    verdict: word,
    critical: s.critical,
    says: "",
  };
};

describe("what the rehearsal shows live", () => {
  it("is the last step of provisioning while nothing moves", () => {
    expect(nowText(entries(...provisioned), beganMs)).to.equal("last declare: done");
    expect(nowText(entries(...provisioned.slice(0, 1)), beganMs)).to.equal("it begins");
  });

  it("is how much has ended, what runs with its number and time, and what comes next", () => {
    const all = entries(...started, verdict(0, "started"), verdict(0, "done"), verdict(1, "started"));
    const text = nowText(all, beganMs + 11_000);
    expect(ordered[1]?.id).to.equal("k2-data/standby-ready/K2");
    expect(text).to.equal(
      `1 of ${String(ordered.length)} steps ended · now 2 k2-data/standby-ready/K2 (0:00:05) · next k2-data/hold/K2, k2-data/hold/Claims`,
    );
  });

  it("is that the activation is completed, until something is provisioned again", () => {
    const done: readonly Fact[] = [
      ...started,
      verdict(0, "started"),
      { kind: "completed", epoch: 1, owed: [], exceptions: [] },
    ];
    expect(nowText(entries(...done), beganMs)).to.equal("activation 1 is completed");
    const later: Fact = { kind: "step", step: "seed", verdict: "done", critical: true, says: "" };
    expect(nowText(entries(...done, later), beganMs)).to.equal("last seed: done");
  });

  it("names what comes next between two steps as well", () => {
    const text = nowText(entries(...started, verdict(0, "started"), verdict(0, "done")), beganMs);
    expect(text).to.match(
      new RegExp(
        `^1 of ${String(ordered.length)} steps ended · last ${ordered[0]?.id ?? ""}: done · next \\S`,
      ),
    );
  });
});
