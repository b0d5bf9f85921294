import type { Entry, EntryOf } from "../../journal/entries.ts";
import { lostItsTail } from "../../journal/lost-tail.ts";
import { next } from "../../journal/next.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import { termsOf } from "../../journal/systems.ts";
import type { MovingSystem } from "../../journal/terms.ts";
import { didYouMean } from "../../model/nearest.ts";
import { canonical } from "../../model/recovery.ts";
import { activeStack } from "../../model/site.ts";
import { CliError } from "../failure.ts";
import { count } from "../layout.ts";
import type { ModeChange } from "./request.ts";

/** What a change of the mode is for. */
export interface Changeable {
  readonly last: EntryOf<"activation started">;
  /** Systems that go on on other terms. */
  readonly systems: readonly MovingSystem[];
  /** Those that are finished as they are: of each something works at the new site already. */
  readonly arrived: readonly string[];
}

/** Which systems can go on with that change. Throws a sentence where none can. */
export function changeable(
  entries: readonly Entry[],
  { system, terms }: Pick<ModeChange, "system" | "terms">,
  now: Date,
): Changeable {
  const s = situation(entries);
  const { last } = s;
  const moving = movementOf(s);
  if (!last || !moving)
    throw new CliError(
      `no move is under way: ${s.active} is active. An unplanned move is declared: "parallel-standby declare --mode unplanned"`,
    );
  if (stateOf(s) === "in doubt") throw new CliError(`${moving.says}. ${moving.ways}`);
  refuseBesideDeclaration(s, last, now);
  const all = last.systems ?? [];
  if (all.length === 0)
    throw new CliError(
      `activation ${String(last.epoch)} was begun by a version that knew no systems. ${s.noReturn ? `Finish it with "pulumi up -s ${activeStack(last.to)}"` : 'Declare the move anew: "parallel-standby declare --mode unplanned"'}`,
    );
  const asked = system === undefined ? all : [named(all, system)];
  const arrived = asked.filter((m) => s.arrived.has(m.system)).map((m) => m.system);
  const others = asked.filter((m) => !s.arrived.has(m.system));
  const finish = `Finish ${arrived.length === 1 ? "it" : "them"} with "pulumi up -s ${activeStack(last.to)}"`;
  if (others.length === 0)
    throw new CliError(
      `${arrived.join(", ")}: past the point of no return, and what it lost is settled. ${finish}`,
    );
  // A tail-log backup that failed is tried once more in another activation only, on whatever terms; what is owed, by "up".
  const changed = others.filter(
    (m) => canonical(termsOf(last, m.system)) !== canonical(terms) || lostItsTail(s, m.system),
  );
  if (changed.length === 0)
    throw new CliError(
      `${others.map((m) => m.system).join(", ")}: moved unplanned on these very terms already. Go on with "pulumi up -s ${activeStack(last.to)}"`,
    );
  return { last, systems: changed, arrived };
}

/** The next `up` can begin with one thing only. */
function refuseBesideDeclaration(s: Situation, { to }: EntryOf<"activation started">, now: Date): void {
  const { declaration } = s;
  const then = next(s, to, now);
  if (declaration && then.kind === "start" && then.declaration.seq === declaration.seq)
    throw new CliError(
      `${declaration.as} has declared this move anew at ${declaration.at} (${declaration.mode}), and the next "pulumi up -s ${activeStack(to)}" begins with that. Run it, or take it back with "parallel-standby withdraw"`,
    );
}

function named(all: readonly MovingSystem[], asked: string): MovingSystem {
  const found = all.find((m) => m.system === asked || m.parts.includes(asked));
  if (found) return found;
  const known = all.map((m) => m.system);
  throw new CliError(
    `--system ${JSON.stringify(asked.slice(0, 80))} is none of the ${count(known.length, "system", "systems")} that this move has: ${known.join(", ")}.${didYouMean(asked, known)}`,
  );
}
