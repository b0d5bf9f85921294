import * as fs from "node:fs";
import * as path from "node:path";

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, "../..");

/** A fenced block of a page, also of an item of a list: without the indentation that it has there. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the page on which it begins. */
  readonly line: number;
}

/** A page that owners read. */
export interface Page {
  /** From the root: `docs/k2.md`. */
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Code in running text. */
  readonly spans: readonly string[];
  readonly links: readonly string[];
  /** Headings as links name them. */
  readonly anchors: ReadonlySet<string>;
}

/** README.md and the pages of docs/, without those that are for developers. */
export const pages: readonly Page[] = [
  "README.md",
  ...fs
    .readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md") && name !== "decisions.md")
    .toSorted()
    .map((name) => `docs/${name}`),
].map(pageOf);

/** A page by its name. */
export function pageOf(name: string): Page {
  const text = fs.readFileSync(path.join(root, name), "utf8");
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { indent: string; language: string; lines: string[]; line: number } | undefined;
  for (const [i, line] of text.split("\n").entries()) {
    const fence = /^( *)```(\w*)$/.exec(line);
    if (fence && open) {
      blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    } else if (fence) open = { indent: fence[1] ?? "", language: fence[2] ?? "", lines: [], line: i + 2 };
    else if (open) open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    else prose.push(line);
  }
  const running = prose.join("\n");
  return {
    name,
    text,
    blocks,
    spans: [...running.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? ""),
    links: [...running.replaceAll(/`[^`\n]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link]) => link ?? "",
    ),
    anchors: new Set([...running.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchorOf(title ?? ""))),
  };
}

/** A heading as GitHub names it in links. */
function anchorOf(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** What a page tells people to type: lines of its blocks for a shell, and code in its text. */
export const typed = ({ blocks, spans }: Page): readonly string[] => [
  ...blocks
    .filter((b) => ["sh", "powershell", "bat"].includes(b.language))
    .flatMap((b) => b.text.split("\n")),
  ...spans,
];

/** The words of a command line; what stands in quotes is one word. */
export const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );

/** The arguments of every call of a program in a line: `npx --no parallel-standby status; parallel-standby doctor # …`. */
export function callsOf(program: string, line: string): readonly (readonly string[])[] {
  return line
    .replace(/\s#\s.*$/, "")
    .split(/\s*(?:;|&&|\|)\s*/)
    .flatMap((command) => {
      const words = wordsOf(command.replace(/^(?:\w+=\S* )+/, "").replace(/^npx(?:\.cmd)? --no /, ""));
      return words[0] === program ? [words.slice(1)] : [];
    });
}
