import type { Entry } from "../../journal/entries.ts";
import { fenceOwed } from "../../journal/fence-owed.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { movementOf } from "../../journal/state.ts";
import { wordAt } from "../../journal/words.ts";
import { didYouMean } from "../../model/nearest.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import { otherSite, stackOf } from "../../model/site.ts";
import { unguardedHosts, type UnguardedHost } from "../../planning/guarded.ts";
import { CliError } from "../failure.ts";
import { heldOn } from "../overtaken.ts";

/** From which servers guards may be removed now. */
export interface Removable {
  readonly s: Situation;
  /** Those that were named, or all that are reached over SSH. */
  readonly hosts: readonly UnguardedHost[];
}

/**
 * The servers that are looked at for a guard to remove. `names`: as typed; none for all. Throws a sentence where none may
 * be removed: the estate still has one, something moves or is about to, or a guard still keeps old databases closed.
 */
export function removable(
  names: readonly string[],
  entries: readonly Entry[],
  recovery: Recovery,
  parts: Parts,
): Removable {
  const s = situation(entries);
  if (recovery.guard)
    throw new CliError(
      'estate.ts still has a guard, and the next "pulumi up" would put it back. Take guard out of estate.ts, or write guard: false; then type this again',
    );
  const moves = movementOf(s);
  if (moves)
    throw new CliError(`${moves.says}, and no guard is removed while the estate moves. ${moves.ways}`);
  const about = mayNotRemove(entries, s.epoch);
  if (about !== undefined) throw new CliError(about);
  const hosts = chosen(names, recovery, unguardedHosts(recovery, parts, s.active));
  const held = hosts.filter(({ host, parts: own }) => wordAt(s, host.site, own) === "stop");
  if (held.length > 0) {
    const { active } = s;
    throw new CliError(
      `${otherSite(active)} is not fenced yet (${fenceOwed(s).join(", ")}): the guards of ${held.map((h) => h.host.id).join(", ")} keep old databases from opening there. "parallel-standby probe" fences it as soon as it answers; type this again after that, or now for servers of ${active} by name`,
    );
  }
  return { s, hosts };
}

/**
 * Why no guard is removed any more since activation `epoch`, as a sentence; undefined while it may be. The facts of the
 * journal are those of the last `up`: while they have a guard, the next move and the next probe go by it.
 */
export function mayNotRemove(entries: readonly Entry[], epoch: number): string | undefined {
  const since = heldOn(entries, epoch);
  if (since !== undefined)
    return `${since}, and no guard is removed meanwhile. Look with "parallel-standby status"`;
  const s = situation(entries);
  if (s.held.size > 0)
    return `restores of ${[...s.held].join(", ")} are held for a move, and no guard is removed meanwhile. Make the move, or release them with "parallel-standby withdraw"`;
  return s.declared?.recovery.guard
    ? `the facts in the journal still have a guard, and the next move goes by them. "pulumi up -s ${stackOf[otherSite(s.active)]}" writes those of estate.ts; then type this again`
    : undefined;
}

function chosen(
  names: readonly string[],
  { hosts }: Recovery,
  all: readonly UnguardedHost[],
): readonly UnguardedHost[] {
  const isNamed = (id: string): boolean => names.some((n) => n.toLowerCase() === id.toLowerCase());
  const ids = hosts.map((h) => h.id);
  const strange = names.filter((name) => !ids.some((id) => id.toLowerCase() === name.toLowerCase()));
  if (strange.length > 0)
    throw new CliError(
      `${strange.map((name) => `${name} is no server of this estate.${didYouMean(name, ids)}`).join("\n")}\nIts servers are: ${ids.join(", ")}`,
    );
  const silent = ids.filter((id) => isNamed(id) && !all.some(({ host }) => host.id === id));
  if (silent.length > 0)
    throw new CliError(
      `${silent.join(", ")} has no ssh in the estate: no guard was ever put there by it, and none can be removed. Leave it out`,
    );
  return names.length === 0 ? all : all.filter(({ host }) => isNamed(host.id));
}
