import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Entry, Fact, Verdict } from "../../journal/entries.ts";
import { reportOf, type Report } from "../../report/report.ts";
import { toyRecovery } from "./toy.ts";

/** Writes a journal with a clock of its own. */
export class Scribe {
  #text = "";
  #ms: number;
  constructor(start = "2026-11-22T05:40:00Z") {
    this.#ms = Date.parse(start);
  }
  /** Adds a fact so many seconds after the one before. */
  add(fact: Fact, afterSec = 0): this {
    this.#ms += afterSec * 1000;
    this.#text += `${lineOf(fact, this.entries, new Date(this.#ms), "op@runner#1")}\n`;
    return this;
  }
  /** A step that begins now and ends after so many seconds. */
  step(
    step: string,
    phase: string,
    sec: number,
    verdict: Verdict = "done",
    says = "it is so",
    critical = true,
  ): this {
    const base = { kind: "step", epoch: 1, step, phase, critical } as const;
    return this.add({ ...base, verdict: "started", says: "" }).add({ ...base, verdict, says }, sec);
  }
  get entries(): readonly Entry[] {
    return entriesOf(this.#text);
  }
}

export const recovery = toyRecovery();
/** What its report says. */
export const reported = (s: Scribe): Report => reportOf(s.entries, recovery);
export const move = {
  to: "dr",
  mode: "unplanned",
  as: "R. Okafor",
  disasterAt: "2026-11-22T03:10:00Z",
  acceptLossSec: 14_400,
  incident: "INC-77",
} as const;

/** A journal up to the start of activation 1. */
export const begunActivation = (
  more: {
    readonly waiveFence?: string;
    readonly mode?: "planned";
    readonly incident?: string;
    readonly as?: string;
  } = {},
): Scribe => {
  const { disasterAt, ...common } = { ...move, ...more };
  const asked = { ...common, ...(more.mode === "planned" ? {} : { disasterAt }) };
  return new Scribe()
    .add({ kind: "genesis", estate: "toys", active: "primary" })
    .add({ kind: "declared", factsHash: "facts1", recovery })
    .add({ kind: "move declared", ...asked }, 60)
    .add({ kind: "held", part: "data0", says: "restore jobs stopped" }, 3)
    .add(
      {
        kind: "activation started",
        epoch: 1,
        from: "primary",
        factsHash: "facts1",
        planHash: "plan1",
        declaration: 2,
        ...asked,
      },
      300,
    );
};

/** The point of one group. */
export const point = (lossSec: number, to: "end" | "time" = "time"): Fact => ({
  kind: "point chosen",
  epoch: 1,
  group: "web0",
  atSec: Date.parse("2026-11-22T03:10:00Z") / 1000 - lossSec,
  to,
  lossSec,
  databases: [
    { database: "db0-0", fromSec: 1_795_000_000, toSec: 1_795_300_000, evidence: "db0-0_0040.trn" },
  ],
});
export const completed: Fact = { kind: "completed", epoch: 1, owed: [], exceptions: [] };
