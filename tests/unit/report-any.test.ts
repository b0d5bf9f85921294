import { expect } from "chai";
import fc from "fast-check";
import { play } from "../../lab/simulator/lab/play.ts";
import { schedules } from "../../lab/simulator/lab/schedule.ts";
import { onStage, prepareStage } from "../../lab/simulator/lab/stage.ts";
import { secrets } from "../../lab/simulator/lab/lab.ts";
import type { Entry, Fact } from "../../journal/entries.ts";
import type { MovingSystem } from "../../journal/terms.ts";
import { phases } from "../../model/phase.ts";
import { declarationReportOf, declarationLine, unusedDeclarations } from "../../report/declaration.ts";
import { drawnAgain, drawnFrom } from "../../report/drawn.ts";
import { reportFrom } from "../../report/from.ts";
import { renderDeclaration } from "../../report/html-declaration.ts";
import { renderHtml } from "../../report/html.ts";
import { declarationJson, reportJson } from "../../report/json.ts";
import { reportText } from "../../report/text.ts";
import { recovery, Scribe } from "./report-fixture.ts";

/** Every report of a journal, in every form. */
function allReports(entries: readonly Entry[]): readonly string[] {
  const epochs = entries.flatMap((e) => (e.kind === "activation started" ? [e.epoch] : []));
  const facts = entries.findLast((e) => e.kind === "declared");
  const now = new Date(entries.at(-1)?.at ?? 0);
  return [
    ...epochs.flatMap((epoch) => {
      const made = reportFrom(entries, epoch);
      return [renderHtml(made), reportJson(made), reportText(made).join("\n")];
    }),
    ...unusedDeclarations(entries).flatMap((e) => {
      if (facts?.kind !== "declared") return [];
      const made = declarationReportOf(entries, facts.recovery, e, now);
      return [renderDeclaration(made), declarationJson(made), declarationLine(made)];
    }),
  ];
}

const text = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  fc.constantFrom('<img src=x onerror="y">', "</main><script>alert('1')</script>", "a & b < c", "k2/open"),
);
const site = fc.constantFrom("primary" as const, "dr" as const);
const mode = fc.constantFrom("planned" as const, "unplanned" as const);
const epoch = fc.integer({ min: 1, max: 3 });
const step = fc.oneof(fc.constantFrom("web0/stop", "data0/open", "web0/approve-open", "data0/backup"), text);
const oneSystem: MovingSystem[] = [{ system: "web0", parts: ["data0", "web0"], after: [] }];
const moment = fc
  .date({ min: new Date("2026-10-24T00:00:00Z"), max: new Date("2026-11-30T00:00:00Z"), noInvalidDate: true })
  .map((d) => d.toISOString());
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const terms = {
  mode,
  as: text,
  disasterAt: optional(moment),
  acceptLossSec: fc.integer({ min: 0, max: 100_000 }),
  incident: optional(text),
  waiveFence: optional(text),
  second: optional(text),
  accepted: optional(fc.array(text, { maxLength: 2 })),
};
const database = fc.record({
  database: text,
  fromSec: fc.integer({ min: 0, max: 2_000_000_000 }),
  toSec: fc.integer({ min: 0, max: 2_000_000_000 }),
  evidence: text,
});
const seconds = fc.integer({ min: 0, max: 2_000_000_000 });

