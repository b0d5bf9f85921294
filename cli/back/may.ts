import type { Entry, EntryOf } from "../../journal/entries.ts";
import { isDone, situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import { durationText, moment } from "../../model/time.ts";
import { CliError } from "../failure.ts";

/** What can be gone back from. Times are seconds since 1970 UTC. */
export interface Returnable {
  readonly last: EntryOf<"activation started">;
  /** When the first database opened at the target. */
  readonly openSec: number;
  /** Somebody has begun to go back; how much loss was accepted last. */
  readonly begun?: { readonly acceptLossSec: number };
}

/** The activation that can be gone back from. Throws a sentence where there is none, or where it is not past no return. */
export function returnable(entries: readonly Entry[]): Returnable {
  const s = situation(entries);
  const { last, abandoning } = s;
  const moving = movementOf(s);
  if (!last || !moving)
    throw new CliError(
      `no move is under way: ${s.active} is active. To leave it, declare a move ("parallel-standby declare")`,
    );
  if (!s.noReturn)
    throw new CliError(
      `${moving.says}: no database is open at ${last.to}, so nothing has to be gone back from. ${moving.ways}`,
    );
  const opened = [...s.opened.values()].map((e) => Date.parse(e.at));
  const first = entries.find((e) => e.kind === "no return" && e.epoch === last.epoch);
  const openMs = Math.min(...opened, ...(first ? [Date.parse(first.at)] : []));
  return {
    last,
    openSec: openMs / 1000,
    ...(stateOf(s) === "in doubt" && abandoning
      ? { begun: { acceptLossSec: abandoning.acceptLossSec ?? 0 } }
      : {}),
  };
}

/**
 * For how long the target could be written to, as things stand: until the last step that closes it was done, or until
 * now. A step that had to be done again counts from then. Throws where that lies before it was opened.
 */
export function writtenSec(
  entries: readonly Entry[],
  { last, openSec }: Returnable,
  fence: readonly string[],
  nowSec: number,
): number {
  const since = entries.find((e) => e.kind === "abandoning" && e.epoch === last.epoch)?.seq;
  const closed = fence.map((step) => {
    const words = entries.filter(
      (e): e is EntryOf<"step"> =>
        e.kind === "step" &&
        e.epoch === last.epoch &&
        e.step === step &&
        isDone(e) &&
        e.seq > (since ?? Infinity),
    );
    const word = words.findLast((e) => e.verdict === "done") ?? words[0];
    return word ? Date.parse(word.at) / 1000 : nowSec;
  });
  const untilSec = fence.length > 0 ? Math.max(...closed) : nowSec;
  // Clocks of two machines may differ by a minute; one that was set back makes every loss look like none.
  if (untilSec < openSec - clockSec)
    throw new CliError(
      `the journal has the target opened at ${moment(openSec)}, and closed, or this machine's clock, at ${moment(untilSec)}: a clock was set back, and what was written there cannot be told. Set it right, then type the same again`,
    );
  return Math.max(0, untilSec - openSec);
}

/** By how much clocks of runners may differ. Seconds. */
const clockSec = 60;

/** Throws where more may be lost than was accepted, with what to type. Minutes are rounded up, and one is left for typing. */
export function refuseLoss(sec: number, acceptedSec: number | undefined, where: string): void {
  if (acceptedSec !== undefined && sec <= acceptedSec) return;
  const enough = durationText(60 * (Math.ceil(sec / 60) + 10));
  throw new CliError(
    `${where} could be written to for ${durationText(sec)}, and what was written there is not at the site that is gone back to${acceptedSec === undefined ? "" : `; ${durationText(acceptedSec)} of it were accepted`}. If that may be lost: parallel-standby back --as YOUR-NAME --reason WHY --accept-loss ${enough}`,
  );
}
