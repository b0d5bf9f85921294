import { expect } from "chai";
import fc from "fast-check";
import { hands } from "../../components/registry/hands.ts";
import { parts } from "../../components/registry/parts.ts";
import { describe as described } from "../../model/describe.ts";
import { phases } from "../../model/phase.ts";
import { otherSite, siteIds } from "../../model/site.ts";
import { runbookMarkdown } from "../../runbook/markdown.ts";
import { flowchart } from "../../runbook/mermaid.ts";
import { runbookPage } from "../../runbook/page.ts";
import { runbookOf, type HandStep, type Runbook } from "../../runbook/runbook.ts";
import { exampleEstate } from "./example-estate.ts";

const recovery = described(exampleEstate(), parts);
/** The example's estate with so many databases beside K2's own. */
const withDatabases = (more: number): typeof recovery => ({
  ...recovery,
  parts: recovery.parts.map((p) =>
    p.kind === "sql/log-shipping"
      ? {
          ...p,
          facts: {
            ...(p.facts as object),
            databases: ["K2", ...Array.from({ length: more }, (_, i) => `Db${String(i)}`)],
          },
        }
      : p,
  ),
});
const books = siteIds.flatMap((to) =>
  (["planned", "unplanned"] as const).flatMap((mode) =>
    [1, 11].map((more) => ({
      what: `${mode} to ${to}, ${String(more + 1)} databases`,
      made: runbookOf(withDatabases(more), { from: otherSite(to), to, mode }, parts, hands),
    })),
  ),
);
const [first] = books;
if (!first) throw new Error("there is no runbook");

