import { termsIn, type Terms } from "../../journal/terms.ts";
import { declarationFrom, type DeclareOptions } from "../declare/request.ts";
import { trouble } from "../declare/words.ts";
import { UsageError } from "../failure.ts";

/** The options of `mode`, as they were typed. */
export interface ModeOptions extends Omit<DeclareOptions, "to" | "mode"> {
  readonly system?: string;
  readonly reason?: string;
}

/** What is asked for: the new terms, for one system or for all that can still change. */
export interface ModeChange {
  readonly system?: string;
  readonly reason: string;
  readonly terms: Terms;
}

/** The change that the options make, or one `UsageError` that names everything to mend. */
export function changeFrom(mode: string, { system, reason, ...options }: ModeOptions, now: Date): ModeChange {
  if (mode !== "unplanned")
    throw new UsageError(
      mode === "planned"
        ? "a move goes on unplanned, never planned: what may have been lost is not found again. Before a database is open, declare it anew with --mode planned"
        : `the mode ${JSON.stringify(mode.slice(0, 80))} is not known. Write unplanned`,
    );
  const wrong = reason === undefined ? "--reason is missing: what has happened" : wordsOf(reason);
  try {
    // The same words as in a declaration, and the same mistakes; toward which site is known.
    const terms = termsIn(declarationFrom({ ...options, to: "dr", mode }, now));
    if (wrong === undefined)
      return { ...(system === undefined ? {} : { system }), reason: (reason ?? "").trim(), terms };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError([error.message, ...(wrong === undefined ? [] : [wrong])].join("\n"));
  }
  throw new UsageError(wrong);
}

function wordsOf(reason: string): string | undefined {
  const why = trouble(reason);
  return why === undefined ? undefined : `--reason: ${why}`;
}
