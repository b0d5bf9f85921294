import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { isClosed, stateOf } from "../look.ts";
import { takeOffline } from "../tsql/changes.ts";
import { closeOld } from "../verbs.ts";

/** The verb that keeps a site that comes back from writing. */
export const closeOldRunnables: readonly Runnable[] = [
  runs(closeOld, {
    check: async ({ database, host }, io) => {
      const seen = await stateOf(await sqlOn(host, io), database);
      return {
        there: isClosed(seen),
        says: `${database} on ${host} is ${seen.state}`,
        expected: "closed: the new site has its own",
      };
    },
    act: async ({ database, host }, io) => {
      io.say(`taking ${database} on ${host} offline`);
      await (await sqlOn(host, io)).run(takeOffline(database));
    },
  }),
];
