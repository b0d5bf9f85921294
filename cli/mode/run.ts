import type { Entry, Fact } from "../../journal/entries.ts";
import { factsOf, situation } from "../../journal/situation.ts";
import type { Recovery } from "../../model/recovery.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { Surroundings } from "../../stacks/look.ts";
import { outlooks } from "../../stacks/outlook.ts";
import type { World } from "../../steps/find.ts";
import { hold, lookForLife } from "../declare/run.ts";
import { refuseWaiverWhileAlive } from "../declare/waiver.ts";
import { shortfall } from "../declare/shortfall.ts";
import { heldText, outlookText } from "../declare/text.ts";
import { CliError } from "../failure.ts";
import { ownJournal } from "../own-journal.ts";
import { notHeldFor } from "../overtaken.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { changeable } from "./may.ts";
import type { ModeChange } from "./request.ts";
import { changedText, doubtsText, onwardText } from "./text.ts";

/** Writes the change, holds what its systems must hold, and says what would be lost of them and what to type next. */
export async function changeMode(
  change: ModeChange,
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const entries = await ownJournal(journal, estate.name);
  const found = changeable(entries, change, terminal.now());
  const { last, systems } = found;
  const { terms, reason } = change;
  const recovery = upgraded(factsOf(entries, situation(entries))?.recovery, registries.parts);
  const at: Surroundings = {
    world,
    recovery: only(
      recovery,
      systems.flatMap((m) => m.parts),
    ),
    request: { from: last.from, to: last.to, mode: "unplanned" },
    journalRef: estate.journal,
    epoch: last.epoch,
    disasterSec: terms.disasterAt === undefined ? undefined : Date.parse(terms.disasterAt) / 1000,
  };
  const dark =
    terms.waiveFence === undefined
      ? undefined
      : await refuseWaiverWhileAlive(at, terms, {
          undone: "The mode was not changed",
          without: "type the same without --waive-fence",
          otherTime: "Correct --disaster-at",
        });
  const names = systems.map((m) => m.system);
  await journal.append((now): Fact => {
    const still = changeable(now, change, terminal.now());
    if (still.last.epoch !== last.epoch || still.systems.map((m) => m.system).join() !== names.join())
      throw new CliError(
        'at this moment the journal changed: another run started, or a database was opened. Look with "parallel-standby status" and type the same again',
      );
    return {
      kind: "mode changed",
      epoch: last.epoch,
      to: last.to,
      systems: names,
      reason,
      ...terms,
      ...(dark?.accepted.length ? { accepted: [...dark.accepted] } : {}),
    };
  });
  terminal.out(changedText(found, change, recovery));
  const mayNot = (now: readonly Entry[]): string | undefined => notHeldFor(now, last.declaration, names);
  const [life, held] = await Promise.all([
    lookForLife(at, dark?.life, terminal),
    hold(at, { mayNot, since: last.epoch }, terminal),
  ]);
  if (held.length > 0) terminal.out(heldText(held));
  const seen = await outlooks(at, terms);
  if (seen.length > 0) terminal.out(outlookText(seen, terms.acceptLossSec, recovery, last.from));
  for (const line of doubtsText(life, seen, change, recovery, last.from)) terminal.out(line);
  const runs = (await journal.store.leases()).some((l) => l.name === "run");
  terminal.out(onwardText(found, runs, terminal.platform));
  const short = shortfall(last.to, held, seen);
  if (short) throw new CliError(short.says, short.exitCode);
}

/** The facts without the parts of other systems: only these are held and looked at. */
const only = (recovery: Recovery, ids: readonly string[]): Recovery => ({
  ...recovery,
  parts: recovery.parts.filter((p) => ids.includes(p.id)),
});
