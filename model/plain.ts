/**
 * Text that came from elsewhere, fit for a terminal: control characters, with which a server could move the cursor or
 * rewrite what stands above, become a visible sign; line breaks become ` · `.
 */
export const plain = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n]+\s*/g, " · ")
    .replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, "\u{FFFD}");
