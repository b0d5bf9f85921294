import { entriesOf, lineOf } from "../../journal/chain.ts";
import type { Entry, Fact, Verdict } from "../../journal/entries.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import type { Phase } from "../../model/phase.ts";
import { hashOf } from "../../model/recovery.ts";
import { toyRecovery } from "./toy.ts";

/** Facts from which tests of the machinery make their journals: an estate whose primary is active, and moves of it. */
export const genesis: Fact = { kind: "genesis", estate: "toys", active: "primary" };
export const declared: Fact = { kind: "declared", factsHash: hashOf(toyRecovery()), recovery: toyRecovery() };
export const moveTo = (to: "primary" | "dr"): Fact => ({
  kind: "move declared",
  to,
  mode: "planned",
  as: "ann",
  acceptLossSec: 0,
});
export const started = (epoch: number, to: "primary" | "dr" = "dr", declaration = 2): Fact => ({
  kind: "activation started",
  epoch,
  from: to === "dr" ? "primary" : "dr",
  to,
  mode: "unplanned",
  as: "ann",
  factsHash: hashOf(toyRecovery()),
  planHash: "x",
  declaration,
  acceptLossSec: 0,
});
export const noReturn = (epoch: number): Fact => ({ kind: "no return", epoch, step: "x" });
export const completed = (epoch: number): Fact => ({ kind: "completed", epoch, owed: [], exceptions: [] });
export const abandoned = (epoch: number): Fact => ({ kind: "abandoned", epoch, as: "ann", reason: "x" });
export const held: Fact = { kind: "held", part: "data0", says: "its restore job stands" };
/** A step's word. Not critical, in the phase fence-apps, unless it says otherwise. */
export const word = (
  step: string,
  verdict: Verdict,
  more: { epoch?: number; critical?: boolean; attempt?: number; phase?: Phase } = {},
): Fact => ({
  kind: "step",
  epoch: 1,
  step,
  phase: "fence-apps",
  verdict,
  critical: false,
  says: "",
  ...more,
});

export function entriesFor(...facts: readonly Fact[]): readonly Entry[] {
  let text = "";
  for (const f of facts)
    text += `${lineOf(f, entriesOf(text), new Date("2026-11-22T10:00:00Z"), "ann@box#1")}\n`;
  return entriesOf(text);
}
/** The situation after these facts, which follow the genesis. */
export const after = (...facts: readonly Fact[]): Situation => situation(entriesFor(genesis, ...facts));
