import type { Hand } from "../model/by-hand.ts";
import type { Mode, Parts } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { otherSite, type SiteId } from "../model/site.ts";
import { byPeople, cardMarkdown, cardOf, cardPage } from "./card.ts";
import { runbookMarkdown } from "./markdown.ts";
import { runbookPage } from "./page.ts";
import { runbookOf } from "./runbook.ts";
import { markOf } from "./texts.ts";

/** How a paper is written. */
export type Format = "html" | "md";
/** Both, the one to print first. */
export const formats: readonly Format[] = ["html", "md"];

/** One paper for one direction, in both formats. */
export interface Paper {
  readonly kind: Mode | "card";
  readonly html: string;
  readonly md: string;
  /** What it is of: facts and plan. */
  readonly mark: string;
}

/** The name of a paper's file: `dr-unplanned.html`, `dr-card.md`. */
export const fileName = (to: SiteId, kind: Paper["kind"], format: Format): string =>
  `${to}-${kind}.${format}`;

/** All papers for a move to a site: both runbooks, and the card. `written`: the day that stands on them, UTC, as YYYY-MM-DD. */
export function papersFor(
  recovery: Recovery,
  to: SiteId,
  parts: Parts,
  hands: ReadonlyMap<string, Hand>,
  written?: string,
): readonly Paper[] {
  const books = (["unplanned", "planned"] as const).map((mode) => ({
    mode,
    book: runbookOf(recovery, { from: otherSite(to), to, mode }, parts, hands),
  }));
  const [first] = books;
  const mark = first ? markOf(first.book, written) : "";
  const blocks = cardOf(recovery, to, first ? byPeople(first.book) : [], timeToDecideMin(recovery, parts));
  return [
    ...books.map(({ mode, book }) => ({
      kind: mode,
      html: runbookPage(book, written),
      md: runbookMarkdown(book, written),
      mark: markOf(book, written),
    })),
    {
      kind: "card" as const,
      html: cardPage(recovery, to, blocks, mark),
      md: cardMarkdown(recovery, to, blocks, mark),
      mark,
    },
  ];
}

/** The shortest of all parts: how long after a disaster the standby still stands before the point by itself. */
export function timeToDecideMin(recovery: Pick<Recovery, "parts">, parts: Parts): number | undefined {
  const times = recovery.parts.flatMap(({ kind, facts }) => {
    const part = parts[kind];
    return part && "timeToDecideMin" in part ? [part.timeToDecideMin(facts)] : [];
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** The day that stands on a paper. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10);
