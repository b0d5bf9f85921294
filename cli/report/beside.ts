import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { declarationFrom } from "../../report/from.ts";
import { renderDeclaration } from "../../report/html-declaration.ts";
import { keepReport } from "../../report/keep.ts";
import { declarationFile } from "../../report/place.ts";
import { writeWhole } from "../../report/whole.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Does work that may end a move, or settle what it owes, however it ends itself, and then keeps the report of what it has written to the journal:
 * nothing where it wrote nothing. A report that can't be written is said and changes nothing.
 */
export async function withReport(
  { journal, folder, estate }: Project,
  terminal: Terminal,
  work: () => Promise<void>,
): Promise<void> {
  const before = await journal.entries().then(
    (all) => all.length,
    () => undefined,
  );
  try {
    await work();
  } finally {
    if (before !== undefined)
      try {
        for (const file of await keep(before)) terminal.note(`report: ${file}`);
      } catch (error) {
        terminal.note(`no report is written: ${error instanceof Error ? error.message : String(error)}`);
      }
  }

  async function keep(from: number): Promise<readonly string[]> {
    const entries = await journal.entries();
    const written = entries.slice(from);
    const epochs = new Set(written.flatMap(epochOf));
    const files: string[] = [];
    for (const epoch of epochs) {
      const file = await keepReport(journal, folder, epoch);
      if (file !== undefined) files.push(file);
    }
    // A change of the mode is withdrawn, too, and then no declaration is.
    const at = entries.findLastIndex((e) => e.kind === "withdrawn");
    const taken = at < from ? undefined : situation(entries.slice(0, at)).declaration;
    const withdrawn = taken && declarationFrom(entries, taken.seq, terminal.now());
    if (withdrawn) {
      const file = declarationFile(folder, estate.name, withdrawn.declaration);
      await writeWhole(file, renderDeclaration(withdrawn));
      files.push(file);
    }
    return files;
  }
}

/** The activation that an entry tells of, where it does. */
const epochOf = (e: Entry): readonly number[] =>
  (e.kind === "step" ||
    e.kind === "activation started" ||
    e.kind === "completed" ||
    e.kind === "re-protected" ||
    e.kind === "abandoning" ||
    e.kind === "abandoned" ||
    e.kind === "worked beside") &&
  e.epoch !== undefined
    ? [e.epoch]
    : [];
