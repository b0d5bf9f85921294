import { fenceOwed } from "../journal/fence-owed.ts";
import { isOpened, situation } from "../journal/situation.ts";
import { stateOf } from "../journal/state.ts";
import type { Phase } from "../model/phase.ts";
import type { Io } from "./act.ts";

/** What has to be done at the old site before anything that stands still there is started, if only to be closed. */
const before: ReadonlySet<Phase> = new Set<Phase>(["fence-apps", "fence-site"]);

/**
 * Throws why a server of the site that was left may not be started yet, so that its databases can be closed: what writes
 * to them is not stopped for sure, or the new site has not opened its own, of which these are the last copy that it may
 * still take logs from. `parts`: those that have databases on that server.
 */
export async function refuseToWake(
  host: string,
  parts: readonly string[],
  { journal }: Pick<Io, "journal">,
): Promise<void> {
  const s = situation(await journal.entries());
  const why = (): string | undefined => {
    const owed = fenceOwed(s, before);
    if (owed.length > 0) return `what would write there is not stopped: ${owed.join(", ")}`;
    const state = stateOf(s);
    if (state === "in doubt") return "the move is being given up";
    const waiting = state === "active" ? [] : parts.filter((part) => !isOpened(s, `${part}/`));
    return waiting.length === 0
      ? undefined
      : `the new site has not opened the databases of ${waiting.join(", ")}`;
  };
  const says = why();
  if (says !== undefined)
    throw new Error(
      `SQL Server on ${host} is stopped and its guard keeps it so; it is started to close its databases once nothing stands against it: ${says}`,
    );
}
