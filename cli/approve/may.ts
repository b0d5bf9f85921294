import type { Entry, EntryOf, Fact } from "../../journal/entries.ts";
import { mayAnswer } from "../../journal/people.ts";
import { isDone, type Situation } from "../../journal/situation.ts";
import { didYouMean } from "../../model/nearest.ts";
import { underWay } from "../consent.ts";
import { CliError } from "../failure.ts";

/** What somebody answers to a step that waits. */
export interface Answer {
  readonly step: string;
  readonly verdict: EntryOf<"approval">["verdict"];
  readonly as: string;
  readonly reason?: string;
}

/** Steps that wait for an answer, or failed without one: what can be answered now. */
export const answerable = ({ people, verdicts }: Situation): readonly EntryOf<"waiting">[] =>
  [...people.asked.values()].filter(({ step }) => {
    const v = verdicts.get(step);
    return people.waiting.has(step) || (v !== undefined && !isDone(v) && v.verdict !== "skipped");
  });

/** The entry that an answer makes. Throws a sentence where there is nothing to answer, or nobody asked this person. */
export function answerTo(entries: readonly Entry[], { step, verdict, as, reason }: Answer): Fact {
  const { s, last } = underWay(entries);
  const open = answerable(s);
  const question = open.find((q) => q.step === step);
  const stands = s.people.answers.get(step);
  if (!question) {
    const before = s.verdicts.get(step);
    if (before && s.people.asked.has(step))
      throw new CliError(
        `${step} has ended already: ${before.verdict}${before.says === "" ? "" : `, ${before.says}`}. There is nothing to ${verdict === "approved" ? "approve" : "decline"}`,
      );
    const ids = open.map((q) => q.step);
    throw new CliError(
      `${step} does not wait for anybody in activation ${String(last.epoch)}.${didYouMean(step, ids)} ${ids.length === 0 ? "No step does: one is approved only once it asks" : `What waits: ${ids.join(", ")}`}`,
    );
  }
  if (!mayAnswer(question, { verdict, as }))
    throw new CliError(
      `${step} is to be approved by a second person, and ${as} declared this move. Somebody else has to look`,
    );
  if (stands?.verdict === verdict)
    throw new CliError(`${stands.as} has ${verdict} ${step} already, at ${stands.at}`);
  return {
    kind: "approval",
    epoch: last.epoch,
    step,
    verdict,
    as,
    ...(reason === undefined ? {} : { reason }),
  };
}
