/** The longest reason or name that a journal takes from the command line, in characters. */
const longest = 500;

/**
 * Why a text that a person typed cannot go into the journal; nothing when it can. Line breaks and control characters
 * would let a name or a reason look like further lines of a report or a terminal, and signs that cannot be seen would let
 * one name look like another.
 */
export function trouble(text: string): string | undefined {
  if (text.trim() === "") return "it is empty";
  if (text.length > longest)
    return `it has ${String(text.length)} characters; write at most ${String(longest)}`;
  if (/[\r\n\u2028\u2029]/.test(text)) return "it has a line break. Write it on one line";
  if (/[\p{Cc}\p{Cf}]/u.test(text))
    return "it has a control character, or another one that cannot be seen. Type it again, without copying it from elsewhere";
  return undefined;
}
