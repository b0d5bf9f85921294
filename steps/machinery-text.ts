import type { Situation } from "../journal/situation.ts";

/** `k2 is up, with exceptions: k2/client-answers; owed: 2 steps`. */
export const endedSays = (what: string, exceptions: readonly string[], owed: readonly string[]): string =>
  [
    `${what}${exceptions.length > 0 ? `, with exceptions: ${exceptions.join(", ")}` : ""}`,
    ...(owed.length > 0 ? [`owed: ${String(owed.length)} ${owed.length === 1 ? "step" : "steps"}`] : []),
  ].join("; ");

/** What has the steps at the old site tried again where it answers; nothing where nothing does any more. */
export function triedAgain({ last, noReturn, arrived }: Situation, system = ""): string {
  const way = !noReturn
    ? '"parallel-standby declare" again, with --mode unplanned,'
    : (last?.systems?.length ?? 0) > 1 && !arrived.has(system)
      ? `"parallel-standby mode unplanned --system ${system} --reason WHY"`
      : undefined;
  return way === undefined
    ? ""
    : `. To have its steps there tried once more: ${way} without --waive-fence, then "pulumi up"`;
}

/**
 * Once another system has arrived, a move is not declared anew: what is asked for is said for one system alone. That may
 * happen while this sentence is read.
 */
export const otherwise = ({ last, arrived }: Situation, system = ""): string =>
  (last?.systems?.length ?? 0) < 2
    ? ""
    : `. ${arrived.size > 0 ? `${[...arrived].join(", ")} can only be finished, so that "declare" is refused: write` : 'Once another system has opened its databases, "declare" is refused: write'} "parallel-standby mode unplanned --system ${system} --reason WHY" in its place, with the other options the same`;
