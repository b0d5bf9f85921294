import type { Entry } from "../../journal/entries.ts";
import { entryText } from "../../report/entry-text.ts";
import { plain } from "../layout.ts";

/** An entry as a line: number, time in UTC, what it says, who wrote it. */
export const entryLine = (e: Entry): string =>
  `${String(e.seq).padStart(4)}  ${e.at.slice(0, 19).replace("T", " ")}Z  ${plain(entryText(e))}  [${plain(e.by)}]`;
