import * as path from "node:path";
import { situation } from "../../journal/situation.ts";
import { describe } from "../../model/describe.ts";
import type { Hand } from "../../model/by-hand.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { Mode, Parts } from "../../model/part.ts";
import { otherSite, siteIds, type SiteId } from "../../model/site.ts";
import { dayOf, formats, fileName, papersFor, type Format } from "../../runbook/papers.ts";
import { writeWhole } from "../../report/whole.ts";
import { UsageError } from "../failure.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";

/** Which paper is asked for. */
export interface Wish {
  readonly to?: SiteId;
  readonly mode: Mode;
  readonly format: Format;
  readonly card: boolean;
  readonly out?: string;
}

const modes: readonly Mode[] = ["planned", "unplanned"];

/** The wish that the options make, or one `UsageError` that names everything to mend. */
export function wishFrom(options: {
  readonly to?: string;
  readonly mode: string;
  readonly format: string;
  readonly card: boolean;
  readonly out?: string;
}): Wish {
  const wrong: string[] = [];
  const one = <T extends string>(flag: string, text: string, known: readonly T[]): T | undefined => {
    const found = known.find((k) => k === text);
    if (found === undefined)
      wrong.push(
        `${flag} ${JSON.stringify(text.slice(0, 80))} is not known. Write ${known.join(" or ")}.${didYouMean(text, known)}`,
      );
    return found;
  };
  const to = options.to === undefined ? undefined : one<SiteId>("--to", options.to, siteIds);
  const mode = one<Mode>("--mode", options.mode, modes);
  const format = one<Format>("--format", options.format, formats);
  if (wrong.length > 0 || mode === undefined || format === undefined) throw new UsageError(wrong.join("\n"));
  return {
    mode,
    format,
    card: options.card,
    ...(to === undefined ? {} : { to }),
    ...(options.out === undefined ? {} : { out: options.out }),
  };
}

/** Writes one paper from the estate as it is written now, and says where. Without a journal the primary site counts as active. */
export async function runbook(
  { to, mode, format, card, out }: Wish,
  { estate, journal, folder }: Project,
  { parts, hands }: { readonly parts: Parts; readonly hands: ReadonlyMap<string, Hand> },
  terminal: Terminal,
): Promise<void> {
  const recovery = describe(estate, parts);
  const entries = await journal.entries();
  const active = entries.length === 0 ? "primary" : situation(await ownJournal(journal, estate.name)).active;
  const target = to ?? otherSite(active);
  const kind = card ? "card" : mode;
  const paper = papersFor(recovery, target, parts, hands, dayOf(terminal.now())).find((p) => p.kind === kind);
  if (!paper) throw new Error(`no ${kind} is made of an estate`);
  const text = paper[format];
  if (out === "-") {
    terminal.out(text);
    return;
  }
  const file =
    out === undefined ? path.join(folder, "runbooks", fileName(target, kind, format)) : path.resolve(out);
  await writeWhole(file, text);
  terminal.out(file);
}
