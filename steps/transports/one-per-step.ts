import type { Io } from "../act.ts";

/**
 * Keeps what `open` opens, one for each host and step. What failed to open or broke is forgotten, so that a probe
 * which tries again gets a new one.
 */
export function onePerStep<T>(
  open: (hostId: string, io: Io, broken: () => void) => Promise<T>,
): (hostId: string, io: Io) => Promise<T> {
  const steps = new WeakMap<Io, Map<string, Promise<T>>>();
  return (hostId, io) => {
    const opened = steps.get(io) ?? new Map<string, Promise<T>>();
    steps.set(io, opened);
    const held = opened.get(hostId);
    if (held) return held;
    const forget = (): void => {
      if (opened.get(hostId) === made) opened.delete(hostId);
    };
    const made: Promise<T> = open(hostId, io, () => {
      forget();
    });
    opened.set(hostId, made);
    made.catch(forget);
    return made;
  };
}
