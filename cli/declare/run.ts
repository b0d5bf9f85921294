import { drillOf, isOpen } from "../../journal/drills.ts";
import { situation } from "../../journal/situation.ts";
import { upgraded } from "../../model/upgrade.ts";
import { answers, lifeAt, lifeText, type Life } from "../../stacks/site-life.ts";
import type { Surroundings } from "../../stacks/look.ts";
import { logsAfter, outlooks, type Outlook } from "../../stacks/outlook.ts";
import type { World } from "../../steps/find.ts";
import { holdsOf, runErrands, type ErrandArgs, type Outcome } from "../drafts.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { heldOn, notHeldFor } from "../overtaken.ts";
import type { Project } from "../project.ts";
import { ownJournal } from "../own-journal.ts";
import type { Terminal } from "../terminal.ts";
import { refuseWaiverWhileAlive } from "./waiver.ts";
import { lastLookText, refuseWithoutStandby } from "./standby.ts";
import { shortfall } from "./shortfall.ts";
import { wouldStart } from "./may.ts";
import type { Declaration } from "./request.ts";
import { aliveText, declaredText, fenceText, heldText, nextText, outlookText, untilText } from "./text.ts";
import { siteText } from "../../model/site-text.ts";

/** Writes a declaration, holds what an unplanned one must hold, and says what would be lost and what to type next. */
export async function declare(
  declaration: Declaration,
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const { request, epoch } = wouldStart(entries, declaration, terminal.now());
  const s = situation(entries);
  const recovery = upgraded(s.declared?.recovery, registries.parts);
  if (declaration.mode === "planned") refuseWithoutStandby(entries, s, declaration.to);
  const at: Surroundings = {
    world,
    recovery,
    request,
    journalRef: estate.journal,
    epoch,
    disasterSec: declaration.disasterAt === undefined ? undefined : Date.parse(declaration.disasterAt) / 1000,
  };
  const dark =
    declaration.waiveFence === undefined
      ? undefined
      : await refuseWaiverWhileAlive(at, declaration, {
          undone: "Nothing was declared",
          without: "declare without --waive-fence",
          otherTime: "Correct --disaster-at",
        });
  const fact: Declaration = dark?.accepted.length
    ? { ...declaration, accepted: [...dark.accepted] }
    : declaration;
  if (s.declaration) terminal.note(`this replaces what ${s.declaration.as} declared at ${s.declaration.at}`);
  const written = terminal.now();
  let seq = 0;
  await journal.append((now) => {
    wouldStart(now, fact, terminal.now());
    seq = now.length;
    return fact;
  });
  terminal.out(declaredText(fact, request, recovery, written));
  const drill = drillOf(entries);
  if (drill && isOpen(drill))
    terminal.out(
      `drill ${String(drill.number)} is open: none of its steps acts any more, and what it has made is removed before the move begins`,
    );
  if (fact.mode === "planned") {
    terminal.out(lastLookText(entries, s, fact.to));
    terminal.out(nextText(fact.to, terminal.platform));
    return;
  }
  const [life, held] = await Promise.all([
    lookForLife(at, dark?.life, terminal),
    hold(at, { mayNot: (now) => notHeldFor(now, seq), since: s.epoch }, terminal),
  ]);
  if (held.length > 0) terminal.out(heldText(held));
  const seen = await outlooks(at, fact);
  if (seen.length > 0) {
    terminal.out(outlookText(seen, fact.acceptLossSec, recovery, request.from));
    terminal.out(untilText(held, written, recovery.sites[request.from].timeZone));
  }
  sayNext(at, fact, life, seen, terminal);
  const short = shortfall(fact.to, held, seen);
  if (short) throw new CliError(short.says, short.exitCode);
}

/** Whether the old site is dead, alive or out of reach; said as soon as it is known. */
export async function lookForLife(
  at: Surroundings,
  known: Life | undefined,
  terminal: Terminal,
): Promise<Life> {
  const life = known ?? (await lifeAt(at));
  terminal.out(plain(lifeText(life, at.recovery, at.request.from, at.request.to)));
  return life;
}

/** What to type: the planned form first while the old site answers, a waiver where nothing can prove the fence. */
function sayNext(
  { disasterSec, recovery, request: { from, to } }: Surroundings,
  fact: Declaration,
  life: Life,
  seen: readonly Outlook[],
  { out, platform }: Terminal,
): void {
  const site = siteText(from, recovery);
  const late = logsAfter(seen, disasterSec ?? Number.POSITIVE_INFINITY, recovery.sites[from].timeZone);
  if (late.length > 0)
    out(
      `STILL ALIVE after the declared time of the disaster: ${plain(late.join("; "))}. Correct --disaster-at, or take ${site} for alive`,
    );
  if (answers(life) || late.length > 0) out(aliveText(fact, site, platform));
  else if (fact.waiveFence === undefined) {
    const canDeallocate = recovery.hosts.some((h) => h.site === from && h.azure !== undefined);
    out(fenceText(fact, site, canDeallocate, platform));
  }
  if (seen.every(({ point }) => !("refused" in point))) out(nextText(to, platform));
}

/** For what something is held. */
export interface HeldFor extends Pick<ErrandArgs, "mayNot"> {
  /** Number of the last activation when it was declared. */
  readonly since: number;
}

/**
 * Stops restoring at the target at once, and writes what is held. Throws where that for which it is held has gone on or
 * was taken back meanwhile.
 */
export async function hold(
  at: Surroundings,
  { mayNot, since }: HeldFor,
  terminal: Terminal,
): Promise<readonly Outcome[]> {
  const errands = holdsOf(at.recovery, at.request, at.world.parts);
  if (errands.length === 0) return [];
  terminal.note(`holding ${errands.map((e) => e.part).join(", ")} …`);
  const { journal } = at.world;
  const outcomes = await runErrands(errands, { ...at, mayNot, say: (line) => terminal.note(line) });
  for (const { part, done, failed } of outcomes) {
    await journal.append((now) => {
      const isStopped =
        mayNot(now) === undefined
          ? failed.length === 0
          : // Stopped while somebody took the declaration back, it is to be known: "withdraw" releases it.
            done.length > 0 && heldOn(now, since) === undefined;
      return isStopped ? { kind: "held", part, says: done.join("; ") } : undefined;
    });
    for (const { step, says } of failed)
      await journal.append({
        kind: "step",
        step,
        phase: "hold",
        verdict: "failed",
        critical: false,
        says: `"declare" could not hold it: ${says}`,
      });
  }
  const why = mayNot(await journal.entries());
  if (why !== undefined)
    throw new CliError(
      `${plain(why)}: nothing more is held for it. Look with "parallel-standby status"; what is held without a declaration, "parallel-standby withdraw" releases`,
    );
  return outcomes;
}
