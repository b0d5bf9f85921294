import type { Journal } from "../journal/journal.ts";
import type { Request } from "../model/part.ts";
import type { JournalRef } from "../model/journal-ref.ts";
import type { Recovery } from "../model/recovery.ts";
import type { World } from "../steps/find.ts";
import { withIo } from "../steps/io.ts";

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
}

/**
 * Runs work with the `Io` that a step of that activation would have, and ends with the limit whatever the work does: then
 * it throws `late`.
 */
export const look = <T>(
  { world, recovery, request, journalRef, epoch, disasterSec }: Surroundings,
  limitSec: number,
  say: (line: string) => void,
  work: Parameters<typeof withIo<T>>[1],
  late = `it took longer than ${String(limitSec)} s`,
): Promise<T> =>
  withIo(
    {
      known: recovery,
      journal: world.journal satisfies Journal,
      journalRef,
      to: request.to,
      say,
      limitSec,
      activation: { epoch, mode: request.mode, ...(disasterSec === undefined ? {} : { disasterSec }) },
    },
    (io) => Promise.race([work(io), timeIsOver(io.signal, late)]),
  );

/** What ignores its signal must not hold up the answer. */
const timeIsOver = (signal: AbortSignal, late: string): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(new Error(late));
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
