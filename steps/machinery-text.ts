import { lostItsTail } from "../journal/lost-tail.ts";
import type { Situation } from "../journal/situation.ts";
import { termsOf } from "../journal/systems.ts";
import type { Terms } from "../journal/terms.ts";

/** `k2 is up, with exceptions: k2/client-answers; owed: 2 steps`. */
export const endedSays = (what: string, exceptions: readonly string[], owed: readonly string[]): string =>
  [
    `${what}${exceptions.length > 0 ? `, with exceptions: ${exceptions.join(", ")}` : ""}`,
    ...(owed.length > 0 ? [`owed: ${String(owed.length)} ${owed.length === 1 ? "step" : "steps"}`] : []),
  ].join("; ");

/** What has the steps at the old site tried again where it answers; nothing where nothing does any more. */
export function triedAgain(s: Situation, system = ""): string {
  const terms = s.last && termsOf(s.last, system);
  const again = wayAgain(s, system, terms);
  return again === undefined ? "" : `. To have its steps there tried once more: ${again}, then "pulumi up"`;
}

function wayAgain(s: Situation, system: string, terms: Terms | undefined): string | undefined {
  const isPlanned = terms?.mode === "planned";
  // Planned, nothing is lost: nobody is led to give that up.
  if (!s.noReturn)
    return `"parallel-standby declare" again, with --mode ${isPlanned ? "planned" : "unplanned and without --waive-fence"}`;
  const mayChange = terms?.waiveFence !== undefined || lostItsTail(s, system);
  if ((s.last?.systems?.length ?? 0) < 2 || s.arrived.has(system) || isPlanned || !mayChange)
    return undefined;
  return `"parallel-standby mode unplanned --system ${system} --reason WHY", with --as, --disaster-at and --accept-loss, without --waive-fence`;
}

/**
 * Once another system has arrived, a move is not declared anew: what is asked for is said for one system alone. That may
 * happen while this sentence is read.
 */
export const otherwise = ({ last, arrived }: Situation, system = ""): string =>
  (last?.systems?.length ?? 0) < 2
    ? ""
    : `. ${arrived.size > 0 ? `${[...arrived].join(", ")} can only be finished, so that "declare" is refused: write` : 'Once another system has opened its databases, "declare" is refused: write'} "parallel-standby mode unplanned --system ${system} --reason WHY" in its place, with the other options the same`;
