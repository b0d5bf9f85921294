import type { EntryOf } from "../journal/entries.ts";
import { next } from "../journal/next.ts";
import { approveCommand } from "../journal/people.ts";
import { situation, type Situation } from "../journal/situation.ts";
import { clockTime, moment } from "../model/time.ts";
import { Refused, type Found, type Io } from "./act.ts";
import { poll } from "./poll.ts";

/** What a step asks people: to approve what comes next, or to do what no program does. */
export interface Question {
  /** Id of the step: what they name when they answer. */
  readonly step: string;
  readonly for: EntryOf<"waiting">["for"];
  /** What is to be approved, or done. */
  readonly says: string;
  readonly owner?: string;
  readonly telephone?: string;
  /** How long it waits. Seconds. */
  readonly limitSec: number;
  /** Who may not approve it. */
  readonly notBy?: string;
  /** Sees by itself that it is done; undefined as long as nothing shows it. */
  readonly seen?: () => Promise<string | undefined>;
}

/** How often the journal is asked. Milliseconds. */
const everyMs = 1_000;
/** How often people hear how long it still waits. Seconds. */
const remindSec = 60;

/** Whether it was answered. Throws where it was declined. */
export const answered = async (q: Question, io: Io): Promise<Found> =>
  answerIn(situation(await io.journal.entries()), q);

async function answerIn({ people }: Situation, q: Question): Promise<Found> {
  const expected = q.seen ? "that it is seen to be done, or that somebody approves it" : "an approval";
  const answer = people.answers.get(q.step);
  if (answer?.verdict === "approved")
    return { there: true, says: `approved by ${answer.as}${reasonOf(answer)}`, expected };
  if (answer)
    throw new Error(
      `declined by ${answer.as}${reasonOf(answer)}. What depends on it does not act. "pulumi up" asks anew`,
    );
  const seen = await q.seen?.();
  return seen === undefined
    ? { there: false, says: `nobody has approved it`, expected }
    : { there: true, says: seen, expected };
}

/** Writes the question to the journal, says what it waits for and for how long, and waits. Throws where nobody answers in time. */
export async function ask(q: Question, io: Io): Promise<void> {
  if (!io.activation) throw new Refused("people are asked only in an activation");
  const { people } = situation(await io.journal.entries());
  const { step, limitSec } = q;
  await io.waits({
    kind: "waiting",
    epoch: io.activation.epoch,
    step,
    for: q.for,
    says: q.says,
    ...(q.owner === undefined ? {} : { owner: q.owner }),
    ...(q.telephone === undefined ? {} : { telephone: q.telephone }),
    limitSec,
    ...(q.notBy === undefined ? {} : { notBy: q.notBy }),
  });
  const last = people.declined.get(step);
  const lines = [
    `waits until ${moment(Date.now() / 1000 + limitSec)} for: ${approveCommand(step)}`,
    ...(last ? [`asked anew: ${last.as} declined it at ${last.at.slice(0, 16)}Z${reasonOf(last)}`] : []),
    [q.says, ...whoOf(q)].join(" · "),
  ];
  const began = performance.now();
  let told = 0;
  const tell = (): void => {
    const sec = Math.floor((performance.now() - began) / 1000);
    // A line every three seconds: more of them than that are not shown.
    const line = lines[told] ?? `${clockTime(limitSec - sec)} left to approve it: ${approveCommand(step)}`;
    if (sec < (told < lines.length ? 3 * told : remindSec * (told - lines.length + 1))) return;
    io.say(line);
    told++;
  };
  tell();
  const found = await poll(
    async () => {
      tell();
      // What waits holds up whoever gives the move up, or declares it anew: it ends by itself.
      await io.mayStillAct();
      const s = situation(await io.journal.entries());
      refuseAnew(s);
      return answerIn(s, q);
    },
    ({ there }) => there,
    { signal: io.signal, limitSec, everyMs },
  );
  if (!found.there)
    throw new Error(
      `${found.says} within ${clockTime(limitSec)} (${[q.says, ...whoOf(q)].join(", ")}). Approve it with "${approveCommand(step)}" at any time, then run "pulumi up" again; without that it waits once more`,
    );
}

/** Throws where the next run begins with another activation toward the same site. */
function refuseAnew(s: Situation): void {
  const then = s.last && next(s, s.last.to, new Date());
  if (then?.kind === "start")
    throw new Error(
      `the move is declared anew: this run does not wait any more, and activation ${String(then.epoch)} asks again. "pulumi up" begins with it`,
    );
}

const whoOf = ({ owner, telephone }: Question): readonly string[] =>
  [owner, telephone].filter((who) => who !== undefined);
const reasonOf = ({ reason }: EntryOf<"approval">): string => (reason === undefined ? "" : ` ("${reason}")`);
