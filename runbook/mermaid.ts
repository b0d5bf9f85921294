import { chaptersOf, type HandStep, type Runbook } from "./runbook.ts";

/** What viewers of Mermaid draw, unless they were set up otherwise: `maxEdges` and `maxTextSize` of its configuration. */
const most = { lines: 500, characters: 50_000 };
/** So much of what a step is stands in its box; all of it stands in its chapter. Characters. */
const boxCharacters = 80;

/**
 * The order of the steps as a Mermaid flowchart, in text: a box a step in the frame of its phase, a line from each to what
 * waits for it. Where several wait for the same several, all lines lead through one circle, so that an estate with many
 * databases can still be read. Undefined where it would be more than viewers draw.
 */
export function flowchart({ steps, noReturn }: Pick<Runbook, "steps" | "noReturn">): string | undefined {
  const { lines, count } = linesOf(steps);
  const optional = steps.filter((s) => s.optional).map(boxOf);
  const text = [
    "flowchart TB",
    ...chaptersOf({ steps }).flatMap((chapter, i) => [
      `  subgraph p${String(i + 1)}["${chapter.phase}${chapter.steps.some((s) => s.number === noReturn) ? ": NO RETURN" : ""}"]`,
      ...chapter.steps.map((s) => `    ${boxOf(s)}["${String(s.number)} · ${label(s.what)}"]`),
      "  end",
    ]),
    ...lines.map((line) => `  ${line}`),
    ...(optional.length > 0
      ? ["  classDef optional stroke-dasharray:3 2", `  class ${optional.join(",")} optional`]
      : []),
  ].join("\n");
  return count > most.lines || text.length > most.characters ? undefined : text;
}

const boxOf = ({ number }: Pick<HandStep, "number">): string => `s${String(number)}`;

/** Which leads to which, those that wait for the same together. */
function linesOf(steps: readonly HandStep[]): { readonly lines: readonly string[]; readonly count: number } {
  const groups = [...Map.groupBy(steps, (s) => s.after.join()).values()];
  const waiting = groups.flatMap((group) => {
    const before = (group[0]?.after ?? []).map((number) => boxOf({ number }));
    return before.length === 0 ? [] : [{ before, after: group.map(boxOf) }];
  });
  const drawn = waiting.map(({ before, after }, i) => {
    const [from, to] = [before.join(" & "), after.join(" & ")];
    const [straight, joined] = [before.length * after.length, before.length + after.length];
    const joint = `j${String(i + 1)}`;
    return straight > joined
      ? { lines: [`${from} --> ${joint}(( ))`, `${joint} --> ${to}`], count: joined }
      : { lines: [`${from} --> ${to}`], count: straight };
  });
  return { lines: drawn.flatMap((d) => d.lines), count: drawn.reduce((sum, d) => sum + d.count, 0) };
}

/** What a step is, short, and without a sign that Mermaid, or Markdown in its boxes, reads as its own: those become entity codes. */
function label(what: string): string {
  const signs = Array.from(what.replaceAll(/\s+/g, " ").trim());
  const short = signs.length > boxCharacters ? [...signs.slice(0, boxCharacters - 1), "…"] : signs;
  return short.map((sign) => (/[\p{L}\p{N} .,:;()'/…·-]/u.test(sign) ? sign : entity(sign))).join("");
}

const entity = (sign: string): string => `#${String(sign.codePointAt(0))};`;
