import { differences } from "./books.ts";
import type { Disturbance, Result } from "./cutover.ts";

/** A disturbed cutover held against the undisturbed one of its kind. */
export interface Judged {
  readonly name: string;
  /** How many points something was killed at. */
  readonly points: number;
  readonly runs: number;
  readonly seconds: number;
  /** What is not as it should be; empty where the end is the same and nothing was done twice. */
  readonly wrong: readonly string[];
}

export const nameOf = ({ kind, driver, victim, points }: Disturbance): string =>
  points.length === 0 ? `${kind}: undisturbed` : `${kind}, ${driver}, ${victim} killed ${points.join(", ")}`;

/** Same final state as undisturbed, no act with double effect, all well as seen from outside, and something was killed. */
export function judge(disturbance: Disturbance, wanted: Result, found: Result): Judged {
  const never = disturbance.points.filter(
    (point) => !found.killed.some((name) => name.endsWith(` ${point}`)),
  );
  return {
    name: nameOf(disturbance),
    points: found.killed.length,
    runs: found.runs,
    seconds: Math.round(found.seconds),
    wrong: [
      ...found.failed,
      ...differences(wanted.books.state, found.books.state),
      ...differences(wanted.acts, found.acts),
      ...never.map((point) => `no step came to the point "${point}"`),
    ],
  };
}

/** The result in a line, and in one more each what is wrong. */
export const textOf = ({ name, points, runs, seconds, wrong }: Judged): string =>
  [
    `${wrong.length === 0 ? "✔" : "✘"} ${name}: ${String(points)} points, ${String(runs)} runs, ${String(seconds)} s`,
    ...wrong.map((line) => `    ${line}`),
  ].join("\n");
