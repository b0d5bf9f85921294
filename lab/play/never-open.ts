import { setTimeout as pause } from "node:timers/promises";
import type { Lab } from "../world/start.ts";
import { rowsOf } from "./checks.ts";
import type { Check } from "./scenario.ts";

/** How often the site that was left is looked at, in real milliseconds. */
const everyMs = 100;

/** A look at the site that was left, again and again, until it is ended. */
export interface Watching {
  end(): Promise<Check>;
}

/**
 * What the guard promises of the lost primary: no database of the estate is open there while Agent runs, or K2 runs or
 * could be started by its guard. A database that the runner has started to close it is open for a moment, alone.
 */
export function neverOpenAtWork(lab: Lab): Watching {
  const bad = new Set<string>();
  const over = new AbortController();
  let answered = 0;
  let last = "";
  const look = async (): Promise<void> => {
    if (lab.serviceAt("SQLPRD01", "MSSQLSERVER") !== "running") return;
    const rows = await rowsOf(
      lab,
      "SQLPRD01",
      "SELECT name FROM sys.databases WHERE name IN (N'K2', N'Claims') AND state_desc = N'ONLINE'",
    ).catch(() => undefined);
    if (!rows) return;
    answered += 1;
    const open = rows.map((row) => String(row["name"]));
    if (open.length === 0) return;
    const agent = lab.serviceAt("SQLPRD01", "SQLSERVERAGENT");
    const k2 = lab.host("K2PRD01").services.find("K2 Server");
    last = `${open.join(", ")} ONLINE with Agent ${agent}, K2 Server ${k2?.state ?? ""} and ${k2?.startType ?? ""}`;
    if (agent !== "stopped" || k2?.state !== "stopped" || k2.startType !== "disabled") bad.add(last);
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      await look();
      await pause(everyMs, undefined, { ref: false });
    }
  })();
  return {
    end: async () => {
      over.abort();
      await watching;
      await look();
      return {
        name: "no database is open at the primary while Agent runs or K2 could start",
        ok: bad.size === 0 && answered > 0,
        detail:
          bad.size > 0
            ? [...bad].join("; ")
            : `SQL Server there answered ${String(answered)} looks; ${last === "" ? "none ONLINE" : `last seen open: ${last}`}`,
      };
    },
  };
}
