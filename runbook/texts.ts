import type { HandCommand } from "../model/by-hand.ts";
import type { HandStep, Runbook } from "./runbook.ts";

/** The title of a runbook. */
export const titleOf = ({ estate, request, places }: Runbook): string =>
  `${estate}: ${request.mode} move from ${places.from} to ${places.to}, by hand`;

/** How to read it, and what to look at before the first step. */
export const introOf = ({ request, noReturn }: Runbook): readonly string[] => [
  "For the day on which neither Pulumi nor parallel-standby runs. If either does, use it: it does the same steps, looks before and after each, and writes down what it saw.",
  "Blanks look like <this>. Secrets are not on this paper: it says where they are. Statements are for database master, as a member of sysadmin.",
  "Steps whose box is pale may fail without stopping the move. Do what waits for nothing side by side, if there are people enough.",
  ...(request.mode === "unplanned"
    ? [
        "Where the old site does not answer, do what can be done there from outside (power, network) and write down who saw it. What can't be had there is lost: go on without.",
      ]
    : ["A planned move loses nothing. Whatever goes wrong before the line stops it: give everything back."]),
  ...(noReturn === undefined
    ? []
    : [
        `Step ${String(noReturn)} is the point of no return. Until then: undo in reverse order, and the old site goes on. After it: only onward.`,
      ]),
];

/** What a step waits for, in words. */
export const afterText = ({ after }: Pick<HandStep, "after">): string =>
  after.length === 0 ? "first" : `after ${after.join(", ")}`;

/** Where a command is typed, and into what. */
export const whereText = ({ on, with: tool }: HandCommand): string =>
  tool === "person" ? on : `${on} · ${tool}`;

/** What of an estate a paper is of: one that names other facts is out of date. */
export const markOf = ({ factsHash, planHash }: Pick<Runbook, "factsHash" | "planHash">): string =>
  `facts ${factsHash} · plan ${planHash}`;
