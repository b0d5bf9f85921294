import { inTwo } from "../model/finding.ts";
import { isParked } from "../model/host.ts";
import type { Request } from "../model/part.ts";
import type { Recovery } from "../model/recovery.ts";
import { provisionAgain } from "../model/site.ts";
import { guardedHosts } from "../planning/guarded.ts";
import type { Look } from "../steps/act.ts";
import type { World } from "../steps/find.ts";
import { wrongWithGuard } from "../steps/guard-check.ts";

/**
 * Whether each guarded server still has its guard, and nothing else starts what it guards: a start type that was set by
 * hand, or by an update, gets round it at the next restart. A VM that is parked is off, and gets its own once it runs.
 */
export const guardLooks = (
  recovery: Recovery,
  { to }: Request,
  { parts, runs }: Pick<World, "parts" | "runs">,
): readonly Look[] =>
  guardedHosts(recovery, parts)
    .filter(({ host }) => host.site !== to || !isParked(host))
    .map((guarded): Look => {
      const { id, site } = guarded.host;
      return {
        id: `guard:${id}`,
        at: id,
        host: id,
        failing: "risk",
        run: async (io) => {
          const says = await wrongWithGuard(guarded, recovery, runs, io);
          if (says === undefined) return [];
          const todo = `have the guard and its start types put back: ${provisionAgain(site)}`;
          return [{ id: `guard:${id}`, severity: "risk", at: id, ...inTwo(says, todo) }];
        },
      };
    });
