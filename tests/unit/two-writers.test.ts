import { expect } from "chai";
import { statusOf } from "../../cli/status/status.ts";
import { nextSteps, statusText } from "../../cli/status/text.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { renderHtml } from "../../report/html.ts";
import { reportText } from "../../report/text.ts";
import { verdictText } from "../../stacks/completed-text.ts";
import { begunActivation, completed, reported, type Scribe } from "./report-fixture.ts";

const beside = (...found: readonly string[]): Fact => ({
  kind: "worked beside",
  epoch: 1,
  site: "primary",
  found: [...found],
});
const saved: Fact = { kind: "re-protected", epoch: 1, site: "primary", as: "ann", saved: [] };

/** A move that opened dr at 05:46:03 UTC and completed; the old site came back two hours later. */
const over = (): Scribe =>
  begunActivation()
    .add({ kind: "no return", epoch: 1, step: "data0/open/db0-0" })
    .add(completed)
    .add(beside("K2 Server on P is running"), 7200)
    .add(beside("K2 Server on P is running", "db of P is ONLINE"), 300);
const says =
  /primary \(London\) worked beside the new site \(K2 Server on P is running; db of P is ONLINE\): workflows and mails may have run twice, and what it wrote since the cutover is in no figure; it was seen 2026-11-22 07:46:03 .*, and both could write since 2026-11-22 05:46:03 /i;
const todo = /look for what ran twice.*"parallel-standby reprotect" saves it before/;

const status = (s: Scribe) =>
  statusOf(s.entries, { now: new Date("2026-11-22T09:00:00Z"), place: "/j", leases: [] });
const verdict = ({ entries }: Scribe): string => verdictText(situation(entries), 1, entries) ?? "";

describe("an old site that worked beside the new one", () => {
  it("is told in the status, with what to do, and since when both could write", () => {
    expect(statusText(status(over()), "linux"))
      .to.match(says)
      .and.to.match(/^TWO WRITERS /m);
    expect(nextSteps(status(over()), "linux").join("\n")).to.match(todo);
    expect(status(over()).twoWriters).to.deep.equal({
      site: "primary",
      place: "London",
      found: ["K2 Server on P is running", "db of P is ONLINE"],
      seenAt: "2026-11-22T07:46:03.000Z",
      openSince: "2026-11-22T05:46:03.000Z",
    });
  });

  it("is told at the end of a run", () => {
    expect(verdict(over())).to.match(says).and.to.match(todo);
  });

  it("is told in the report: first of what is red, on the page and in text", () => {
    const r = reported(over());
    expect(reportText(r).join("\n")).to.match(says).and.to.match(todo).and.to.contain("! TWO WRITERS: ");
    const page = renderHtml(r);
    expect(page).to.match(says).and.to.contain("<h2>Two writers</h2>");
  });

  it("is told by the site's name alone in a report where its place is called that, too", () => {
    const r = reported(over());
    const bare = { ...r, from: { ...r.from, place: "primary" }, guardsUntilSec: 0 };
    for (const text of [reportText(bare).join("\n"), renderHtml(bare)])
      expect(text)
        .to.match(/primary worked beside the new site/i)
        .and.to.match(/guards at primary may start services/i);
  });

  it("is over for status and runs once what it held is saved; the report keeps it", () => {
    const after = over().add(saved, 60);
    expect(status(after).twoWriters).to.equal(undefined);
    expect(verdict(after)).not.to.contain("TWO WRITERS");
    expect(reportText(reported(after)).join("\n"))
      .to.match(says)
      .and.to.contain("what it alone held was saved before it was overwritten");
  });

  it("is told of no move where nobody saw it, nor of the next one", () => {
    const quiet = begunActivation().add(completed);
    expect(status(quiet).twoWriters).to.equal(undefined);
    expect(reportText(reported(quiet)).join("\n")).not.to.contain("TWO WRITERS");
    expect(verdict(quiet)).not.to.contain("TWO WRITERS");
    const next = over().add({
      ...{ kind: "activation started", epoch: 2, from: "dr", to: "primary", mode: "planned", as: "ann" },
      ...{ acceptLossSec: 0, factsHash: "facts1", planHash: "plan2", declaration: 99 },
    });
    expect(status(next).twoWriters).to.equal(undefined);
  });
});
