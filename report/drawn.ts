import type { Entry } from "../journal/entries.ts";
import { reportFrom } from "./from.ts";
import { renderHtml } from "./html.ts";

/** What a report's page says of itself: which activation, and the journal's last entry that it was drawn from. */
export interface Drawn {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

/** Reads it from the page; undefined where the text is no report of an activation. */
export function drawnFrom(page: string): Drawn | undefined {
  const epoch = /<title>[^<]*: activation (\d{1,9}), /.exec(page)?.[1];
  const [, seq, hash] = /<dt>Journal at entry (\d{1,9})<\/dt>\s*<dd><code>([0-9a-f]{64})</.exec(page) ?? [];
  return epoch === undefined || seq === undefined || hash === undefined
    ? undefined
    : { epoch: Number(epoch), seq: Number(seq), hash };
}

/**
 * The page as it is drawn from the entries that it names; and as it is where the one after them, which began something
 * else, was there already: that ends what is told, and is told of.
 */
export function drawnAgain(entries: readonly Entry[], { epoch, seq }: Drawn): readonly [string, ...string[]] {
  const page = (until: number): string => renderHtml(reportFrom(entries.slice(0, until), epoch));
  return entries.length > seq + 1 ? [page(seq + 1), page(seq + 2)] : [page(seq + 1)];
}
