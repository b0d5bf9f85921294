import type { Entry } from "../journal/entries.ts";
import type { JournalReader } from "../journal/journal.ts";
import { chapterOf } from "./entries.ts";
import { reportFrom } from "./from.ts";
import { renderHtml } from "./html.ts";
import { reportFile } from "./place.ts";
import { writeWhole } from "./whole.ts";

/** How often a report is drawn again because more has ended meanwhile. */
const mostTries = 3;

/**
 * Draws the report of an activation and keeps it beside the journal; gives its file, or undefined where the journal knows no
 * such activation. Steps that end side by side each
 * draw it: whoever is slower must not leave an older one behind.
 */
export async function keepReport(
  journal: JournalReader,
  folder: string,
  epoch: number,
): Promise<string | undefined> {
  let entries = await journal.entries();
  if (!chapterOf(entries, epoch)) return undefined;
  for (let tries = 1; ; tries++) {
    const made = reportFrom(entries, epoch);
    const file = reportFile(folder, made.estate, epoch);
    await writeWhole(file, renderHtml(made));
    const now = await journal.entries();
    if (tries >= mostTries || !now.slice(entries.length).some((e) => ends(e, epoch))) return file;
    entries = now;
  }
}

/** Entries after which a report that was drawn before is out of date. */
const ends = (e: Entry, epoch: number): boolean =>
  (e.kind === "step" && e.epoch === epoch && e.critical && e.verdict === "failed") ||
  ((e.kind === "completed" || e.kind === "abandoned" || e.kind === "system completed") && e.epoch === epoch);
