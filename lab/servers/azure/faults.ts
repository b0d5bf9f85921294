import { notAuthorized, tooManyRequests } from "./errors.ts";

/** How a region answers: as always, with 503, or not at all. */
export type RegionState = "up" | "refuses" | "silent";

/** What goes wrong in the simulated Azure, switched by the lab's scenarios. All of it is off at the beginning. */
export class AzureFaults {
  readonly #regions = new Map<string, RegionState>();
  readonly #full = new Set<string>();
  readonly #denied = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #throttled = 0;
  #retryAfterSec = 1;

  /** Takes a region's control plane down, or brings it back. Who waited in silence is answered when it comes back. */
  setRegion(location: string, state: RegionState): void {
    this.#regions.set(location.toLowerCase(), state);
    for (const go of [...this.#waiting]) go();
  }

  region(location: string): RegionState {
    return this.#regions.get(location.toLowerCase()) ?? "up";
  }

  /** Resolves when a silent region answers again, or when `signal` ends the wait. */
  async untilRegionAnswers(location: string, signal: AbortSignal): Promise<void> {
    while (this.region(location) === "silent" && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#waiting.delete(go);
          signal.removeEventListener("abort", go);
          resolve();
        };
        this.#waiting.add(go);
        signal.addEventListener("abort", go);
      });
    }
  }

  /** Lets every allocation in a region fail (a start, a new VM): no capacity, as when everybody fails over at once. */
  setFull(location: string, full: boolean): void {
    if (full) this.#full.add(location.toLowerCase());
    else this.#full.delete(location.toLowerCase());
  }

  isFull(location: string): boolean {
    return this.#full.has(location.toLowerCase());
  }

  /** Answers the next `requests` requests with 429 and Retry-After. */
  throttle(requests: number, retryAfterSec: number): void {
    this.#throttled = requests;
    this.#retryAfterSec = retryAfterSec;
  }

  /** Takes the right to an action from the caller: `Microsoft.Compute/virtualMachines/start/action`. */
  deny(action: string): void {
    this.#denied.add(action.toLowerCase());
  }

  /** Gives the right to an action back. */
  allow(action: string): void {
    this.#denied.delete(action.toLowerCase());
  }

  /** Throws what stands in the way of a request before it reaches any resource. */
  admit(action: string, scope: string): void {
    if (this.#throttled > 0) {
      this.#throttled -= 1;
      throw tooManyRequests(this.#retryAfterSec);
    }
    if (this.#denied.has(action.toLowerCase())) throw notAuthorized(action, scope);
  }
}
