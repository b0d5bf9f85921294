import { isSamePerson } from "../../model/person.ts";
import { UsageError } from "../failure.ts";
import { trouble } from "./words.ts";

/** Who answers for something and why, as it was typed. */
export interface Consent {
  readonly as: string;
  readonly reason?: string;
  /** A second person, where one is not enough. */
  readonly second?: string;
}

/** Throws one sentence for each option that cannot go into the journal, and where one person was named twice. */
export function consent(given: Consent): void {
  const wrong = Object.entries({ as: given.as, reason: given.reason, second: given.second }).flatMap(
    ([flag, text]) => {
      const why = text === undefined ? undefined : trouble(text);
      return why === undefined ? [] : [`--${flag}: ${why}`];
    },
  );
  if (given.second !== undefined && isSamePerson(given.second, given.as))
    wrong.push(
      `--second names the same person as --as (${given.as.trim()}): two people must answer for this`,
    );
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
}
