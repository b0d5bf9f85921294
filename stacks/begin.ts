import type { Journal } from "../journal/journal.ts";
import { next } from "../journal/next.ts";
import { situation } from "../journal/situation.ts";
import { Refused } from "../steps/act.ts";
import { strangersEnd } from "../steps/lock.ts";
import type { Prepared } from "./prepare.ts";

/** How long an activation waits for steps of provisioning or of an earlier activation that still run. */
const waitForOthersSec = 120;

/**
 * Writes that the activation starts, or that its plan has changed; only when nothing older runs any more. What has
 * slipped in while that was written still sees the situation before it: it is waited for, too. Throws `Refused` where
 * something else runs on, or where the journal has changed so that this does not begin.
 */
export async function begin(
  prepared: Prepared,
  journal: Journal,
  say: (line: string) => void,
): Promise<void> {
  const { now, target, plan: made, factsHash } = prepared;
  await nothingElseRuns(journal, now.epoch, say);
  if (now.kind === "go on") {
    await journal.append((entries) => {
      const known = entries.findLast(
        (e) => (e.kind === "activation started" || e.kind === "plan changed") && e.epoch === now.epoch,
      );
      const changed =
        known &&
        "planHash" in known &&
        known.planHash !== made.hash &&
        !situation(entries).ended.has(now.epoch);
      return changed ? { kind: "plan changed", epoch: now.epoch, planHash: made.hash } : undefined;
    });
    return;
  }
  const { seq, mode, as, disasterAt, acceptLossSec, incident, waiveFence, point } = now.declaration;
  const { from, to } = now.request;
  await journal.append((entries) => {
    // A step that was waited for may have opened a database: past no return the same declaration begins nothing.
    const fresh = next(situation(entries), target, new Date());
    if (fresh.kind !== "start" || fresh.epoch !== now.epoch || fresh.declaration.seq !== seq)
      throw new Refused(
        'at this moment the journal changed: another run started, a database was opened, or the declaration was withdrawn. Look with "parallel-standby status" and run this again',
      );
    return {
      kind: "activation started",
      epoch: now.epoch,
      from,
      to,
      mode,
      as,
      factsHash,
      planHash: made.hash,
      declaration: seq,
      acceptLossSec,
      ...(disasterAt === undefined ? {} : { disasterAt }),
      ...(incident === undefined ? {} : { incident }),
      ...(waiveFence === undefined ? {} : { waiveFence }),
      ...(point === undefined ? {} : { point }),
    };
  });
  await nothingElseRuns(journal, now.epoch, say);
}

/** Waits for steps of provisioning and of earlier activations; throws where one of them does not end. */
async function nothingElseRuns(
  { store }: Journal,
  epoch: number,
  say: (line: string) => void,
): Promise<void> {
  const still = await strangersEnd(store, epoch, waitForOthersSec, say);
  if (still.length > 0)
    throw new Refused(
      `still running: ${still.map((l) => `"${l.name}" of ${l.who}, since ${l.since}`).join("; ")}. Wait for it or end that process, then run this again`,
    );
}
