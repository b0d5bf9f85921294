import { expect } from "chai";
import fc from "fast-check";
import { renderHtml } from "../../report/html.ts";
import { reportOf, type Report } from "../../report/report.ts";
import { marksOf, timelineOf } from "../../report/timeline.ts";
import type { StepLine } from "../../report/verdicts.ts";
import { begunActivation, completed, point, recovery } from "./report-fixture.ts";

const whole = (): Report =>
  reportOf(
    begunActivation({ waiveFence: "power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add(point(9000))
      .step("data0/open", "open", 10)
      .add({ kind: "no return", epoch: 1, step: "data0/open" })
      .step("data0/backup", "protect", 5, "failed", "share is full", false)
      .add(completed).entries,
    recovery,
  );

/** The tags of a page, without their attributes. */
const tags = (page: string): readonly string[] =>
  [...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag ?? "");
/** A copy of the report with every text of people and servers replaced. */
const withText = (r: Report, text: string): Report => ({
  ...r,
  estate: text,
  as: text,
  incident: text,
  from: { ...r.from, place: text },
  points: r.points.map((p) => ({
    ...p,
    group: text,
    databases: p.databases.map((d) => ({ ...d, database: text, evidence: text })),
  })),
  steps: r.steps.map((s) => ({ ...s, step: text, says: text })),
  timeline: {
    ...r.timeline,
    rows: r.timeline.rows.map((row) => ({ ...row, bars: row.bars.map((b) => ({ ...b, step: text })) })),
  },
  held: r.held.map((h) => ({ ...h, part: text, says: text })),
  waivers: r.waivers.map(() => ({ what: text, reason: text, by: text, atSec: 1, open: [text] })),
  owed: r.owed.map(() => ({ step: text, says: text })),
  exceptions: [{ step: text, says: text }],
  modeChanges: [{ systems: [text], as: text, reason: text, atSec: 1, acceptLossSec: 1, incident: text }],
  systems: r.systems.map((x) => ({
    ...x,
    system: text,
    failed: [{ step: text, says: text }],
    waitsFor: [text],
  })),
});

describe("the page of a report", () => {
  it("needs nothing from elsewhere: no script, no address, no import", () => {
    const page = renderHtml(whole());
    expect(page).to.match(/^<!doctype html>\n<html lang="en">/);
    expect(page).to.not.match(/<script|<link|<img|<iframe|@import|url\(|https?:/i);
    expect(page).to.contain("default-src 'none'");
  });

  it("shows every step with its verdict and sentence, the point with its proof, the waiver, what is owed, the hashes", () => {
    const page = renderHtml(whole());
    for (const text of [
      "web0/stop",
      "waived",
      "power is cut",
      "db0-0_0040.trn",
      "data0/backup",
      "share is full",
      "pulumi up -s dr-active",
      "facts1",
      "plan1",
      "INC-77",
      "2026-11-22 03:10:00 UTC",
      "no return",
      "4h was accepted",
    ])
      expect(page, text).to.contain(text);
  });

  it("shows times of the source's clocks beside UTC where they differ", () => {
    const r = whole();
    const page = renderHtml({ ...r, from: { ...r.from, timeZone: "America/New_York" } });
    expect(page).to.contain("2026-11-22 03:10:00 UTC (2026-11-21 22:10:00 -05:00 in America/New_York)");
  });

  it("takes no text of people or servers for markup, whatever it is", () => {
    const plainTags = tags(renderHtml(withText(whole(), "x")));
    const hostile = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=y>',
        "</style><b>",
        "</title><b>",
        "${x}",
        "<!--",
        "]]>",
        "&lt;b&gt;",
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tags(renderHtml(withText(whole(), text)))).to.deep.equal(plainTags);
      }),
      { numRuns: 60 },
    );
  });

  it("says that a target was missed, and by how much", () => {
    const r = { ...whole(), outageSec: 3000 };
    expect(renderHtml(r)).to.not.contain("missed by");
    expect(renderHtml({ ...r, outageSec: 3700 })).to.contain("missed by 0:01:40");
    expect(renderHtml({ ...r, cutOverSec: 3700 }), "a disaster is counted from its time").to.not.contain(
      "missed by",
    );
  });

  it("measures a planned move, which no disaster came before, by itself", () => {
    const { outageSec: _outageSec, disasterSec: _disasterSec, ...planned } = whole();
    expect(renderHtml({ ...planned, mode: "planned", cutOverSec: 3700 })).to.contain("missed by 0:01:40");
    expect(renderHtml({ ...planned, mode: "planned" })).to.not.contain("Since the disaster");
  });

  it("says to which time the loss is counted, what the latest point would have lost, and which activations it took", () => {
    const r = whole();
    const points = r.points.map((p) => ({ ...p, latestLossSec: 420 }));
    const page = renderHtml({ ...r, points, epochs: [1, 2], epoch: 2, firstStartedSec: r.startedSec - 600 });
    expect(page).to.contain(
      "2:30:00 lost to the declared time of the disaster; at the latest point it would have been 0:07:00",
    );
    expect(page).to.contain("to the declared time of the disaster; 4h was accepted");
    expect(page).to.contain("since the first of 2 activations: it was declared anew");
    expect(page).to.contain("2026-11-22 05:36:03 UTC, as activation 1");
    expect(renderHtml(r)).to.not.contain("declared anew");
  });

  it("shows no loss of a move that was abandoned before a database was open", () => {
    const s = begunActivation()
      .add(point(9000))
      .add({ kind: "abandoned", epoch: 1, as: "op", reason: "no" }, 5);
    const page = renderHtml(reportOf(s.entries, recovery));
    expect(page).to.contain("Abandoned after").and.not.contain("(RPO)");
    expect(page).to.not.contain("missed by");
  });

  it("can be drawn for an activation that took no time and did nothing", () => {
    const page = renderHtml(reportOf(begunActivation().add(completed).entries, recovery));
    expect(page).to.not.match(/NaN|Infinity|undefined/);
  });
});

describe("the timeline", () => {
  const line = (fromSec: number, toSec?: number): StepLine => ({
    step: `s${fromSec}`,
    phase: "open",
    standing: toSec === undefined ? "running" : "done",
    critical: true,
    says: "",
    fromSec,
    ...(toSec === undefined ? {} : { toSec }),
    vain: 0,
    log: [],
  });

  it("keeps every bar inside the time of the activation, and every step drawn or counted as later", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -100, max: 1000 }), fc.option(fc.integer({ min: 0, max: 500 })))),
        fc.integer({ min: 0, max: 500 }),
        (steps, length) => {
          const lines = steps.map(([from, took]) => line(from, took === null ? undefined : from + took));
          const { rows, later } = timelineOf(lines, 0, length);
          const bars = rows.flatMap((r) => r.bars);
          expect(bars.length + later).to.equal(lines.length);
          for (const b of bars) {
            expect(b.fromSec).to.be.within(0, length);
            expect(b.toSec).to.be.within(b.fromSec, length);
          }
        },
      ),
    );
  });

  it("has between one and nine marks at round distances, the first at zero, for any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 86_400 }), (length) => {
        const marks = marksOf(length);
        expect(marks[0]).to.equal(0);
        expect(marks.length).to.be.within(1, 9);
        expect(marks.at(-1)).to.be.at.most(length);
      }),
    );
  });
});
