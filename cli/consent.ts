import type { Entry, EntryOf } from "../journal/entries.ts";
import { situation, type Situation } from "../journal/situation.ts";
import { isMoving } from "../journal/state.ts";
import { UsageError, CliError } from "./failure.ts";
import { trouble } from "./declare/words.ts";

/** The activation that is under way. Throws a sentence where none is, or where it is being given up. */
export function underWay(entries: readonly Entry[]): {
  readonly s: Situation;
  readonly last: EntryOf<"activation started">;
} {
  const s = situation(entries);
  const { last } = s;
  if (!last || !isMoving(s))
    throw new CliError(`no move is under way: ${s.active} is active, and no step waits for anything`);
  if (s.abandoning)
    throw new CliError(
      `activation ${String(last.epoch)} is being abandoned by ${s.abandoning.as}, and none of its steps acts any more. Go on with "parallel-standby abandon"`,
    );
  return { s, last };
}

/** What a person typed for the journal, whole and on one line. Throws a `UsageError` that names each option to mend. */
export function typed(options: {
  readonly as: string | undefined;
  readonly reason: string | undefined;
  readonly needsReason: boolean;
}): { readonly as: string; readonly reason?: string } {
  const { as, reason, needsReason } = options;
  const wrong: string[] = [];
  const words = (flag: string, text: string | undefined): string | undefined => {
    const why = text === undefined ? undefined : trouble(text);
    if (why !== undefined) wrong.push(`${flag}: ${why}`);
    return text?.trim();
  };
  if (as === undefined) wrong.push("--as is missing: your name");
  if (as === "YOUR-NAME")
    wrong.push("--as YOUR-NAME is to be filled in: write your name, you answer for this");
  if (needsReason && reason === undefined) wrong.push("--reason is missing: why, for the journal");
  const [name, why] = [words("--as", as), words("--reason", reason)];
  if (wrong.length > 0 || name === undefined) throw new UsageError(wrong.join("\n"));
  return { as: name, ...(why === undefined ? {} : { reason: why }) };
}
