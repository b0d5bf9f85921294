import * as path from "node:path";
import { asTyped } from "./people.ts";

/**
 * What is typed so that the copy in a folder takes the place of the journal, wherever that is, and of its mirror: it proves
 * the copy first, keeps what is there and writes who did it. Follows "put … back" in a sentence.
 */
export const restoring = (folder: string): string =>
  `(parallel-standby journal restore --from ${asTyped(folder)} --as YOUR-NAME --reason WHY)`;

/** How a mirror that is broken, or tells a wrong history, comes to hold what the journal holds, wherever that is. Part of a sentence. */
export const mirrorAnew = (mirror: string): string =>
  `rename ${path.join(mirror, "journal.jsonl")}, and the next entry writes it anew`;

/** The beginning of what is typed to give up what is lost of a journal; what is lost follows, by name. */
export const breakingGlass = "parallel-standby journal break-glass --active SITE --as YOUR-NAME --reason WHY";
