import { isSamePerson } from "../model/person.ts";
import type { Entry, EntryOf } from "./entries.ts";

/** What steps of an activation ask people, and what people said. By step. */
export interface People {
  /** Steps that wait: asked, and not ended since. Their runner may have died meanwhile. */
  readonly waiting: ReadonlyMap<string, EntryOf<"waiting">>;
  /** The last question of every step that has asked. */
  readonly asked: ReadonlyMap<string, EntryOf<"waiting">>;
  /** Answers that stand: an approval for all of the activation, a decline until the step has failed by it. */
  readonly answers: ReadonlyMap<string, EntryOf<"approval">>;
  /** The last decline that a step has failed by. */
  readonly declined: ReadonlyMap<string, EntryOf<"approval">>;
  /** Steps that are to be left out. */
  readonly skips: ReadonlyMap<string, EntryOf<"skip">>;
}

/** Whether an answer counts: there is a question, and an approval is not by the one who may not give it. */
export const mayAnswer = (
  question: EntryOf<"waiting"> | undefined,
  { verdict, as }: Pick<EntryOf<"approval">, "verdict" | "as">,
): boolean =>
  question !== undefined &&
  (verdict === "declined" || question.notBy === undefined || !isSamePerson(as, question.notBy));

/** What somebody types to approve a step. */
export const approveCommand = (step: string): string =>
  `parallel-standby approve ${asTyped(step)} --as YOUR-NAME`;

/** What somebody types to decline a step. */
export const declineCommand = (step: string): string =>
  `parallel-standby decline ${asTyped(step)} --as YOUR-NAME --reason WHY`;

/** A word as it is typed in a shell: in quotes where it has anything but letters, digits and what names and folders are made of. */
export const asTyped = (word: string): string => (/^[\w./\\:$-]+$/.test(word) ? word : `"${word}"`);

/**
 * Reads them from the entries of that activation. An answer counts only after the question: nobody approves what could
 * not be seen yet. The next question after a decline is a new one.
 */
export function peopleOf(entries: readonly Entry[], epoch: number): People {
  const waiting = new Map<string, EntryOf<"waiting">>();
  const asked = new Map<string, EntryOf<"waiting">>();
  const answers = new Map<string, EntryOf<"approval">>();
  const declined = new Map<string, EntryOf<"approval">>();
  const skips = new Map<string, EntryOf<"skip">>();
  for (const e of entries) {
    if (!("epoch" in e) || e.epoch !== epoch) continue;
    switch (e.kind) {
      case "waiting":
        waiting.set(e.step, e);
        asked.set(e.step, e);
        break;
      case "approval":
        if (mayAnswer(asked.get(e.step), e)) answers.set(e.step, e);
        break;
      case "skip":
        skips.set(e.step, e);
        break;
      case "step":
        if (e.verdict !== "started" && e.verdict !== "refused") onEnd(e);
        break;
      default:
    }
  }
  return { waiting, asked, answers, declined, skips };

  function onEnd({ step, verdict }: EntryOf<"step">): void {
    waiting.delete(step);
    const answer = answers.get(step);
    if (verdict !== "failed" || answer?.verdict !== "declined") return;
    answers.delete(step);
    declined.set(step, answer);
  }
}
