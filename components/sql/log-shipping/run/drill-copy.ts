import { runs, type Runnable } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { archived, copyName } from "../copies.ts";
import { drillCopy } from "../drill-verbs.ts";
import { pathOf } from "../headers.ts";
import { look } from "../look.ts";
import type { BackupFile } from "../moves.ts";
import { routeTo, wasOpenedAt } from "../reach.ts";
import { recover } from "../tsql/changes.ts";
import { makeWritable, restrict } from "../tsql/drill.ts";
import { filesOfBackup } from "../tsql/looks.ts";
import { dropCopy, drillIn, factsOfCopy, mustBeOwn } from "./drill-copies.ts";
import { movesTo } from "./drill-ready.ts";
import { restoreFiles } from "./full.ts";
import { restoreLogs, targetSays } from "./roll-forward.ts";
import { shippingAt } from "./shipping.ts";

/** The verb that makes a copy. One that is not whole is dropped and made anew: nothing is lost with it. */
export const drillCopyRunnables: readonly Runnable[] = [
  runs(drillCopy, {
    check: async ({ part, database, host }, io) => {
      const target = await io.point(part);
      const copy = copyName(database, drillIn(io).number);
      const db = await look(database, shippingAt(part, io).place, io, copy);
      const facts = await factsOfCopy(await sqlOn(host, io), copy);
      const isAt = db.state === "ONLINE" && wasOpenedAt(db, target);
      return {
        there: isAt && facts !== undefined && facts.userAccess !== "MULTI_USER",
        says: `${copy} on ${host} is ${facts ? `${facts.state} ${facts.userAccess}${isAt ? `, as of ${targetSays(target)}` : ""}` : "not there"}`,
        expected: `a copy of ${database} as of ${targetSays(target)}, open to administrators only`,
      };
    },
    act: async ({ part, database, host }, io) => {
      const { number } = drillIn(io);
      const target = await io.point(part);
      const copy = copyName(database, number);
      const { place } = shippingAt(part, io);
      const sql = await sqlOn(host, io);
      await mustBeOwn(sql, copy, host);
      const standing = await look(database, place, io, copy);
      if (!(standing.state === "ONLINE" && wasOpenedAt(standing, target))) {
        if (standing.state !== "missing") await dropCopy(sql, copy, io);
        const route = routeTo(archived(standing), target);
        const [full] = "refused" in route ? [] : route.restores;
        if ("refused" in route || !full)
          throw new Error(
            `${database} on ${host}: ${"refused" in route ? route.refused : "no full backup leads to the point"}`,
          );
        const file = pathOf(place.folder, full.set.file);
        const files = await sql.rows<BackupFile>(filesOfBackup(file, full.set.position));
        const moves = await movesTo(sql, database, copy, files);
        await io.mayStillAct();
        await restoreFiles(sql, copy, file, full.set.position, moves, false, io);
        await restoreLogs(sql, copy, route, { place, target }, io);
        await io.mayStillAct();
        io.say(`opening ${copy} on ${host}`);
        await sql.long(recover(copy));
      }
      await sql.run(restrict(copy));
      // A copy that came read-only would look like one that is verified.
      if ((await factsOfCopy(sql, copy))?.readOnly === 1) await sql.run(makeWritable(copy));
    },
  }),
];
