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
    : [
        "A planned move loses nothing. Whatever goes wrong before the line stops it: give everything back, with the last chapter.",
      ]),
  ...(noReturn === undefined
    ? []
    : [
        `Step ${String(noReturn)} is the point of no return. Until then: give back, with the last chapter, and the old site goes on. After it: only onward.`,
      ]),
];

/** The title of the chapter that undoes a move. */
export const giveBackTitle = ({ noReturn, places }: Pick<Runbook, "noReturn" | "places">): string =>
  `Give back to ${places.from}${noReturn === undefined ? "" : `: only as long as step ${String(noReturn)} is not done`}`;

/** What to know before the first step of that chapter. */
export const giveBackIntro = ({ giveBack, places }: Pick<Runbook, "giveBack" | "places">): string =>
  "why" in giveBack
    ? `It can't be given back by hand. ${giveBack.why}`
    : `Look first, and leave out what the move has not changed yet. Nothing of the system runs at ${places.to} meanwhile. Where the tool had begun the move: "npx --no parallel-standby abandon" as soon as it runs again.`;

/** What a step waits for, in words: three in a row and more as `4–7`. `mark` stands before each number. */
export const afterText = ({ after }: Pick<HandStep, "after">, mark = ""): string =>
  after.length === 0 ? "first" : `after ${runsOf(after, mark).join(", ")}`;

function runsOf(numbers: readonly number[], mark: string): readonly string[] {
  const runs: { from: number; to: number }[] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last && last.to === n - 1) last.to = n;
    else runs.push({ from: n, to: n });
  }
  const text = (n: number): string => `${mark}${String(n)}`;
  return runs.flatMap(({ from, to }) =>
    to - from < 2 ? [...new Set([text(from), text(to)])] : [`${text(from)}–${text(to)}`],
  );
}

/** Where a command is typed, and into what. */
export const whereText = ({ on, with: tool }: HandCommand): string =>
  tool === "person" ? on : `${on} · ${tool}`;

/** What of an estate a paper is of: one that names other facts is out of date. `written`: the day, UTC, as YYYY-MM-DD. */
export const markOf = (
  { factsHash, planHash }: Pick<Runbook, "factsHash" | "planHash">,
  written?: string,
): string => `facts ${factsHash} · plan ${planHash}${written === undefined ? "" : `${onDay}${written}`}`;

const onDay = " · written on ";

/** A paper without the day on which it was written: the same estate has the same paper, whenever it was made. */
export const undated = (paper: string): string =>
  paper.replaceAll(new RegExp(`${onDay}\\d{4}-\\d\\d-\\d\\d`, "g"), "");
