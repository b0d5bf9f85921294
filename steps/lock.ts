import { setTimeout as wait } from "node:timers/promises";
import { isLease, type Holder, type Lease, type Store } from "../journal/store.ts";
import { Refused } from "./act.ts";

/** How long a lock outlives a runner that was killed on another machine; on the same machine it ends with the process. */
export const lockTtlMs = 15_000;

/** How often somebody who waits looks again. Milliseconds. */
const lookEveryMs = 250;

/** The lock of a cutover step. Older activations have locks of their own. */
export const lockOfStep = (epoch: number, step: string): string => `step ${String(epoch)} ${step}`;
/** The lock of a drill's step. No move waits for one: it ends the drill. */
export const lockOfDrill = (drill: number, step: string): string => `drill ${String(drill)} ${step}`;
/** The lock of a provisioning step. */
export const lockOfProvisioning = (step: string): string => `provision ${step}`;

/**
 * One runner for a step: an orphan of a killed engine and its successor can meet. The second waits for the first, says
 * for whom, and then finds the work done.
 */
export async function lockStep(
  store: Store,
  name: string,
  limitSec: number,
  say: (line: string) => void,
): Promise<Lease> {
  const until = Date.now() + limitSec * 1000;
  for (;;) {
    const given = await store.lease(name, lockTtlMs);
    if (isLease(given)) return given;
    if (Date.now() > until)
      throw new Refused(
        `${name}: ${given.who} has held it since ${given.since}. Wait until it has ended, or end that process, then run "pulumi up" again`,
      );
    say(`waiting for ${given.who}, who runs this step since ${given.since}`);
    await wait(lookEveryMs);
  }
}

/**
 * Waits until no provisioning step and no step of another activation than `epoch` runs any more (with none: of any);
 * gives who still does after the limit.
 */
export async function strangersEnd(
  store: Store,
  epoch: number | undefined,
  limitSec: number,
  say: (line: string) => void,
): Promise<readonly (Holder & { readonly name: string })[]> {
  const own = epoch === undefined ? undefined : `step ${String(epoch)} `;
  const until = Date.now() + limitSec * 1000;
  for (;;) {
    const others = (await store.leases()).filter(
      (l) =>
        l.name.startsWith("provision ") ||
        (l.name.startsWith("step ") && (own === undefined || !l.name.startsWith(own))),
    );
    if (others.length === 0 || Date.now() > until) return others;
    say(`waiting for ${others.map((o) => `"${o.name}" of ${o.who} (since ${o.since})`).join(", ")}`);
    await wait(lookEveryMs);
  }
}
