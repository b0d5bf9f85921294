import { follows, type Phase } from "../model/phase.ts";
import type { Draft } from "../model/verb.ts";
import type { MayFail } from "./optional.ts";

/** A draft that ends a phase. */
export interface End {
  readonly draft: Draft;
  /** Its failure stops nothing: it is waited for, and no safety edge leads on from it. */
  readonly mayFail: boolean;
}

type ByPhase = ReadonlyMap<Phase, readonly Draft[]>;

/** What the nearest phases with steps end with that a phase follows. */
export const endsBefore = (phase: Phase, drafts: ByPhase, mayFail: MayFail): readonly End[] =>
  once(follows[phase].flatMap((before) => endsOf(before, drafts, mayFail)));

/**
 * What a phase ends with. Where the last of it may fail, what has to succeed before that counts as well, in this phase
 * or the nearest before it: else a safety edge would lead on from nothing.
 */
export function endsOf(phase: Phase, drafts: ByPhase, mayFail: MayFail): readonly End[] {
  const own = drafts.get(phase) ?? [];
  const firm = own.filter((d) => !mayFail(phase, d));
  const loose = own.filter((d) => mayFail(phase, d));
  return once([
    ...lastOf(firm).map((draft) => ({ draft, mayFail: false })),
    ...lastOf(loose).map((draft) => ({ draft, mayFail: true })),
    ...(firm.length === 0 ? endsBefore(phase, drafts, mayFail) : []),
  ]);
}

/** Drafts that none of the others waits for. */
const lastOf = (drafts: readonly Draft[]): readonly Draft[] =>
  drafts.filter((d) => !drafts.some((e) => e.needs.some((n) => n.id === d.id)));

const once = (ends: readonly End[]): readonly End[] => [
  ...new Map(ends.map((e) => [e.draft.id, e])).values(),
];
