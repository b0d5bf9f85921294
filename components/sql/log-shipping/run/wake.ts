import type { Io } from "../../../../steps/act.ts";
import { refuseToWake } from "../../../../steps/may-wake.ts";
import { poll } from "../../../../steps/poll.ts";
import { sqlOn, Unreachable, type Sql } from "../../../../steps/transports/sql.ts";
import { isRefused } from "../../../../steps/works-on.ts";
import { guardedState, startHeldBack, stopAgain } from "../../../windows/guard/held-back.ts";
import { sqlServices } from "../../instance/services.ts";
import { shippedOn } from "../facts.ts";
import { isClosed, stateOf } from "../look.ts";
import { takeOffline } from "../tsql/changes.ts";

/** How long SQL Server may take to let the runner in once it has begun to start. Seconds. */
const startSec = 90;
/** How long it may take to listen once its service runs. Seconds. */
const listensSec = 5;
/** How a server answers that is about to listen. */
const notYet: ReadonlySet<Unreachable["obstacle"]> = new Set(["refused", "silent", "broken"]);

/** States that a database passes through by itself. */
const passing: ReadonlySet<string> = new Set(["RECOVERING"]);

/**
 * SQL Server on a host; undefined where it stands still because its guard holds it back, and may be started to be closed.
 * Throws where it is not reached, or must not be started yet.
 */
export async function sqlOrHeldBack(host: string, io: Io): Promise<Sql | undefined> {
  try {
    return await sqlOn(host, io);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    // A port that nothing listens on is silent behind the firewall of Windows.
    if (error.obstacle !== "refused" && error.obstacle !== "silent") throw error;
    const [service] = sqlServices(io.host(host));
    const state = service === undefined ? undefined : await guardedState(host, service, io);
    // A step beside this one has begun to start it.
    if (state === "start pending" || state === "running")
      return await letIn(host, io, state === "running" ? listensSec : startSec);
    if (service === undefined || state !== "stopped") throw error;
    await refuseToWake(host, { service, parts: shippedOn(host, io.lookup).map(({ part }) => part) }, io);
    return undefined;
  }
}

/**
 * Starts SQL Server that its guard holds back, without Agent, and closes all databases of the estate there in the same
 * act: they come up with it. It is waited for as long as the step may take, since one that nobody waits for comes up with
 * all of them open. Where that fails it is stopped again, unless others have gone on; where time ends first the next try
 * closes them.
 */
export async function wokenAndClosed(host: string, io: Io): Promise<void> {
  const [service] = sqlServices(io.host(host));
  if (service === undefined) throw new Error(`${host} has no sql in the estate`);
  await startHeldBack(host, service, Number.POSITIVE_INFINITY, io);
  try {
    const sql = await letIn(host, io, startSec);
    await Promise.all(
      shippedOn(host, io.lookup).flatMap(({ facts }) => facts.databases.map((d) => closed(sql, host, d, io))),
    );
  } catch (error) {
    // Where others have gone on meanwhile, people may be served from it by now, whatever has failed here.
    if (!io.signal.aborted && !(await isRefused(io))) await stopAgain(host, service, io);
    throw error;
  }
}

/** It accepts nobody for a moment after its service runs. */
async function letIn(host: string, io: Io, limitSec: number): Promise<Sql> {
  const last = await poll(
    () => sqlOn(host, io).catch((error: unknown) => error),
    (seen) => !(seen instanceof Unreachable && notYet.has(seen.obstacle)),
    { signal: io.signal, limitSec },
  );
  if (last instanceof Error) throw last;
  return last as Sql;
}

/** Takes a database offline that is open, once it has recovered. */
export async function closed(sql: Sql, host: string, database: string, io: Io): Promise<void> {
  const seen = await poll(
    () => stateOf(sql, database),
    ({ state }) => !passing.has(state),
    { signal: io.signal, limitSec: Number.POSITIVE_INFINITY },
  );
  if (isClosed(seen)) return;
  io.say(`taking ${database} on ${host} offline`);
  await io.mayStillAct();
  await sql.run(takeOffline(database)).catch(async (error: unknown) => {
    // A step beside this one closes the same ones.
    if (!isClosed(await stateOf(sql, database))) throw error;
  });
}
