import { situation } from "../../journal/situation.ts";
import { moment } from "../../model/time.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { World } from "../../steps/find.ts";
import { holdsOf, runErrands, type ErrandArgs, type Outcome } from "../drafts.ts";
import { CliError, exitCodes } from "../failure.ts";
import { count } from "../layout.ts";
import type { Project } from "../project.ts";
import { ownJournal } from "../own-journal.ts";
import type { Terminal } from "../terminal.ts";
import { wouldStart } from "./may.ts";
import { logsAfter, outlooks, signsOfLife } from "./outlook.ts";
import type { Declaration } from "./request.ts";
import { declaredText, heldText, nextText, outlookText, siteText, untilText } from "./text.ts";

/** Writes a declaration, holds what an unplanned one must hold, and says what would be lost and what to type next. */
export async function declare(
  fact: Declaration,
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const { request, epoch } = wouldStart(entries, fact, terminal.now());
  const s = situation(entries);
  const recovery = upgraded(s.declared?.recovery, registries.parts);
  const at: Omit<ErrandArgs, "say"> = {
    world,
    recovery,
    request,
    journalRef: estate.journal,
    epoch,
    disasterSec: fact.disasterAt === undefined ? undefined : Date.parse(fact.disasterAt) / 1000,
  };
  if (fact.waiveFence !== undefined) await refuseWaiverWhileAlive(at, fact);
  if (s.declaration) terminal.note(`this replaces what ${s.declaration.as} declared at ${s.declaration.at}`);
  const written = terminal.now();
  await journal.append((now) => {
    wouldStart(now, fact, terminal.now());
    return fact;
  });
  terminal.out(declaredText(fact, request, recovery, written));
  if (fact.mode === "planned") {
    terminal.out(nextText(fact.to, terminal.platform));
    return;
  }
  const held = await hold(at, terminal);
  const timeZone = recovery.sites[request.from].timeZone;
  const [seen, life] = await Promise.all([
    outlooks(at, fact),
    signsOfLife(at).catch((error: unknown) => {
      terminal.note(
        `whether the old site still answers could not be seen: ${error instanceof Error ? error.message : String(error)}`,
      );
      return [];
    }),
  ]);
  if (seen.length > 0) {
    terminal.out(outlookText(seen, fact.acceptLossSec, timeZone));
    terminal.out(untilText(held, written, timeZone));
  }
  const alive = [...life, ...logsAfter(seen, at.disasterSec ?? Number.POSITIVE_INFINITY, timeZone)];
  if (alive.length > 0)
    terminal.out(
      `STILL ALIVE at ${siteText(request.from, recovery)}: ${alive.join("; ")}. Is it lost, or is it the link? While it answers, a planned move loses nothing`,
    );
  terminal.out(nextText(fact.to, terminal.platform));
  const loose = held.filter((o) => o.failed.length > 0);
  if (loose.length > 0)
    throw new CliError(
      `declared, but ${count(loose.length, "part is", "parts are")} not held (${loose.map((o) => o.part).join(", ")}). Mend what is named above and type the same "declare" again, or go on at once: the activation's own first steps hold again`,
      exitCodes.notHeld,
    );
}

/** A waiver stands for a site that is gone. Whatever answers from it, or wrote after its end, speaks against that. */
async function refuseWaiverWhileAlive(at: Omit<ErrandArgs, "say">, fact: Declaration): Promise<void> {
  const [life, seen] = await Promise.all([signsOfLife(at), outlooks(at, fact)]);
  const { timeZone } = at.recovery.sites[at.request.from];
  const late = at.disasterSec === undefined ? [] : logsAfter(seen, at.disasterSec, timeZone);
  if (life.length === 0 && late.length === 0) return;
  const site = siteText(at.request.from, at.recovery);
  throw new CliError(
    [
      `the fence cannot be waived: ${site} is not dead as far as can be seen from here. Nothing was declared`,
      ...[...life, ...late].map((line) => `  ${line}`),
      life.length > 0
        ? "Cut its power or its network, or declare without --waive-fence: the cutover then fences it itself"
        : `Correct --disaster-at (it says ${moment(at.disasterSec ?? 0, timeZone)}), or declare without --waive-fence`,
    ].join("\n"),
  );
}

/** Stops restoring at the target at once, and writes what is held. */
async function hold(at: Omit<ErrandArgs, "say">, terminal: Terminal): Promise<readonly Outcome[]> {
  const errands = holdsOf(at.recovery, at.request, at.world.parts);
  if (errands.length === 0) return [];
  terminal.note(`holding ${errands.map((e) => e.part).join(", ")} …`);
  const outcomes = await runErrands(errands, { ...at, say: (line) => terminal.note(line) });
  for (const { part, done, failed } of outcomes) {
    if (failed.length === 0) await at.world.journal.append({ kind: "held", part, says: done.join("; ") });
    for (const { step, says } of failed)
      await at.world.journal.append({
        kind: "step",
        step,
        phase: "hold",
        verdict: "failed",
        critical: false,
        says: `"declare" could not hold it: ${says}`,
      });
  }
  terminal.out(heldText(outcomes));
  return outcomes;
}
