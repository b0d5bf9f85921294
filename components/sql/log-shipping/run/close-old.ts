import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { stateOf } from "../look.ts";
import { takeOffline } from "../tsql/changes.ts";
import { closeOld } from "../verbs.ts";

/** States of a database in which people can write to it, or could after a moment. */
const open: ReadonlySet<string> = new Set(["ONLINE", "RECOVERING", "RECOVERY_PENDING"]);

/** The verb that keeps a site that comes back from writing. */
export const closeOldRunnables: readonly Runnable[] = [
  runs(closeOld, {
    check: async ({ database, host }, io) => {
      const { state } = await stateOf(await sqlOn(host, io), database);
      return {
        there: !open.has(state),
        says: `${database} on ${host} is ${state}`,
        expected: "closed: the new site has its own",
      };
    },
    act: async ({ database, host }, io) => {
      io.say(`taking ${database} on ${host} offline`);
      await (await sqlOn(host, io)).run(takeOffline(database));
    },
  }),
];