/** Any order of steps: each waits for any of those before it, and phases follow one another. */
const anyBook: fc.Arbitrary<Runbook> = fc
  .array(
    fc.record({
      moves: fc.boolean(),
      waits: fc.array(fc.nat(30), { maxLength: 6 }),
      what: fc.string({
        unit: fc.constantFrom(...Array.from('aÄ7 "#`\\*_<>&;:[](){}|%\n-.x')),
        maxLength: 120,
      }),
      optional: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((given) => {
    let phase = 0;
    const steps = given.map(({ moves, waits, what, optional }, i): HandStep => {
      phase = Math.min(phase + (moves ? 1 : 0), phases.length - 1);
      return {
        number: i + 1,
        id: `step/${String(i + 1)}`,
        phase: phases[phase] ?? "preflight",
        after: [...new Set(waits.filter((n) => n < i).map((n) => n + 1))].sort((a, b) => a - b),
        what,
        commands: [],
        see: "it is so",
        optional,
      };
    });
    return { ...first.made, steps };
  });

const linesOf = ({ steps }: Pick<Runbook, "steps">): readonly string[] =>
  steps.flatMap((s) => s.after.map((before) => `${String(before)} to ${String(s.number)}`)).sort();
const numbersOf = ({ steps }: Pick<Runbook, "steps">): readonly number[] => steps.map((s) => s.number);

/** The flowchart in a runbook as Markdown: its boxes with their frames and texts, and what leads to what, through circles too. */
function drawnInMarkdown(made: Runbook) {
  const chart = /^```mermaid\n([^]*?)\n```$/m.exec(runbookMarkdown(made))?.[1] ?? "";
  const boxes: { readonly number: number; readonly phase: string; readonly text: string }[] = [];
  const ways: (readonly [string, string])[] = [];
  let phase = "";
  for (const line of chart.split("\n").slice(1)) {
    const frame = /^ {2}subgraph p\d+\["(.*)"\]$/.exec(line);
    const box = /^ {4}s(\d+)\["([^"`]*)"\]$/.exec(line);
    const way = /^ {2}(.+) --> (.+)$/.exec(line);
    if (frame) phase = frame[1] ?? "";
    else if (box)
      boxes.push({
        number: Number(box[1]),
        phase,
        text: (box[2] ?? "").replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
      });
    else if (way)
      for (const from of (way[1] ?? "").split(" & "))
        for (const to of (way[2] ?? "").split(" & ")) ways.push([from, to.replace("(( ))", "")]);
    else expect(line).to.match(/^ {2}(end|classDef optional .*|class (s\d+,?)+ optional)$/);
  }
  const from = (box: string): readonly string[] =>
    ways.flatMap(([a, b]) => (b === box ? (a.startsWith("j") ? from(a) : [a]) : []));
  const lines = boxes.flatMap(({ number }) =>
    from(`s${String(number)}`).map((before) => `${before.slice(1)} to ${String(number)}`),
  );
  return { chart, boxes, lines: lines.sort() };
}

/** The drawing in a runbook's page: the numbers in its boxes, and which box each line leaves and reaches, by where they are. */
function drawnOnPage(made: Runbook) {
  const svg = /<svg[^]*<\/svg>/.exec(runbookPage(made))?.[0] ?? "";
  const boxes = [
    ...svg.matchAll(
      /<rect class="box[^"]*" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"[^]*?<text [^>]*>(\d+)<\/text>/g,
    ),
  ].map((found) => {
    const [x = 0, y = 0, width = 0, height = 0, number = 0] = found.slice(1).map(Number);
    const at = (dx: number, dy: number): string => `${String(x + dx)} ${String(y + dy)}`;
    return {
      number,
      leaves: [at(width / 2, height), at(width, height / 2)],
      reaches: [at(width / 2, 0), at(0, height / 2)],
    };
  });
  const lines = [...svg.matchAll(/<path class="edge" d="M(\S+ \S+) [^"]*?(\S+ \S+)"/g)].map(
    ([, start = "", end = ""]) => {
      const one = boxes.find((b) => b.leaves.includes(start));
      const other = boxes.find((b) => b.reaches.includes(end.replace("L", "")));
      return `${String(one?.number)} to ${String(other?.number)}`;
    },
  );
  return { numbers: boxes.map((b) => b.number), lines: lines.sort() };
}

describe("a runbook's drawing", () => {
  for (const { what, made } of books) {
    it(`has every step once, in its phase, and every line of the plan, in Markdown: ${what}`, () => {
      const { boxes, lines } = drawnInMarkdown(made);
      expect(boxes.map((b) => b.number)).to.deep.equal(numbersOf(made));
      expect(boxes.map((b) => b.phase.replace(": NO RETURN", ""))).to.deep.equal(
        made.steps.map((s) => s.phase),
      );
      expect(boxes.filter((b) => b.phase.endsWith(": NO RETURN")).map((b) => b.number)).to.include(
        made.noReturn,
      );
      expect(lines.length).to.be.greaterThan(70);
      expect(lines).to.deep.equal(linesOf(made));
    });
    it(`has every step once, and every line of the plan, as a page: ${what}`, () => {
      const { numbers, lines } = drawnOnPage(made);
      expect(numbers).to.deep.equal(numbersOf(made));
      expect(lines).to.deep.equal(linesOf(made));
    });
  }

  it("has them for any order of steps, and in Markdown their texts, short, whatever signs they hold", () => {
    fc.assert(
      fc.property(anyBook, (made) => {
        const markdown = drawnInMarkdown(made);
        expect(markdown.lines).to.deep.equal(linesOf(made));
        const page = drawnOnPage(made);
        expect(page.numbers).to.deep.equal(numbersOf(made));
        expect(page.lines).to.deep.equal(linesOf(made));
        expect(markdown.boxes.map((b) => b.text)).to.deep.equal(
          made.steps.map((s) => {
            const whole = s.what.replaceAll(/\s+/g, " ").trim();
            return `${String(s.number)} · ${whole.length > 80 ? `${whole.slice(0, 79)}…` : whole}`;
          }),
        );
      }),
    );
  });

  it("marks in Markdown what the move goes on without", () => {
    const { made } = first;
    const optional = made.steps.filter((s) => s.optional).map((s) => `s${String(s.number)}`);
    expect(optional).to.not.deep.equal([]);
    expect(flowchart(made)).to.contain(`class ${optional.join(",")} optional`);
    expect(flowchart({ steps: made.steps.map((s) => ({ ...s, optional: false })) })).to.not.contain("class");
  });

  it("is left out of Markdown where viewers would not draw it, which the runbook says", () => {
    const huge = runbookOf(withDatabases(40), first.made.request, parts, hands);
    expect(flowchart(huge)).to.equal(undefined);
    expect(runbookMarkdown(huge))
      .to.match(/^\d{3} steps are more than viewers of Markdown draw: the HTML page/m)
      .and.not.contain("```mermaid");
    expect(drawnOnPage(huge).lines).to.deep.equal(linesOf(huge));
  });
});
