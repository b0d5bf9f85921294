import type { Entry, Fact } from "../../journal/entries.ts";

/** Entries a second apart from a moment on. */
export const dated = (facts: readonly (Fact & { readonly afterSec?: number })[]): readonly Entry[] => {
  let at = Date.UTC(2026, 10, 22, 3);
  return facts.map(({ afterSec = 1, ...fact }, seq) => {
    at += afterSec * 1000;
    return {
      ...fact,
      seq,
      prev: "",
      at: new Date(at).toISOString(),
      by: "t",
      hash: `h${String(seq)}`,
    };
  });
};
