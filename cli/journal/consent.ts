import { didYouMean } from "../../model/nearest.ts";
import { siteIds, type SiteId } from "../../model/site.ts";
import { trouble } from "../declare/words.ts";
import { UsageError } from "../failure.ts";

/** That somebody says which site is active, as it was typed. */
export interface SaidOptions {
  readonly active: string;
  readonly as: string;
  readonly reason: string;
  readonly although?: string;
}

/** The same, fit for the journal. */
export interface Said {
  readonly active: SiteId;
  readonly as: string;
  readonly reason: string;
  readonly although?: string;
}

/** What stands in a printed command where its reader has to write. */
const placeholders: ReadonlySet<string> = new Set(["YOUR-NAME", "WHY"]);

/** What was typed, or one `UsageError` that names all that is wrong with it. */
export function saidFrom({ active, ...words }: SaidOptions): Said {
  const site = siteIds.find((id) => id === active);
  const wrong = [
    ...(site
      ? []
      : [
          `--active ${JSON.stringify(active.slice(0, 80))} is not a site. Write primary or dr.${didYouMean(active, siteIds)}`,
        ]),
    ...wrongIn({ ...words }),
  ];
  if (!site || wrong.length > 0) throw new UsageError(wrong.join("\n"));
  return { active: site, ...trimmed(words) };
}

type Reasons = Omit<Said, "active">;

/** Who answers for something, and why, as it was typed; or one `UsageError` that names all that is wrong with it. */
export function reasonsFrom({ as, reason, although }: Reasons): Reasons {
  const words = { as, reason, ...(although === undefined ? {} : { although }) };
  const wrong = wrongIn({ ...words });
  if (wrong.length > 0) throw new UsageError(wrong.join("\n"));
  return trimmed(words);
}

const trimmed = ({ as, reason, although }: Reasons): Reasons => ({
  as: as.trim(),
  reason: reason.trim(),
  ...(although === undefined ? {} : { although: although.trim() }),
});

/** What is wrong with words as they were typed, a sentence each, by the name of their option. */
export const wrongIn = (words: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(words).flatMap(([flag, text]) => {
    const why =
      text === undefined
        ? undefined
        : placeholders.has(text.trim())
          ? "it is to be filled in: what is printed in capitals is yours to write"
          : trouble(text);
    return why === undefined ? [] : [`--${flag}: ${why}`];
  });
