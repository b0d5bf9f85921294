import type { Problem } from "./part.ts";
import { closest, distance } from "fastest-levenshtein";

/**
 * ` Did you mean K2DR01?` where one of the known names is close to the one that was written, else nothing. Case does not
 * count. At most a third of the letters, or two, may differ, and never all of them.
 */
export function didYouMean(written: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const best = closest(
    written.toLowerCase(),
    known.map((k) => k.toLowerCase()),
  );
  const name = known.find((k) => k.toLowerCase() === best) ?? best;
  const differ = distance(written.toLowerCase(), best);
  const most = Math.max(2, Math.floor(written.length / 3));
  return differ <= most && differ < Math.max(written.length, best.length) ? ` Did you mean ${name}?` : "";
}

/** The mistake of a word that is none of those that are known; nothing where it is one, or none was written. */
export const unknownWord = (
  at: string,
  written: string | undefined,
  known: readonly string[],
): readonly Problem[] =>
  written === undefined || known.includes(written)
    ? []
    : [{ at, says: `"${written}" is not known.${didYouMean(written, known)}`, write: known.join(" or ") }];
