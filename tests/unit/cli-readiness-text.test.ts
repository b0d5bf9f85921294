import { expect } from "chai";
import { junitText } from "../../cli/readiness/junit.ts";
import { risk, stops } from "../../model/finding.ts";
import type { Readiness } from "../../readiness/readiness.ts";
import { readinessText } from "../../readiness/text.ts";
import { holdingRecovery } from "./cli-fixture.ts";

const result = (more: Partial<Readiness> = {}): Readiness => ({
  from: "primary",
  to: "dr",
  verdict: "ready",
  findings: [],
  loss: [],
  predicted: { totalSec: 90, steps: ["a", "b"], known: 0, of: 2 },
  asked: [{ id: "login:data", at: "data", isWell: true, isAnswered: true }],
  noted: {},
  tookSec: 1.25,
  ...more,
});

describe("readiness", () => {
  it("is a JUnit report: what stops a move fails, a risk is skipped, what was asked and is well passes", () => {
    const text = junitText(
      result({
        verdict: "not ready",
        findings: [
          stops("SQLDR01", `lacks <rights> & "more"`, "grant them", "rights:SQLDR01"),
          risk("k2", "late", "wait", "late:k2"),
        ],
      }),
    );
    expect(text).to.match(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuite /);
    expect(text).to.match(/tests="3" failures="1" skipped="1" errors="0" time="1.250"/);
    expect(text).to.contain('<testcase name="rights:SQLDR01" classname="SQLDR01"><failure type="stops"');
    expect(text).to.contain("lacks &lt;rights");
    expect(text).to.contain("&amp; &quot;more&quot;. grant them");
    expect(text).to.match(/<testcase name="login:data" classname="data"><\/testcase>/);
  });

  it("says until when a point can be had, and that nothing passes it by while restores are held", () => {
    const loss = { group: "k2", lossSec: 7200, pointSec: 1_800_000_000 };
    const say = (more: object) => readinessText(result({ loss: [{ ...loss, ...more }] }), holdingRecovery());
    expect(say({ untilSec: 1_800_003_600 })).to.contain(
      'the point would be 2027-01-15 08:00:00 UTC, and it can be had until 2027-01-15 09:00:00 UTC, unless "declare" holds the restores before',
    );
    expect(say({})).to.contain("restoring stands still, so nothing passes it by");
    expect(
      readinessText(result({ loss: [{ group: "k2", refused: "no log" }] }), holdingRecovery()),
    ).to.contain("NO POINT as things stand: no log");
  });
});
