import * as path from "node:path";
import { renderDrill } from "../../report/html-drill.ts";
import { writeWhole } from "../../report/whole.ts";
import { drillReportOf, drillReportText } from "../../report/drill.ts";
import { CliError } from "../failure.ts";
import { ownJournal } from "../own-journal.ts";
import { mustBeNumber } from "./number.ts";
import { plain } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** Prints what a drill tried, what was seen, and whether anything of it is left; with `out` as a page of its own, too. */
export async function drillReport(
  { drill: number, json, out }: { readonly drill?: string; readonly json?: true; readonly out?: string },
  { estate, journal }: Project,
  terminal: Terminal,
): Promise<void> {
  if (number !== undefined) mustBeNumber(number);
  const entries = await ownJournal(journal, estate.name);
  const report = drillReportOf(entries, number === undefined ? undefined : Number(number));
  if (!report)
    throw new CliError(
      number === undefined
        ? 'the journal has no drill. Declare one with "parallel-standby drill declare"'
        : `the journal has no drill ${number}`,
    );
  const file = out === undefined ? undefined : path.resolve(out);
  const data = JSON.stringify(report, undefined, 2);
  if (file !== undefined) await writeWhole(file, json ? `${data}\n` : renderDrill(report));
  terminal.out(
    json && file === undefined
      ? data
      : drillReportText(report)
          .split("\n")
          .map((line) => plain(line))
          .join("\n"),
  );
  if (file !== undefined) terminal.out(file);
}
