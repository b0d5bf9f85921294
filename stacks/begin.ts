import { fenceOwed } from "../journal/fence-owed.ts";
import type { Journal } from "../journal/journal.ts";
import { movingSystems } from "../journal/mode-change.ts";
import { next, type Next } from "../journal/next.ts";
import type { Repository } from "../journal/repository.ts";
import { situation } from "../journal/situation.ts";
import { stateOf } from "../journal/state.ts";
import { termsIn } from "../journal/terms.ts";
import { besideText } from "../journal/two-writers.ts";
import { canonical } from "../model/recovery.ts";
import { Refused } from "../steps/act.ts";
import { endOpenDrill } from "../steps/drill/sweep.ts";
import { strangersEnd } from "../steps/lock.ts";
import { workedBeside } from "../steps/worked-beside.ts";
import { siteAnswers } from "./owed.ts";
import type { Prepared } from "./prepare.ts";
import { siteText } from "../model/site-text.ts";

/** How long an activation waits for steps of provisioning or of an earlier activation that still run. */
const waitForOthersSec = 120;

/**
 * Ends an open drill, then writes that the activation starts, or that its plan has changed; only when nothing older runs
 * any more. What has slipped in while that was written still sees the situation before it: it is waited for, too.
 * `repository`: asks at which commit the estate stands, for the report; only where the activation starts. Throws `Refused` where something else runs on, or
 * where the journal has changed so that this does not begin.
 */
export async function begin(
  prepared: Prepared,
  journal: Journal,
  say: (line: string) => void,
  repository?: () => Promise<Repository>,
): Promise<void> {
  const { now, target, plan: made, factsHash, at } = prepared;
  if (now.kind === "start") {
    const ended = await endOpenDrill({ ...at, why: `a move to ${target} begins`, say });
    if (ended !== undefined) say(`an open drill is ended first: ${ended}`);
  }
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
    await keepBeside(prepared, journal, say);
    return;
  }
  const { from, to } = now.request;
  const stands = await repository?.();
  await journal.append((entries) => {
    // A step that was waited for may have opened a database: past no return the same declaration begins nothing.
    const fresh = next(situation(entries), target, new Date());
    if (fresh.kind !== "start" || !isSame(fresh, now))
      throw new Refused(
        'at this moment the journal changed: another run started, a database was opened, or the declaration was withdrawn. Look with "parallel-standby status" and run this again',
      );
    return {
      kind: "activation started",
      epoch: now.epoch,
      from,
      to,
      factsHash,
      planHash: made.hash,
      declaration: now.declaration.seq,
      ...termsIn(now.declaration),
      systems: movingSystems(made.systems, now.terms),
      ...(stands ? { repository: stands } : {}),
    };
  });
  await nothingElseRuns(journal, now.epoch, say);
}

/** Before an owed fence is paid: keeps what works at a site that answers again. It holds nothing up where that fails. */
async function keepBeside(
  { now, recovery, at }: Prepared,
  journal: Journal,
  say: (line: string) => void,
): Promise<void> {
  const { from, to } = now.request;
  try {
    const s = situation(await journal.entries());
    if (stateOf(s) === "moving" || fenceOwed(s).length === 0) return;
    if (!(await siteAnswers(recovery.hosts.filter((h) => h.site === from)))) return;
    const found = await workedBeside({ from, to, epoch: now.epoch, recovery }, at.journalRef, at.world);
    if (found.length > 0) say(besideText(siteText(from, recovery), found));
  } catch (error) {
    say(
      `what may work at ${from} beside ${to} is not in the journal: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type Start = Extract<Next, { kind: "start" }>;

/** Whether what would begin now is what was planned: with the same declaration, and systems on the same terms. */
const isSame = (a: Start, b: Start): boolean =>
  a.epoch === b.epoch &&
  a.declaration.seq === b.declaration.seq &&
  canonical([...a.terms]) === canonical([...b.terms]);

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
