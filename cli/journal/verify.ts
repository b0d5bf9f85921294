import * as path from "node:path";
import { entriesOf } from "../../journal/chain.ts";
import type { Entry } from "../../journal/entries.ts";
import { folderStore } from "../../journal/folder-store.ts";
import { mirrorAnew, restoring } from "../../journal/put-back.ts";
import { CliError } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { compared } from "./compare.ts";

/** A copy of a journal as it was read: its entries, or why there are none. */
type Read = { readonly entries: readonly Entry[] } | { readonly broken: string };

/** Proves journal and mirror. Throws where either is broken or they differ. */
export async function verify({ root, estate, journal }: Project, terminal: Terminal): Promise<void> {
  const { mirror } = estate.journal;
  // Each for itself: the project's own store does not read a journal that its mirror contradicts.
  const { raw } = journal.store;
  const own = await read(async () => (await raw()).own);
  terminal.out(line("journal", journal.store.place, own));
  if (mirror === undefined) {
    terminal.note("no mirror is set. Write journal: { …, mirror } in estate.ts: one disk can fail");
    if ("broken" in own) throw new CliError("the journal does not hold");
    return;
  }
  const place = path.resolve(root, mirror);
  const copy = await read(() => folderStore(place, undefined, (l) => terminal.note(l)).read());
  terminal.out(line("mirror", place, copy));
  if ("broken" in own || "broken" in copy)
    throw new CliError(
      "broken" in own && !("broken" in copy)
        ? `the mirror holds, the journal does not: put the mirror's back ${restoring(place)}`
        : "broken" in own
          ? "neither holds: restore a backup of the journal"
          : `the journal holds, the mirror does not: ${mirrorAnew(place)}`,
    );
  const { same, says } = compared(own.entries, copy.entries, place);
  if (!same) throw new CliError(says);
  terminal.out(says);
}

async function read(text: () => Promise<string>): Promise<Read> {
  try {
    return { entries: entriesOf(await text()) };
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

const line = (what: string, place: string, found: Read): string =>
  "broken" in found
    ? `${what}: ${place}: BROKEN: ${found.broken}`
    : found.entries.length === 0
      ? `${what}: ${place}: empty`
      : `${what}: ${place}: the chain of ${count(found.entries.length, "entry", "entries")} holds, head ${found.entries.at(-1)?.hash.slice(0, 16) ?? ""}`;
