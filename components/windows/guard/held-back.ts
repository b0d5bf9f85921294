import type { Io } from "../../../steps/act.ts";
import { sshTo } from "../../../steps/transports/ssh.ts";
import { portAnswers } from "../../../steps/transports/tcp.ts";
import type { ServiceState } from "../parse.ts";
import { control, serviceState } from "../services.ts";
import { startAndWait } from "../service-acts.ts";
import { textOf } from "./acts.ts";
import { guardFile } from "./place.ts";
import { startsLine } from "./script.ts";

/** How long a server may take to accept a connection. Seconds. */
const acceptSec = 3;

/**
 * The state of a service that only the guard of its server starts: `stopped`, and the guard has not started it. Undefined
 * where Windows starts it, it is disabled, no guard there names it, or the server does not answer.
 */
export async function guardedState(host: string, service: string, io: Io): Promise<ServiceState | undefined> {
  const { address, ssh: access } = io.host(host);
  if (!access || !(await portAnswers(address, access.port, { signal: io.signal, limitSec: acceptSec })))
    return undefined;
  const ssh = await sshTo(host, io);
  const found = await serviceState(ssh, service);
  if (found?.startType !== "manual") return undefined;
  return (await textOf(ssh, guardFile))?.includes(startsLine(service)) === true ? found.state : undefined;
}

/** Starts a service that its guard holds back, and waits until it runs; nothing that stands on it is started. */
export async function startHeldBack(host: string, service: string, limitSec: number, io: Io): Promise<void> {
  io.say(`starting "${service}" on ${host}, which its guard holds back`);
  await startAndWait(await sshTo(host, io), service, {
    signal: io.signal,
    limitSec,
    before: () => io.mayStillAct(),
  });
}

/** Asks such a service to stop again; what stands in the way of that is nobody's news. */
export async function stopAgain(host: string, service: string, io: Io): Promise<void> {
  io.say(`stopping "${service}" on ${host} again`);
  await control(await sshTo(host, io), service, "stop").catch(() => undefined);
}
