import { runs, type Runnable } from "../../../../steps/act.ts";
import { isClosed, stateOf } from "../look.ts";
import { closeOld } from "../verbs.ts";
import { closed, sqlOrHeldBack, wokenAndClosed } from "./wake.ts";

/** The verb that keeps a site that comes back from writing. */
export const closeOldRunnables: readonly Runnable[] = [
  runs(closeOld, {
    check: async ({ database, host }, io) => {
      const expected = "closed: the new site has its own";
      const sql = await sqlOrHeldBack(host, io);
      if (!sql)
        return {
          there: false,
          says: `SQL Server on ${host} is stopped, its guard keeps it so, and ${database} would be open with it`,
          expected,
        };
      const seen = await stateOf(sql, database);
      return { there: isClosed(seen), says: `${database} on ${host} is ${seen.state}`, expected };
    },
    act: async ({ database, host }, io) => {
      const sql = await sqlOrHeldBack(host, io);
      if (!sql) return wokenAndClosed(host, io);
      await closed(sql, host, database, io);
    },
  }),
];
