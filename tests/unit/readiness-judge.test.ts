import { expect } from "chai";
import fc from "fast-check";
import { durationsOf } from "../../journal/durations.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import { factsSeenAt, isWorthWriting, notesOf } from "../../journal/readiness.ts";
import { inTwo, note, risk, stops, type Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { hashOf, type Recovery } from "../../model/recovery.ts";
import type { Step } from "../../model/verb.ts";
import { criticalPath } from "../../planning/critical-path.ts";
import { plan } from "../../planning/plan.ts";
import { drillFindings } from "../../readiness/drill-findings.ts";
import { gather, type GatherArgs } from "../../readiness/gather.ts";
import { journalFindings } from "../../readiness/journal-findings.ts";
import { predicted } from "../../readiness/predicted.ts";
import type { LossNow } from "../../readiness/readiness.ts";
import { targetFindings } from "../../readiness/targets.ts";
import { countsText, inOrder, verdictOf } from "../../readiness/verdict.ts";
import type { Io, Look } from "../../steps/act.ts";
import { Unreachable } from "../../steps/transports/unreachable.ts";
import { toyParts, toyRecovery, toyRuns, toyWorld } from "./toy.ts";

/** Entries a second apart from a moment on. */
const dated = (facts: readonly (Fact & { readonly afterSec?: number })[]): readonly Entry[] => {
  let at = Date.UTC(2026, 10, 22, 3);
  return facts.map(({ afterSec = 1, ...fact }, seq) => {
    at += afterSec * 1000;
    return {
      ...fact,
      seq,
      prev: "",
      at: new Date(at).toISOString(),
      by: "t",
      hash: `h${String(seq)}`,
    };
  });
};
const step = (
  id: string,
  verdict: "started" | "done" | "failed" | "already",
  epoch: number,
  afterSec: number,
): Fact & { readonly afterSec: number } => ({
  kind: "step",
  epoch,
  step: id,
  verdict,
  critical: true,
  says: "",
  afterSec,
});

describe("the longest way through a plan", () => {
  const at = (id: string, ...needs: readonly string[]): Step => ({
    id,
    verb: "toy/stop",
    args: {},
    phase: "open",
    needs: needs.map((n) => ({ id: n, kind: "order" })),
    critical: true,
    timeoutSec: 100,
  });

  it("goes through whatever takes longest, however many run beside it", () => {
    const steps = [at("a"), at("b"), at("c", "a", "b"), at("d", "b"), at("e", "c", "d")];
    const seconds: Readonly<Record<string, number>> = { a: 5, b: 3, c: 1, d: 10, e: 2 };
    expect(criticalPath(steps, (s) => seconds[s.id] ?? 0)).to.deep.equal({
      totalSec: 15,
      steps: ["b", "d", "e"],
    });
    expect(criticalPath([], () => 1)).to.deep.equal({ totalSec: 0, steps: [] });
  });

  it("is never longer than all steps one after the other, nor shorter than any of them, and is a way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(fc.nat(30), { maxLength: 4 }), fc.nat(1000)), {
          minLength: 1,
          maxLength: 30,
        }),
        (made) => {
          const steps = made.map(([needs], i) =>
            at(`s${String(i)}`, ...new Set(needs.filter((n) => n < i).map((n) => `s${String(n)}`))),
          );
          const of = (id: string): number => made[Number(id.slice(1))]?.[1] ?? 0;
          const { totalSec, steps: way } = criticalPath(steps, (s) => of(s.id));
          expect(totalSec).to.equal(way.reduce((sum, id) => sum + of(id), 0));
          expect(totalSec).to.be.at.least(Math.max(...made.map(([, s]) => s)));
          for (const [i, id] of way.slice(1).entries())
            expect(steps.find((s) => s.id === id)?.needs.map((n) => n.id)).to.include(way[i]);
        },
      ),
    );
  });
});

describe("how long a step took before", () => {
  it("is the median of its last runs, from the first start in an activation, vain tries included", () => {
    const runs = [10, 20, 30, 40, 500].flatMap((sec, i) => [
      step("a", "started", i + 1, 1),
      step("a", "done", i + 1, sec),
    ]);
    const tried = [
      step("b", "started", 9, 1),
      step("b", "failed", 9, 60),
      step("b", "started", 9, 60),
      step("b", "done", 9, 5),
    ];
    const entries = dated([...runs, ...tried]);
    expect([...durationsOf(entries)]).to.deep.equal([
      ["a", 30],
      ["b", 125],
    ]);
    expect(
      durationsOf(dated([...runs, step("a", "started", 7, 1), step("a", "done", 7, 60)])).get("a"),
    ).to.equal(40);
  });

  it("is not told by a step that had nothing to do, nor by provisioning", () => {
    const provisioned: Fact = { kind: "step", step: "c", verdict: "done", critical: true, says: "" };
    expect(
      durationsOf(dated([step("a", "started", 1, 1), step("a", "already", 1, 9), provisioned])).size,
    ).to.equal(0);
  });

  it("counts in a prediction, up to what the step may take; what people do not wait for does not", async () => {
    const recovery = toyRecovery();
    const made = plan(recovery, { from: "primary", to: "dr", mode: "planned" }, toyParts);
    const world = {
      journal: {} as never,
      parts: toyParts,
      runs: toyRuns(toyWorld()),
    };
    const before = await predicted(made, [], world);
    expect(before.known).to.equal(0);
    const entries = dated([
      step("web0/start/web", "started", 1, 1),
      step("web0/start/web", "done", 1, 4),
      step("data0/backup/db0-0", "started", 1, 1),
      step("data0/backup/db0-0", "done", 1, 5000),
    ]);
    const after = await predicted(made, entries, world);
    expect(after.known).to.equal(1);
    expect(after.totalSec).to.equal(before.totalSec + 1);
    expect(after.steps).to.include("web0/start/web").and.not.include("data0/backup/db0-0");
  });
});

