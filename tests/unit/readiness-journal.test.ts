import { expect } from "chai";
import type { Entry, Fact } from "../../journal/entries.ts";
import { factsSeenAt, isWorthWriting, notesOf } from "../../journal/readiness.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import { drillFindings } from "../../readiness/drill-findings.ts";
import { journalFindings } from "../../readiness/journal-findings.ts";
import type { LossNow } from "../../readiness/readiness.ts";
import { targetFindings } from "../../readiness/targets.ts";
import { dated } from "./dated.ts";
import { toyRecovery } from "./toy.ts";

describe("what the journal keeps of readiness", () => {
  const result = (more: Partial<Extract<Fact, { kind: "readiness" }>> = {}) => ({
    kind: "readiness" as const,
    to: "dr" as const,
    verdict: "ready" as const,
    findings: [],
    noted: {},
    ...more,
  });
  const begin = Date.UTC(2026, 10, 22, 3);
  const after = (minutes: number): Date => new Date(begin + minutes * 60_000);

  it("is at most one entry an hour, unless something else is found; a figure in a sentence is nothing else", () => {
    const finding = { id: "a", severity: "risk" as const, at: "x", says: "5 hours old" };
    const entries = dated([result({ verdict: "warnings", findings: [finding] })]);
    const same = result({ verdict: "warnings", findings: [{ ...finding, says: "6 hours old" }] });
    expect(isWorthWriting([], same, after(0)), "the first").to.equal(true);
    expect(isWorthWriting(entries, same, after(10)), "the same").to.equal(false);
    expect(isWorthWriting(entries, same, after(61)), "an hour later").to.equal(true);
    expect(isWorthWriting(entries, { ...same, findings: [] }, after(10)), "less").to.equal(true);
    expect(isWorthWriting(entries, { ...same, noted: { "ttl a": 60 } }, after(10)), "noted").to.equal(true);
    expect(isWorthWriting(entries, { ...same, to: "primary" as const }, after(10)), "elsewhere").to.equal(
      true,
    );
  });

  it("gives back the notes of the last days", () => {
    const entries = dated([
      result({ noted: { a: 1 } }),
      result({ noted: { a: 2, b: 3 }, afterSec: 60 } as never),
    ]);
    expect(notesOf(entries, "a", after(5)).map((n) => n.value)).to.deep.equal([1, 2]);
    expect(notesOf(entries, "a", after(60 * 24 * 30))).to.deep.equal([]);
  });

  it("finds facts that nobody has confirmed for a day, or for a week, and facts that are not the estate's", () => {
    const recovery = toyRecovery();
    const declared: Fact = { kind: "declared", factsHash: hashOf(recovery), recovery };
    const entries = dated([declared]);
    const severities = (all: readonly Entry[], estate: Recovery | undefined, hours: number) =>
      journalFindings(all, estate, "dr", after(60 * hours)).map((f) => `${f.severity} ${f.id}`);
    expect(severities(entries, recovery, 23)).to.deep.equal([]);
    expect(severities(entries, recovery, 25)).to.deep.equal(["note facts-old"]);
    expect(severities(entries, recovery, 24 * 8)).to.deep.equal(["risk facts-old"]);
    expect(severities(entries, { ...recovery, estate: "other" }, 1)).to.deep.equal(["risk facts-differ"]);
    const [old] = journalFindings(entries, recovery, "dr", after(60 * 25));
    expect(old?.says).to.match(/were last confirmed 24 hours ago, at 2026-11-22 03:00:01 UTC$/);
    const abroad = { ...recovery.sites.dr, timeZone: "America/New_York" };
    const far = dated([{ ...declared, recovery: { ...recovery, sites: { ...recovery.sites, dr: abroad } } }]);
    expect(journalFindings(far, recovery, "dr", after(60 * 25))[0]?.says).to.match(
      /at 2026-11-22 03:00:01 UTC \(2026-11-21 22:00:01 -05:00 in America\/New_York\)$/,
    );
    expect(old?.todo).to.contain("pulumi up -s standby");
    const confirmed = dated([
      declared,
      { kind: "facts confirmed", factsHash: hashOf(recovery), afterSec: 20 * 3600 },
    ]);
    expect(severities(confirmed, recovery, 25)).to.deep.equal([]);
    expect(factsSeenAt([])).to.equal(undefined);
  });

  it("finds a drill that is open, one that is open for too long, and that the last one was long ago", () => {
    const declared = { kind: "drill declared", drill: 1, as: "op", limitHours: 4 } as Fact;
    const begunDrill = { kind: "drill started", drill: 1 } as Fact;
    const verified: Fact = { kind: "drill verified", drill: 1, says: [] };
    const swept: Fact = { kind: "drill swept", drill: 1, says: "", left: [] };
    const ids = (facts: readonly Fact[], hours: number) =>
      drillFindings(dated(facts), after(60 * hours)).map((f) => `${f.severity} ${f.id}`);
    expect(ids([], 0)).to.deep.equal(["note drill-old"]);
    const facts: Fact = { kind: "declared", factsHash: "f", recovery: toyRecovery() };
    expect(ids([facts], 24 * 89), "the estate is new").to.deep.equal(["note drill-old"]);
    expect(ids([facts], 24 * 91), "never drilled").to.deep.equal(["risk drill-old"]);
    expect(ids([declared, begunDrill, verified], 1)).to.deep.equal(["note drill-open"]);
    expect(ids([declared, begunDrill, verified], 5)).to.deep.equal(["risk drill-open"]);
    expect(drillFindings(dated([declared, begunDrill]), after(60))[0]?.says).to.match(
      /^drill 1 is open since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: a move ends it first$/,
    );
    expect(ids([declared, begunDrill, verified, swept], 24 * 89)).to.deep.equal([]);
    expect(ids([declared, begunDrill, verified, swept], 24 * 91)).to.deep.equal(["note drill-old"]);
    expect(ids([declared, begunDrill, verified, swept], 24 * 366)).to.deep.equal(["risk drill-old"]);
  });

  it("holds loss and duration against the targets", () => {
    const targets = { rtoMin: 10, rpoMin: 60 };
    const found = targetFindings(
      [
        { group: "a", lossSec: 3601, pointSec: 0 },
        { group: "b", lossSec: 3600, pointSec: 0 },
        { group: "c", refused: "SQLDR01 refuses connections. Start it" },
      ],
      { totalSec: 601 },
      targets,
      "UTC",
    );
    expect(found.map((f) => `${f.severity} ${f.id}`)).to.deep.equal([
      "risk rpo:a",
      "stops no-point:c",
      "risk rto",
    ]);
    expect(found[0]?.says).to.equal(
      "1:00:01 of data would be lost now, more than the target of 1:00:00 (RPO)",
    );
    expect(
      targetFindings([{ group: "a", lossSec: 0, pointSec: 0 }], { totalSec: 600 }, targets, "UTC"),
    ).to.deep.equal([]);
  });

  it("says of a missing point what it costs until there is one by itself: a risk where a later point can be had, else it stops", () => {
    const refused =
      "no common point: K2 can go back to 2026-11-22 10:00:00 UTC at the earliest. Bring it over";
    const byItselfSec = Date.parse("2026-11-22T12:00:00Z") / 1000;
    const cases: readonly (readonly [Partial<LossNow>, string])[] = [
      [{}, "stops no-point:a | there is no point as things stand | Bring it over"],
      [{ isUnseen: true }, "stops point-unseen:a | there is no point as things stand | Bring it over"],
      [
        { byItselfSec },
        "stops no-point:a | there is no point as things stand | there is one by itself from 2026-11-22 12:00:00 UTC on; until then: Bring it over",
      ],
      [
        { byItselfSec, isHeld: true },
        'stops no-point:a | there is no point as things stand | there is one by itself from 2026-11-22 12:00:00 UTC on at the earliest, and only once "withdraw" lets restores go on; until then: Bring it over',
      ],
      [
        { byItselfSec, latestLossSec: 720 },
        "risk no-point:a | there is no point as the estate asks for | there is one by itself from 2026-11-22 12:00:00 UTC on; until then declare with --point latest: 0:12:00 would be lost now",
      ],
      [
        { latestLossSec: 0 },
        "risk no-point:a | there is no point as the estate asks for | declare with --point latest: nothing would be lost now",
      ],
    ];
    for (const [now, expected] of cases)
      expect(
        targetFindings(
          [{ group: "a", refused, ...now }],
          { totalSec: 0 },
          { rtoMin: 1, rpoMin: 1 },
          "UTC",
        ).map((x) => `${x.severity} ${x.id} | ${x.says.split(":")[0] ?? ""} | ${x.todo}`),
      ).to.deep.equal([expected]);
  });
});
