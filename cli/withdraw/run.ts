import type { Fact } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import type { Request } from "../../model/part.ts";
import { otherSite } from "../../model/site.ts";
import { upgraded } from "../../model/upgrade.ts";
import type { World } from "../../steps/find.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { ownJournal } from "../own-journal.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "../terminal.ts";
import { withdrawalOf } from "./may.ts";
import { release } from "./release.ts";

/**
 * Takes a declaration back, then releases what it held: in this order, so that nobody can begin with it while restore
 * jobs start again. Run again after a release that failed, it releases what is left.
 */
export async function withdraw(
  { as, reason }: { readonly as: string; readonly reason?: string },
  { estate, journal }: Project,
  registries: Pick<World, "parts" | "runs">,
  terminal: Terminal,
): Promise<void> {
  const world: World = { ...registries, journal };
  const before = await ownJournal(journal, estate.name);
  const { abandons, declaration, held } = withdrawalOf(before);
  if (abandons !== undefined) {
    const running = await journal.store.leases();
    if (running.length > 0)
      throw new CliError(
        `activation ${String(abandons)} is under way: ${running.map((l) => `"${l.name}" of ${l.who}, since ${l.since}`).join("; ")}. Stop it (Ctrl+C there), then withdraw again`,
      );
    await append(world, (now) => now.abandons === abandons, {
      kind: "abandoned",
      epoch: abandons,
      as: as.trim(),
      reason: reason?.trim() ?? "withdrawn before its first step",
    });
    terminal.out(`abandoned: activation ${String(abandons)}; no step of it had begun`);
  }
  const stands = withdrawable(await journal.entries());
  if (stands !== undefined) {
    const { seq } = declaration ?? {};
    await append(world, (now) => now.stands && now.declaration?.seq === seq, {
      kind: "withdrawn",
      as: as.trim(),
      ...(reason === undefined ? {} : { reason: reason.trim() }),
    });
    terminal.out(`withdrawn: ${stands}`);
  }
  if (held.size === 0) return;
  const s = situation(before);
  const to = declaration?.to ?? otherSite(s.active);
  const request: Request = { from: otherSite(to), to, mode: declaration?.mode ?? "unplanned" };
  const recovery = upgraded(s.declared?.recovery, registries.parts);
  await release(
    held,
    recovery,
    request,
    {
      world,
      recovery,
      request,
      journalRef: estate.journal,
      epoch: s.epoch,
      say: (line) => terminal.note(line),
    },
    terminal,
  );
}

/** What stands and can be taken back, by whose it is; undefined where nothing does. */
function withdrawable(entries: Parameters<typeof situation>[0]): string | undefined {
  const { declaration, modeChanges } = situation(entries);
  if (declaration) return `the declaration of ${plain(declaration.as)}`;
  const changes = [...modeChanges].map(([system, { as }]) => `${system}, changed by ${plain(as)}`);
  return changes.length > 0 ? `the change of the mode of ${changes.join("; ")}` : undefined;
}

/** Writes it if it still holds at that moment: two people may withdraw, or an activation may begin. */
const append = (
  { journal }: World,
  holds: (now: ReturnType<typeof withdrawalOf>) => boolean,
  fact: Fact,
): Promise<void> =>
  journal.append((entries) => {
    if (!holds(withdrawalOf(entries)))
      throw new CliError(
        'at this moment the journal changed. Look with "parallel-standby status", then try again',
      );
    return fact;
  });
