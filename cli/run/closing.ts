import type { Entry } from "../../journal/entries.ts";
import type { Situation } from "../../journal/situation.ts";
import { movementOf, stateOf } from "../../journal/state.ts";
import type { OnlyThere } from "../../model/part.ts";
import { activeStack, type SiteId } from "../../model/site.ts";
import { verdictText } from "../../stacks/completed-text.ts";
import type { Prepared } from "../../stacks/prepare.ts";
import { systemsText } from "../../stacks/systems-text.ts";
import type { Driven } from "../../steps/drive.ts";
import { CliError } from "../failure.ts";
import { count, plain } from "../layout.ts";

/** What goes on with a move, by hand. */
const goOn = (to: SiteId): string =>
  `"parallel-standby run --to ${to}", or "pulumi up -s ${activeStack(to)}"`;

/**
 * What has come of a run, as the journal (`s`, of these `entries`) has it after the last step; `alone`: backups that lie on one server alone. Throws `CliError` where the move is not completed:
 * which steps failed and why, how many wait, and what to do.
 */
export function closing(
  s: Situation,
  { now: { epoch }, target }: Pick<Prepared, "now" | "target">,
  { failed, waiting }: Driven,
  failures: ReadonlyMap<string, string>,
  entries: readonly Entry[],
  alone: readonly OnlyThere[] = [],
): string {
  const completed = verdictText(s, epoch, entries, alone);
  if (completed !== undefined) return completed;
  if (s.epoch !== epoch)
    throw new CliError(
      `activation ${String(epoch)} is past: activation ${String(s.epoch)} has begun meanwhile. Look with "parallel-standby status", then go on with ${goOn(s.last?.to ?? target)}`,
    );
  const movement = movementOf(s);
  if (!movement)
    throw new CliError(`activation ${String(epoch)} was abandoned meanwhile: ${s.active} is active`);
  if (stateOf(s) === "in doubt") throw new CliError(`${plain(movement.says)}. ${movement.ways}`);
  const waits = waiting.length === 0 ? "" : `, ${count(waiting.length, "step")} not begun`;
  if (failed.size === 0)
    throw new CliError(
      `stopped: activation ${String(epoch)} toward ${target} is not completed${waits}. Go on with ${goOn(target)}`,
    );
  throw new CliError(
    [
      `NOT FINISHED: activation ${String(epoch)} toward ${target}: ${count(failed.size, "step")} failed${waits}`,
      ...[...failed].map((id) => `  ✘ ${plain(named(id, failures.get(id) ?? ""))}`),
      // Each failure is named above already: here is what has come of the systems.
      ...systemsText(s).map((line) => `  ${plain(line)}`),
      `Mend what is named, then ${goOn(target)}: only what has not succeeded runs`,
    ].join("\n"),
  );
}

/** Most sentences of a step begin with its name. */
const named = (id: string, says: string): string => (says.startsWith(`${id}: `) ? says : `${id}: ${says}`);

/** Said at the first wish to end. */
export const stoppingText = (running: ReadonlySet<string>, to: SiteId): string =>
  running.size === 0
    ? `stopping: nothing new begins. Go on later with ${goOn(to)}`
    : `stopping: nothing new begins; waiting for ${[...running].join(", ")}. Once more, and they are left to end by themselves. Go on later with ${goOn(to)}`;

/** Said at the second. */
export const leftText = (running: ReadonlySet<string>, to: SiteId): string =>
  `left: ${[...running].join(", ") || "nothing"} runs on and ends in the journal. Go on with ${goOn(to)}`;
