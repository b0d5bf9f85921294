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
 * still take logs from. `service`: its SQL Server. `parts`: those that have databases there.
 */
export async function refuseToWake(
  host: string,
  { service, parts }: { readonly service: string; readonly parts: readonly string[] },
  { journal }: Pick<Io, "journal">,
): Promise<void> {
  const s = situation(await journal.entries());
  const state = stateOf(s);
  const waiting = state === "active" ? [] : parts.filter((part) => !isOpened(s, `${part}/`));
  const later =
    state === "in doubt"
      ? "the move is being given up"
      : waiting.length > 0
        ? `the new site has not opened the databases of ${waiting.join(", ")}`
        : undefined;
  const owed = fenceOwed(s, before);
  const says =
    owed.length === 0
      ? later
      : `what would write there is not stopped: ${owed.join(", ")}${later === undefined ? `. ${byHand(host, service)}` : `; ${later}`}`;
  if (says !== undefined)
    throw new Error(
      `SQL Server on ${host} is stopped and its guard keeps it so; it is started to close its databases once nothing stands against it: ${says}`,
    );
}

/** The way out where a server will never say that it is stopped. `guard allow` would start Agent, too. */
const byHand = (host: string, service: string): string =>
  `Where a server of these is gone for good, start ${service} on ${host} by hand, without Agent, then type "parallel-standby probe": it closes them. Re-protection begins once a server with these services answers in its place`;
