import * as path from "node:path";
import type { Entry } from "../../journal/entries.ts";
import { declarationLine, unusedDeclarations } from "../../report/declaration.ts";
import { chapterOf } from "../../report/entries.ts";
import { declarationFrom, reportFrom } from "../../report/from.ts";
import { renderDeclaration } from "../../report/html-declaration.ts";
import { renderHtml } from "../../report/html.ts";
import { declarationJson, reportJson } from "../../report/json.ts";
import { writeWhole } from "../../report/whole.ts";
import { declarationFile, reportFile } from "../../report/place.ts";
import { reportText } from "../../report/text.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** What is reported, and how. */
export interface ReportOptions {
  /** Number of an activation. */
  readonly epoch?: number;
  /** Number of the entry of a declaration that no activation used; `newest` for the last of them. */
  readonly declaration?: number | "newest";
  readonly out?: string;
  readonly json?: true;
}

/** A report, whatever of. */
interface Made {
  readonly lines: readonly string[];
  readonly page: () => string;
  readonly json: () => string;
  readonly file: string;
}

/** Writes a report and prints what it says in short and its place, or prints it as JSON. */
export async function report(
  options: ReportOptions,
  { estate, journal, folder }: Project,
  terminal: Terminal,
): Promise<void> {
  const entries = await ownJournal(journal, estate.name);
  const made = madeOf(entries, options, { folder, estate: estate.name }, terminal.now());
  if (options.json && options.out === undefined) {
    terminal.out(made.json());
    return;
  }
  const file = options.out === undefined ? made.file : path.resolve(options.out);
  await writeWhole(file, options.json ? `${made.json()}\n` : made.page());
  for (const line of made.lines) terminal.out(plain(line));
  terminal.out(file);
}

/** Without a number: the newest activation; where there is none yet, the newest declaration that came to nothing. */
function madeOf(
  entries: readonly Entry[],
  { epoch, declaration }: ReportOptions,
  at: { readonly folder: string; readonly estate: string },
  now: Date,
): Made {
  try {
    const none = epoch === undefined && chapterOf(entries) === undefined;
    if (declaration !== undefined || none) {
      const found = declarationFrom(entries, declaration === "newest" ? undefined : declaration, now);
      if (found)
        return {
          lines: [declarationLine(found)],
          page: () => renderDeclaration(found),
          json: () => declarationJson(found),
          file: declarationFile(at.folder, at.estate, found.declaration),
        };
      if (declaration !== undefined) throw new Error("the journal holds no declaration that was left unused");
    }
    const made = reportFrom(entries, epoch);
    return {
      lines: [...reportText(made), ...laterText(entries, made.epoch, epoch === undefined)],
      page: () => renderHtml(made),
      json: () => reportJson(made),
      file: reportFile(at.folder, at.estate, made.epoch),
    };
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : String(error));
  }
}

/** What was declared after the newest activation and has begun nothing: its report is another one. */
function laterText(entries: readonly Entry[], epoch: number, isNewest: boolean): readonly string[] {
  const started = chapterOf(entries, epoch)?.started;
  const later = unusedDeclarations(entries).filter((e) => started && e.seq > started.seq);
  return isNewest
    ? later.map(
        (e) =>
          `since then ${e.as} declared ${e.mode === "unplanned" ? "an" : "a"} ${e.mode} move to ${e.to}, which has begun nothing: parallel-standby report --declaration ${String(e.seq)}`,
      )
    : [];
}
