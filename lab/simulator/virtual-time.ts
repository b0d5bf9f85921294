import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";
import { markFields, markSet, rewindAll, type Rewind } from "../servers/rewind.ts";
import crypto, { createHash, type BinaryLike } from "node:crypto";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void;
  readonly everyMs: number | undefined;
  /** Somebody waits for it: time goes on to it. One that was let go of keeps nothing going. */
  held: boolean;
}

/** Time that stands still while anything works, and then goes on at once to what is due next. */
export interface VirtualTime {
  now(): number;
  /**
   * Runs work in the place of the process's own timers and clocks, and gives those back when it has ended; while it waits,
   * time goes on. Rejects where it waits for nothing that will ever happen.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** What time it is, and what is due. */
  mark(): Rewind;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  Date: globalThis.Date,
  performanceNow: performance.now.bind(performance),
  abortTimeout: AbortSignal.timeout.bind(AbortSignal),
  wait: timersPromises.setTimeout,
  scrypt: crypto.scrypt,
};

/** How often in a row nothing may happen before time goes on: promises of a turn settle, and start others. */
const quietTurns = 2;

/** Takes the place of the timers and clocks of the whole process while it runs. Files that are read or written are waited for. */
export function virtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<Timer>();

  const add = (work: () => void, afterMs: number, everyMs?: number): Timer => {
    const timer: Timer = {
      atMs: nowMs + Math.max(0, afterMs || 0),
      order: order++,
      work,
      everyMs,
      held: true,
    };
    timers.add(timer);
    return timer;
  };
  const handle = (timer: Timer): object => {
    const own = {
      timer,
      ref: () => ((timer.held = true), own),
      unref: () => ((timer.held = false), own),
      hasRef: () => timer.held,
      refresh: () => own,
      [Symbol.toPrimitive]: () => timer.order,
      [Symbol.dispose]: () => timers.delete(timer),
    };
    return own;
  };
  const clear = (held: unknown): void => {
    if (held !== null && typeof held === "object" && "timer" in held) timers.delete(held.timer as Timer);
  };
  const next = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const t of timers)
      if (!first || t.atMs < first.atMs || (t.atMs === first.atMs && t.order < first.order)) first = t;
    return first;
  };
  const fire = (timer: Timer): void => {
    timers.delete(timer);
    nowMs = Math.max(nowMs, timer.atMs);
    if (timer.everyMs !== undefined) {
      const again = { ...timer, atMs: nowMs + timer.everyMs, order: order++ };
      Object.assign(timer, again);
      timers.add(timer);
    }
    timer.work();
  };
  const wait = <T>(ms?: number, value?: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        timers.delete(timer);
        reject(
          Object.assign(new Error("The operation was aborted"), {
            name: "AbortError",
            code: "ABORT_ERR",
            cause: signal?.reason as unknown,
          }),
        );
      };
      const timer = add(() => {
        signal?.removeEventListener("abort", abort);
        resolve(value as T);
      }, ms ?? 1);
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  class VirtualDate extends real.Date {
    constructor(...args: readonly unknown[]) {
      super(...((args.length === 0 ? [nowMs] : args) as []));
    }
    static override now(): number {
      return Math.floor(nowMs);
    }
  }

  const own = {
    setTimeout: (work: (...a: unknown[]) => void, ms: number, ...args: unknown[]) =>
      handle(
        add(() => {
          work(...args);
        }, ms),
      ),
    setInterval: (work: (...a: unknown[]) => void, ms: number, ...args: unknown[]) =>
      handle(
        add(
          () => {
            work(...args);
          },
          ms,
          Math.max(1, ms),
        ),
      ),
    clearTimeout: clear,
    clearInterval: clear,
    Date: VirtualDate,
  };
  const begin = (): void => {
    Object.assign(globalThis, own);
    performance.now = () => nowMs - startMs;
    AbortSignal.timeout = (ms) => {
      const over = new AbortController();
      add(() => {
        over.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      }, ms).held = false;
      return over.signal;
    };
    timersPromises.setTimeout = wait as typeof timersPromises.setTimeout;
    crypto.scrypt = quickly as typeof crypto.scrypt;
    syncBuiltinESMExports();
  };
  const end = (): void => {
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      setInterval: real.setInterval,
      clearTimeout: real.clearTimeout,
      clearInterval: real.clearInterval,
      Date: real.Date,
    });
    performance.now = real.performanceNow;
    AbortSignal.timeout = real.abortTimeout;
    timersPromises.setTimeout = real.wait;
    crypto.scrypt = real.scrypt;
    syncBuiltinESMExports();
  };

  const turn = (): Promise<void> => new Promise((resolve) => real.setImmediate(resolve));
  /** Work of Node's own threads: files, keys derived from passwords. */
  const threadsAtWork = (): boolean => process.getActiveResourcesInfo().some((r) => /req/i.test(r));

  const turns = async (): Promise<void> => {
    for (let i = 0; i < quietTurns; i++) await turn();
  };
  const goOn = async <T>(work: () => Promise<T>): Promise<T> => {
    const state = { ended: false };
    const isOver = (): boolean => state.ended;
    const over = (): void => void (state.ended = true);
    const running = work();
    running.then(over, over);
    while (!isOver()) {
      await turns();
      if (isOver() || threadsAtWork()) continue;
      const due = next();
      if (!due) throw new Error("everything waits, and nothing is due");
      fire(due);
    }
    // What goes on by itself comes to its next wait, and stays there.
    do await turns();
    while (threadsAtWork());
    return running;
  };

  return {
    now: () => nowMs,
    run: async (work) => {
      begin();
      try {
        return await goOn(work);
      } finally {
        end();
      }
    },
    mark: () => {
      const kept = { nowMs, order };
      const rewind = rewindAll([markSet(timers), ...[...timers].map(markFields)]);
      return () => {
        ({ nowMs, order } = kept);
        rewind();
      };
    },
  };
}

/** Keys from passphrases, without the tenths of a second that they cost on purpose. */
function quickly(
  passphrase: BinaryLike,
  salt: BinaryLike,
  length: number,
  _options: unknown,
  done: (error: Error | null, key: Buffer) => void,
): void {
  const key = createHash("sha512").update(passphrase).update(salt).digest().subarray(0, length);
  queueMicrotask(() => {
    done(null, key);
  });
}
