/** The end of a verb's help: examples, and what its exit codes mean. */
export const examples = (
  lines: readonly string[],
  moreCodes: Readonly<Record<number, string>> = {},
): string => {
  const codes: Readonly<Record<number, string>> = {
    0: "done",
    1: "something is wrong or missing; the last sentence says what",
    2: "wrong usage; nothing was done",
    ...moreCodes,
  };
  return [
    "",
    lines.length === 1 ? "Example:" : "Examples:",
    ...lines.map((line) => `  ${line}`),
    "",
    "Exit codes:",
    ...Object.entries(codes).map(([code, says]) => `  ${code}  ${says}`),
  ].join("\n");
};
