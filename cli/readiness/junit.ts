import { html as xml } from "htm/preact";
import { Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Finding } from "../../model/finding.ts";
import { plain } from "../../model/plain.ts";
import type { Readiness } from "../../readiness/readiness.ts";

/**
 * A look at readiness as a JUnit report, for systems that draw test results over time. What stops a move has failed; a
 * risk or a note counts as skipped, which they show without calling the whole broken.
 */
export function junitText(r: Readiness): string {
  const wells = r.asked.filter((a) => a.isWell);
  const failures = r.findings.filter((f) => f.severity === "stops").length;
  const suite = xml`<testsuite
    name=${`readiness for ${r.to}`}
    tests=${String(wells.length + r.findings.length)}
    failures=${String(failures)}
    skipped=${String(r.findings.length - failures)}
    errors="0"
    time=${r.tookSec.toFixed(3)}
  >${r.findings.map(caseOf)}${wells.map(({ id, at }) => xml`<testcase name=${id} classname=${at} />`)}</testsuite>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderToString(h(Fragment, null, suite))}\n`;
}

function caseOf({ id, at, severity, says, todo }: Finding): unknown {
  const message = plain(`${says}. ${todo}`);
  return xml`<testcase name=${plain(id)} classname=${plain(at)}>${
    severity === "stops"
      ? xml`<failure type=${severity} message=${message} />`
      : xml`<skipped message=${`${severity}: ${message}`} />`
  }</testcase>`;
}
