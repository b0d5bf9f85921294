import { approveCommand, declineCommand } from "../../journal/people.ts";
import { clockTime, moment } from "../../model/time.ts";
import { plain } from "../layout.ts";
import type { Waiting } from "./waiting.ts";

/** A step that waits, for people: what for, whom to call, how long still. */
export const waitingLine = (w: Waiting): string =>
  plain(
    [
      `${w.step}: ${w.says}`,
      ...[w.owner, w.telephone].filter((who) => who !== undefined),
      w.heard === "now"
        ? `since ${at(w.since)}, until ${at(w.until)}: ${clockTime(w.leftSec)} left`
        : "nobody waits for the answer any more: the next run takes it",
      ...(w.answer ? [`${w.answer.verdict} by ${w.answer.as}`] : []),
      ...(w.notBy === undefined ? [] : [`not by ${w.notBy}`]),
    ].join(" · "),
  );

/** The same with what can be typed. */
export const waitingText = (w: Waiting): readonly string[] => [
  waitingLine(w),
  ...answersTo(w).map((c) => `  ${c}`),
];

/** What can be typed for a step that waits. */
export const answersTo = ({ step }: Pick<Waiting, "step">): readonly string[] => [
  approveCommand(step),
  declineCommand(step),
];

const at = (iso: string): string => moment(Date.parse(iso) / 1000);
