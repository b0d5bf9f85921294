import type { Step } from "../model/verb.ts";
import { inPhases } from "../planning/turn.ts";

/** How a run through a plan ended. */
export interface Driven {
  /** Steps that ended so that others may follow. */
  readonly ended: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** Steps that never began: they wait for one that failed, or nothing new was to begin. */
  readonly waiting: readonly string[];
}

/**
 * Goes through a plan: each step once those that it needs have ended, at most so many side by side, those of earlier
 * phases first. One that fails, or that `run` throws for, stops what depends on it and nothing else. Once `stop` is set
 * nothing new begins, and what runs is waited for. `run` gives whether the step ended well.
 */
export function drive(
  steps: readonly Step[],
  run: (step: Step) => Promise<boolean>,
  { most, stop }: { readonly most: number; readonly stop: AbortSignal },
): Promise<Driven> {
  const ordered = inPhases(steps);
  const states = new Map<string, "runs" | "ended" | "failed">();
  const { promise, resolve } = Promise.withResolvers<Driven>();
  let running = 0;
  const those = (state: "ended" | "failed"): ReadonlySet<string> =>
    new Set([...states].flatMap(([id, now]) => (now === state ? [id] : [])));

  const begin = async (step: Step): Promise<void> => {
    states.set(step.id, "runs");
    running += 1;
    const isWell = await run(step).catch(() => false);
    running -= 1;
    states.set(step.id, isWell ? "ended" : "failed");
    goOn();
  };
  const goOn = (): void => {
    for (const step of ordered) {
      if (stop.aborted || running >= most) break;
      if (!states.has(step.id) && step.needs.every((need) => states.get(need.id) === "ended"))
        void begin(step);
    }
    if (running > 0) return;
    const waiting = ordered.map((s) => s.id).filter((id) => !states.has(id));
    resolve({ ended: those("ended"), failed: those("failed"), waiting });
  };
  goOn();
  return promise;
}
