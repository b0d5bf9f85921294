import type { Entry } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { UsageError } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { entryLine } from "./text.ts";

/** Prints the entries of the journal. Throws where there are none. */
export async function show(
  options: { readonly json?: true; readonly since?: string; readonly steps?: true },
  { journal }: Project,
  terminal: Terminal,
): Promise<void> {
  const since = options.since ?? "0";
  if (!/^\d{1,9}$/.test(since))
    throw new UsageError(`--since ${JSON.stringify(since)} is not the number of an entry. Write 0, 1, 2 …`);
  const all = await journal.entries();
  situation(all);
  const entries = all.filter((e) => e.seq >= Number(since));
  if (options.json) {
    for (const e of entries) terminal.out(JSON.stringify(e));
    return;
  }
  const shown = entries.filter((e) => options.steps === true || !isStep(e));
  for (const e of shown) terminal.out(entryLine(e));
  const hidden = entries.length - shown.length;
  if (hidden > 0)
    terminal.note(`not shown: ${count(hidden, "entry", "entries")} of single steps; --steps shows them`);
}

/** An entry of a single step. One that failed outside of an activation is shown always: nothing else tells of it. */
const isStep = (e: Entry): boolean => e.kind === "step" && !(e.epoch === undefined && e.verdict === "failed");