/** One fact of a kind that a report reads, in any order and of any activation. */
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ kind: fc.constant("move declared" as const), to: site, ...terms }),
  fc.record({ kind: fc.constant("withdrawn" as const), as: text, reason: optional(text) }),
  fc.record({ kind: fc.constant("held" as const), part: text, says: text }),
  fc.record({ kind: fc.constant("released" as const), part: text, says: text }),
  fc.record({
    kind: fc.constant("activation started" as const),
    epoch,
    from: site,
    to: site,
    factsHash: fc.constant("facts1"),
    planHash: text,
    declaration: fc.integer({ min: 0, max: 6 }),
    ...terms,
    systems: optional(fc.constant(oneSystem)),
    repository: optional(
      fc.oneof(
        fc.record({ unknown: text }),
        fc.record({ commit: fc.constant("0".repeat(40)), changedFiles: fc.nat(3) }),
      ),
    ),
  }),
  fc.record({
    kind: fc.constant("step" as const),
    epoch,
    step,
    phase: fc.constantFrom(...phases, "reopen", "unheard-of"),
    verdict: fc.constantFrom("started" as const, "done", "already", "waived", "skipped", "failed", "refused"),
    critical: fc.boolean(),
    says: text,
  }),
  fc.record({
    kind: fc.constant("point chosen" as const),
    epoch,
    group: fc.constantFrom("web0", "other"),
    atSec: seconds,
    to: fc.constantFrom("end" as const, "time" as const),
    lossSec: fc.integer({ min: 0, max: 100_000 }),
    databases: fc.array(database, { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("no return" as const), epoch, step }),
  fc.record({
    kind: fc.constant("completed" as const),
    epoch,
    owed: fc.array(step, { maxLength: 2 }),
    exceptions: fc.array(step, { maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("abandoned" as const),
    epoch,
    as: text,
    reason: text,
    lossSec: optional(fc.nat(9999)),
  }),
  fc.record({ kind: fc.constant("abandoning" as const), epoch, as: text, reason: text }),
  fc.record({
    kind: fc.constant("waiver" as const),
    epoch,
    as: text,
    reason: text,
    second: optional(text),
    accepted: optional(fc.array(text, { maxLength: 2 })),
  }),
  fc.record({
    kind: fc.constant("waiting" as const),
    epoch,
    step,
    for: fc.constantFrom("approval" as const, "manual step" as const),
    says: text,
    owner: optional(text),
    telephone: optional(text),
    limitSec: fc.nat(9999),
  }),
  fc.record({
    kind: fc.constant("approval" as const),
    epoch,
    step,
    verdict: fc.constantFrom("approved" as const, "declined" as const),
    as: text,
    reason: optional(text),
  }),
  fc.record({
    kind: fc.constant("worked beside" as const),
    epoch,
    site,
    found: fc.array(text, { maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("skip" as const), epoch, step, as: text, reason: text }),
  fc.record({
    kind: fc.constant("adopted" as const),
    active: site,
    epoch,
    as: text,
    reason: text,
    seen: fc.array(text, { maxLength: 1 }),
  }),
  fc.record({
    kind: fc.constant("readiness" as const),
    to: site,
    verdict: fc.constantFrom("ready" as const, "warnings", "not ready"),
    findings: fc.array(
      fc.record({
        id: text,
        severity: fc.constantFrom("stops" as const, "risk", "note"),
        at: text,
        says: text,
      }),
      { maxLength: 2 },
    ),
    noted: fc.constant({}),
  }),
);

/** Tags that a page may have; anything else in it came from a text. */
const known =
  /^(html|head|meta|title|style|body|main|p|b|h1|h2|div|i|span|section|ul|li|small|dl|dt|dd|table|thead|tbody|tr|th|td|code|svg|g|line|text|rect|footer)$/;

describe("a report of any journal", () => {
  it("is drawn without an error, whatever stands in it and in whichever order, takes no text for markup, and is drawn the same from the entries that it names", () => {
    fc.assert(
      fc.property(fc.array(fact, { minLength: 1, maxLength: 25 }), (facts) => {
        const s = new Scribe()
          .add({ kind: "genesis", estate: "<b>toys", active: "primary" })
          .add({ kind: "declared", factsHash: "facts1", recovery });
        for (const f of facts) s.add(f, 7);
        for (const made of allReports(s.entries)) {
          expect(made).not.to.match(/\bNaN\b|\bInfinity\b|Invalid DateTime/);
          if (!made.startsWith("<!doctype html>")) continue;
          for (const [, tag] of made.slice("<!doctype html>".length).matchAll(/<\/?([a-z!][a-z0-9]*)/gi))
            expect(tag).to.match(known);
          const drawn = drawnFrom(made);
          if (!drawn) continue;
          expect(s.entries[drawn.seq]?.hash).to.equal(drawn.hash);
          expect(drawnAgain(s.entries, drawn)).to.include(made);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("a report of what the simulator plays", function () {
  this.timeout(300_000);
  before(prepareStage);

  it("is drawn after each entry of a move, whatever goes wrong in it, and holds no secret", async () => {
    await fc.assert(
      fc.asyncProperty(schedules(4), async (schedule) => {
        const entries = await onStage(async (stage) => {
          await play(stage, schedule);
          return stage.journal.all;
        });
        const begins = entries.findIndex((e) => e.kind === "move declared");
        // All of it is too much for a test: the end, and what stands after any seventh entry.
        for (let end = entries.length; end > begins; end -= 7)
          for (const made of allReports(entries.slice(0, end))) {
            expect(made).not.to.match(/\bNaN\b|\bInfinity\b/);
            for (const [name, secret] of Object.entries(secrets))
              expect(made.includes(secret), `${name} in a report`).to.equal(false);
          }
      }),
      { numRuns: 3, seed: 11, endOnFailure: true },
    );
  });
});
