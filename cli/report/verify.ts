import * as fs from "node:fs/promises";
import { drawnAgain, drawnFrom } from "../../report/drawn.ts";
import { CliError, UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Whether a page is what the journal tells: it is drawn again from the entries that it was drawn from, and compared byte by
 * byte. The chain of the journal is proven by reading it. Throws where it is not, and says what differs.
 */
export async function verifyReport(
  file: string,
  { estate, journal }: Project,
  terminal: Terminal,
): Promise<void> {
  const page = await fs.readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(`--verify ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const drawn = drawnFrom(page);
  if (!drawn)
    throw new UsageError(
      `--verify ${file} is no page of a report of an activation, as "parallel-standby report" writes it`,
    );
  const { epoch, seq, hash } = drawn;
  const entries = await ownJournal(journal, estate.name);
  const last = entries[seq];
  if (last?.hash !== hash)
    throw new CliError(
      `${file} was drawn from a journal whose entry ${String(seq)} has the hash ${hash}; ${last ? `in ${journal.store.place} it is ${last.hash}` : `the one in ${journal.store.place} has ${count(entries.length, "entry", "entries")}`}. It is a page of another journal, or it or the journal was changed: parallel-standby journal verify`,
    );
  const again = drawnAgain(entries, drawn);
  if (!again.includes(page))
    throw new CliError(
      `${file} is not what this version draws of activation ${String(epoch)} from the journal to entry ${String(seq)}, ${placeOf(page, again[0])}. It was changed after it was drawn, or another version drew it: "parallel-standby report --epoch ${String(epoch)} --out OTHER-FILE" draws it anew`,
    );
  const later = entries.length - 1 - seq;
  terminal.out(
    `${file} is what the journal tells of activation ${String(epoch)} to entry ${String(seq)}, byte by byte, and its chain holds${later > 0 ? `; ${count(later, "entry has", "entries have")} been written since` : ""}`,
  );
}

/** Where two texts part first. */
function placeOf(a: string, b: string): string {
  const lines = [a.split("\n"), b.split("\n")] as const;
  const at = lines[0].findIndex((line, i) => line !== lines[1][i]);
  const line = at < 0 ? lines[0].length : at;
  const [x = "", y = ""] = [lines[0][line], lines[1][line]];
  let column = 0;
  while (column < x.length && x[column] === y[column]) column++;
  return `from line ${String(line + 1)}, column ${String(column + 1)}`;
}
