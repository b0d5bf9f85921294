import { drillOf, nextDrill } from "../../journal/drills.ts";
import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { drillBegun, drillDeclared, drillStarted, type DrillRig } from "./drill-toy.ts";

export const direction = { from: "primary", to: "dr" } as const;
/** A drill that has begun. */
export const open = [...drillBegun, drillDeclared(), drillStarted()];
export const move: Fact = { kind: "move declared", to: "dr", mode: "planned", as: "ann", acceptLossSec: 0 };
/** The move that was declared by that entry has begun. */
export const moving = (declaration: number): Fact => ({
  kind: "activation started",
  epoch: 1,
  ...direction,
  mode: "planned",
  as: "ann",
  factsHash: "f",
  planHash: "p",
  declaration,
  acceptLossSec: 0,
});
/** The kinds of the journal's entries about drills. */
export const kinds = async (rig: DrillRig): Promise<readonly string[]> =>
  (await rig.journal.entries()).map((e) => e.kind).filter((k) => k.startsWith("drill"));
/** What a drill that is asked for now would do. */
export const next = async (rig: DrillRig, now = new Date()): Promise<ReturnType<typeof nextDrill>> => {
  const entries = await rig.journal.entries();
  return nextDrill(situation(entries), drillOf(entries), now);
};