describe("findings", () => {
  it("come the gravest first, each once, and give the verdict; notes give none", () => {
    const all = [note("b", "n", "t"), risk("a", "r", "t"), stops("c", "s", "t"), risk("c", "later", "t")];
    expect(inOrder(all).map((f) => [f.severity, f.at])).to.deep.equal([
      ["stops", "c"],
      ["risk", "a"],
      ["note", "b"],
    ]);
    expect(verdictOf(all)).to.equal("not ready");
    expect(verdictOf(all.slice(0, 2))).to.equal("warnings");
    expect(verdictOf(all.slice(0, 1))).to.equal("ready");
    expect(countsText(inOrder(all))).to.equal("1 stops a move, 1 risk, 1 note");
  });

  it("say first what was found and then what to do, as messages of steps do", () => {
    for (const [message, says, todo] of [
      ["it is off. Start it.", "it is off", "Start it"],
      ["it is off", "it is off", "mend it"],
      [
        "SQL Server 2022 (16.0.4236.2) is there. Look at 10.0.0.1.",
        "SQL Server 2022 (16.0.4236.2) is there",
        "Look at 10.0.0.1",
      ],
      [
        "refused: no route. It may be another. Compare it",
        "refused: no route",
        "It may be another. Compare it",
      ],
    ] as const)
      expect(inTwo(message, "mend it"), message).to.deep.equal({ says, todo });
  });
});

describe("looking side by side", () => {
  const hosts: readonly Host[] = (["primary", "dr"] as const).map((site) => ({
    id: site === "dr" ? "DR01" : "PRD01",
    site,
    address: "127.0.0.1",
    timeZone: "UTC",
    whilePassive: "running",
  }));
  const args = (more: Partial<GatherArgs> = {}): GatherArgs => ({
    io: {} as Io,
    to: "dr",
    hosts,
    limitSec: 5,
    before: () => [],
    ...more,
  });
  const look = (id: string, run: Look["run"], host?: string): Look => ({
    id,
    at: "part",
    ...(host === undefined ? {} : { host }),
    run,
  });
  const off = (host: string) => (): never => {
    throw new Unreachable(host, "127.0.0.1", 22, "refused", "refuses connections. Start it.");
  };

  it("tells a server that does not answer once, however much is looked at there; at the site that is left it is a risk", async () => {
    const looks = [
      look("a", off("DR01"), "DR01"),
      look("b", off("DR01"), "DR01"),
      look("c", off("PRD01"), "PRD01"),
      look("d", () => Promise.resolve([])),
    ];
    const { findings, asked } = await gather(looks, args());
    expect(findings.map((f) => [f.severity, f.id, f.todo])).to.deep.equal([
      ["stops", "unreachable:DR01:22", "Start it"],
      ["risk", "unreachable:PRD01:22", "Start it"],
    ]);
    expect(asked.map((a) => [a.isWell, a.isAnswered])).to.deep.equal([
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it("never throws, and waits no longer than it may", async () => {
    const begun = performance.now();
    const { findings } = await gather(
      [
        look("hangs", () => new Promise(() => undefined), "DR01"),
        look("hangs too", () => new Promise(() => undefined), "DR01"),
        look("alone", () => new Promise(() => undefined)),
        look("fails", () => Promise.reject(new Error("the login lacks rights. Grant them"))),
        look("breaks", () => {
          throw new TypeError("x is not a function");
        }),
      ],
      args({ limitSec: 0.2 }),
    );
    expect(performance.now() - begun).to.be.lessThan(2000);
    expect(findings.map((f) => f.id)).to.have.members(["silent:DR01", "silent:alone", "fails", "breaks"]);
    expect(findings.find((f) => f.id === "fails")).to.include({
      says: "the login lacks rights",
      todo: "Grant them",
    });
    expect(findings.find((f) => f.id === "silent:DR01")?.says).to.equal(
      "DR01 did not say in 0.2 s what was asked of it",
    );
  });

  it("calls another host key what it is", async () => {
    const other = look("a", () => {
      throw new Unreachable(
        "DR01",
        "127.0.0.1",
        22,
        "host key",
        "shows another host key than the estate does. Compare.",
      );
    });
    const { findings } = await gather([other], args());
    expect(findings[0]?.id).to.equal("host-key:DR01:22");
  });

  it("takes no control characters of a server into what is printed", async () => {
    const sly: Finding = stops("DR01", "fine\u001b[2J\nall well", "nothing");
    const { findings } = await gather([look("a", () => Promise.resolve([sly]))], args());
    expect(findings[0]?.says).to.equal("fine\u{FFFD}[2J · all well");
  });

  it("hands on what earlier looks have noted, and gives back what this one notes", async () => {
    const seen: number[] = [];
    const { noted } = await gather(
      [
        look("a", (_, memory) => {
          seen.push(...memory.before("ttl").map((b) => b.value));
          memory.note("ttl", 60);
          return Promise.resolve([]);
        }),
      ],
      args({ before: (name) => (name === "ttl" ? [{ atSec: 1, value: 3600 }] : []) }),
    );
    expect(seen).to.deep.equal([3600]);
    expect(noted).to.deep.equal({ ttl: 60 });
  });
});

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
    expect(old?.says).to.match(/were last confirmed 24 hours ago, at 2026-11-22 03:00 UTC$/);
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
