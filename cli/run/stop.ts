import { exitCodes } from "../failure.ts";

/** Signals by which people and machines ask for an end: Ctrl+C, Ctrl+Break, a service manager. */
const signals = ["SIGINT", "SIGBREAK", "SIGTERM"] as const;

/** Listens for a wish to end. */
export interface Stop {
  /** Set at the first wish. */
  readonly signal: AbortSignal;
  /** Listens no more. */
  end(): void;
}

/** Where wishes to end come from, and what ends at the second. */
export type Source = Pick<NodeJS.Process, "on" | "off" | "exit">;

/** The first wish sets the signal; at the second this process ends at once, after `leave` has said what runs on. */
export function onStop(leave: () => void, source: Source = process): Stop {
  const stop = new AbortController();
  const hear = (): void => {
    if (!stop.signal.aborted) {
      stop.abort();
      return;
    }
    leave();
    source.exit(exitCodes.left);
  };
  for (const name of signals) source.on(name, hear);
  return {
    signal: stop.signal,
    end: () => {
      for (const name of signals) source.off(name, hear);
    },
  };
}
