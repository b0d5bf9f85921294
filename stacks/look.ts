import type { Journal } from "../journal/journal.ts";
import type { Request } from "../model/part.ts";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Recovery } from "../model/recovery.ts";
import { secondsText } from "../model/time.ts";
import type { Io } from "../steps/act.ts";
import type { World } from "../steps/find.ts";
import { withIo, type IoArgs } from "../steps/io.ts";

/** What looking at a site before or beside a move needs. */
export interface Surroundings {
  readonly world: World;
  readonly recovery: Recovery;
  readonly request: Request;
  readonly journalRef: JournalRef;
  /** The activation that the move is, or would be. */
  readonly epoch: number;
  /** Seconds since 1970 UTC, where a disaster was declared. */
  readonly disasterSec?: number | undefined;
  /** Asked by an act just before what cannot be taken back; throws where it may not act any more. Absent where one only looks. */
  readonly mayStillAct?: (() => Promise<void>) | undefined;
  /** Ends whatever looks, beside its time limit: nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks with the `Io` that a step of that activation would have, and ends with the limit whatever the work does: then
 * it throws `late`.
 */
export const look = <T>(
  at: Surroundings,
  limitSec: number,
  say: (line: string) => void,
  work: (io: Io) => Promise<T>,
  late = `it took longer than ${secondsText(limitSec)}`,
): Promise<T> =>
  answered(stepIoOf(at, limitSec, say), (io) => Promise.race([work(io), timeIsOver(io.signal, late)]));

/** What the `Io` is made of that a step of that activation would have. */
export const stepIoOf = (at: Surroundings, limitSec: number, say: (line: string) => void): IoArgs => {
  const { request, epoch, disasterSec } = at;
  return {
    ...ioOf(at, limitSec),
    say,
    activation: { epoch, mode: request.mode, ...(disasterSec === undefined ? {} : { disasterSec }) },
  };
};

/** What an `Io` for looking beside a move is made of; what it says is heard by nobody. */
export const ioOf = (
  { world, recovery, request, journalRef, mayStillAct, signal }: Surroundings,
  limitSec: number,
): IoArgs => ({
  known: recovery,
  journal: world.journal satisfies Journal,
  journalRef,
  to: request.to,
  say: () => undefined,
  limitSec,
  ...(mayStillAct ? { mayStillAct } : {}),
  ...(signal ? { signal } : {}),
});

/** What work gives, as soon as it is there: closing what it opened goes on behind it, and ends with its own limit. */
export function answered<T>(args: IoArgs, work: Parameters<typeof withIo<T>>[1]): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  withIo(args, async (io) => {
    try {
      resolve(await work(io));
    } catch (error) {
      reject(error);
    }
  }).catch(reject);
  return promise;
}

/** What ignores its signal must not hold up the answer. */
const timeIsOver = (signal: AbortSignal, late: string): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(new Error(late));
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
