import { markSet, type Rewind } from "../rewind.ts";

/** Lets callers wait for a state that changes only by calls of `changed`. */
export class StateWatch {
  readonly #waiting = new Set<() => void>();

  mark(): Rewind {
    return markSet(this.#waiting);
  }

  /** Something has changed: whoever waits looks again. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Waits until the condition holds, or until the signal says that nobody waits any more. */
  async until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    while (!condition() && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          signal?.removeEventListener("abort", look);
          resolve();
        };
        this.#waiting.add(look);
        signal?.addEventListener("abort", look);
      });
    }
  }
}
