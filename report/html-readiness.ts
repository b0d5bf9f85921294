import type { VNode } from "preact";
import { html } from "htm/preact";
import { clockTime, moment } from "../model/time.ts";
import type { ReadinessAround, ReadinessSeen } from "./readiness.ts";

/** What was known before, and what was seen first afterwards. `ended`: the move is over, so a look could have run since. */
export const readinessSection = (
  { before, after }: ReadinessAround,
  ended: boolean,
  timeZone: string,
): VNode =>
  html`<h2>Findings before and after</h2>
    ${
      before
        ? seen("Before it was declared", before, timeZone)
        : html`<p>Before it was declared: readiness had not run for a move to that site.</p>`
    }
    ${
      after
        ? seen("After it had ended", after, timeZone)
        : html`<p>
            ${
              ended
                ? `After it had ended: READINESS HAS NOT RUN SINCE. Run "parallel-standby readiness".`
                : "After it has ended: readiness is told of an estate at rest."
            }
          </p>`
    }`;

const seen = (title: string, r: ReadinessSeen, timeZone: string): VNode =>
  html`<p>${`${title}: ${readinessLine(r, timeZone)}`}</p>
    ${
      r.findings.length === 0
        ? null
        : html`<ul class="findings">
            ${r.findings.map(
              (f) => html`<li><b class=${`s-${f.severity}`}>${f.severity}</b>${` ${f.at}: ${f.says}`}</li>`,
            )}
          </ul>`
    }`;

/** What a look found, in a line without its findings. */
export const readinessLine = (r: ReadinessSeen, timeZone: string): string =>
  [
    `${r.verdict} for a move to ${r.to}, ${moment(r.atSec, timeZone)}`,
    ...(r.lossSec === undefined ? [] : [`${clockTime(r.lossSec)} of data would have been lost then`]),
    ...(r.predictedSec === undefined ? [] : [`a move was expected to take ${clockTime(r.predictedSec)}`]),
    r.findings.length === 0 ? "nothing found" : `${String(r.findings.length)} found`,
  ].join("; ");
