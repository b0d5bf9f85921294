import type { EntryOf } from "./entries.ts";
import type { Terms } from "./terms.ts";

type Started = EntryOf<"activation started">;

/**
 * An activation with a waiver that was given while it ran. It counts for what moves unplanned, as one of the declaration
 * does: a planned move proves its fence.
 */
export function waived(started: Started, { as, reason, second, accepted }: EntryOf<"waiver">): Started {
  const given = <T extends Pick<Terms, "mode">>(terms: T): T =>
    terms.mode === "planned"
      ? terms
      : {
          ...terms,
          waiveFence: `${reason} (${as}${second === undefined ? "" : ` and ${second}`})`,
          ...(second === undefined ? {} : { second }),
          ...(accepted === undefined ? {} : { accepted }),
        };
  const { systems } = started;
  return {
    ...given(started),
    ...(systems ? { systems: systems.map((s) => (s.terms ? { ...s, terms: given(s.terms) } : s)) } : {}),
  };
}
