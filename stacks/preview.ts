import { isMoving } from "../journal/state.ts";
import type { Estate } from "../model/estate.ts";
import type { SiteId } from "../model/site.ts";
import { secondsText } from "../model/time.ts";
import { noGuardFindings } from "../readiness/no-guard.ts";
import { noObserverFindings } from "../readiness/no-observer.ts";
import { readinessText } from "../readiness/text.ts";
import type { World } from "../steps/find.ts";
import { refuseWrongClock } from "./clock.ts";
import { refuseVoidWaivers } from "./life.ts";
import {
  isCompleted,
  meantBy,
  prepared,
  preparedText,
  surroundings,
  type Nothing,
  type Prepared,
} from "./prepare.ts";
import { previewLimitSec, readinessNow } from "./readiness.ts";
import { refuseMissingSecrets } from "./secrets.ts";

/** A move as a preview shows it. */
export interface Previewed {
  readonly kind: "move";
  readonly prepared: Prepared;
  /** What was not seen in time first, then the plan. */
  readonly text: string;
  /** What stands against it, how long it will take and what it would cost; absent for a move that has begun, whose own steps say it. */
  readonly outlook?: string;
}

/** So much less than all of it what looks may take: what is late is told, not cut off. Seconds. */
const restSec = 0.3;

/**
 * What a run toward a site means now, and what it would meet: what `prepare` asks before a move begins and the look at
 * readiness, side by side, all of it within one time limit. What did not answer by then is told; the move itself asks
 * again and waits for the answer. Throws `Refused` as `prepare` does.
 */
export async function previewed(
  estate: Pick<Estate, "journal" | "guard" | "observers">,
  target: SiteId,
  world: World,
  say: (line: string) => void,
  limitSec = previewLimitSec,
): Promise<Previewed | Nothing> {
  const endsAt = performance.now() + 1000 * limitSec;
  const leftSec = (): number => Math.max(0, (endsAt - performance.now()) / 1000 - restSec);
  const meant = await meantBy(estate, target, world, say);
  if ("kind" in meant) return meant;
  const { now, recovery, s, entries } = meant;
  const over = new AbortController();
  const at = surroundings(meant, estate, world, over.signal);
  const late: string[] = [];
  const inTime = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
    const seen = await Promise.race([work.then((value) => ({ value })), after(leftSec(), over.signal)]);
    if (seen === undefined) late.push(what);
    return seen?.value;
  };
  const begins = async (): Promise<string | undefined> => {
    if (now.kind !== "start") return undefined;
    const arrived = isMoving(s) ? s.arrived : new Set<string>();
    const haste = { limitSec: leftSec(), unseen: (says: string) => void late.push(says) };
    const [, , outlook] = await Promise.all([
      inTime("whether this runner's clock is right", refuseWrongClock(at, entries)),
      refuseVoidWaivers(at, now.declaration, now.terms, arrived, say, haste),
      isMoving(s)
        ? undefined
        : inTime(
            "what stands against the move, and what it would cost",
            readinessNow(at, {
              wanted: now.declaration,
              limitSec: leftSec(),
              entries,
              now: new Date(),
              more: [
                ...noGuardFindings(estate, recovery, world.parts, s.active),
                ...noObserverFindings(estate, recovery, s.active),
              ],
            }),
          ),
    ]);
    return outlook && readinessText(outlook, recovery);
  };
  try {
    const [lacks, outlook] = await Promise.all([
      isCompleted(meant)
        ? undefined
        : inTime("whether this shell has all secrets", refuseMissingSecrets(recovery, now.request)),
      begins(),
    ]);
    const made = prepared(meant, estate, target, world, lacks);
    return {
      kind: "move",
      prepared: made,
      text: [...unseenText(late, limitSec), preparedText(made)].join("\n"),
      ...(outlook === undefined ? {} : { outlook }),
    };
  } finally {
    over.abort();
  }
}

const unseenText = (late: readonly string[], limitSec: number): readonly string[] =>
  late.length === 0
    ? []
    : [
        `NOT SEEN IN TIME, in the ${secondsText(limitSec)} of a preview; the move itself asks again before it begins, and waits for the answer:`,
        ...late.map((what) => `  ${what}`),
      ];

/** Undefined after so many seconds, or once it is over. */
const after = (sec: number, over: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(limit);
      resolve(undefined);
    };
    const limit = setTimeout(end, 1000 * sec);
    over.addEventListener("abort", end, { once: true });
  });
