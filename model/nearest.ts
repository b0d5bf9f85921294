import { closest, distance } from "fastest-levenshtein";

/** `Did you mean K2DR01?` where one of the known names is close to the one that was written, else nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const best = closest(
    written.toLowerCase(),
    known.map((k) => k.toLowerCase()),
  );
  const name = known.find((k) => k.toLowerCase() === best) ?? best;
  return distance(written.toLowerCase(), best) <= Math.max(2, Math.floor(written.length / 3))
    ? ` Did you mean ${name}?`
    : "";
}
