import { didYouMean } from "../../model/nearest.ts";
import { runs, type Runnable } from "../../steps/act.ts";
import { poll } from "../../steps/poll.ts";
import { sshTo, type Ssh } from "../../steps/transports/ssh.ts";
import { codeSays, scCode, ServiceError } from "./codes.ts";
import type { ServiceState } from "./parse.ts";
import {
  control,
  dependentsOf,
  keyNameOf,
  serviceSays,
  serviceState,
  servicesOn,
  setStartType,
  type Service,
} from "./services.ts";
import { serviceExists, startService, stopService } from "./verbs.ts";

/** Milliseconds between two looks at a service that stops or starts. */
const everyMs = 500;

/** The verbs that act on services. */
export const serviceRunnables: readonly Runnable[] = [
  runs(stopService, {
    check: async ({ host, service: name, disable }, io) => {
      const service = await serviceState(await sshTo(host, io), name);
      return {
        there: service?.state === "stopped" && (!disable || service.startType === "disabled"),
        says: serviceSays(host, name, service),
        expected: disable ? "stopped and disabled" : "stopped",
      };
    },
    act: async ({ host, service: name, disable, waitSec = 150 }, io) => {
      const ssh = await sshTo(host, io);
      const before = await there(ssh, name);
      // Disabled first: whatever watches over the service cannot start it again in between.
      await io.mayStillAct();
      if (disable && before.startType !== "disabled") await setStartType(ssh, name, "disabled");
      const say = (line: string): void => {
        io.say(line);
      };
      await stop(ssh, name, { signal: io.signal, limitSec: waitSec, say, before: () => io.mayStillAct() });
    },
  }),
  runs(startService, {
    check: async ({ host, service: name, startType }, io) => {
      const service = await serviceState(await sshTo(host, io), name);
      return {
        there: service?.state === "running" && service.startType === startType,
        says: serviceSays(host, name, service),
        expected: `running, start type ${startType}`,
      };
    },
    act: async ({ host, service: name, startType, waitSec = 240 }, io) => {
      const ssh = await sshTo(host, io);
      const before = await there(ssh, name);
      // Enabled first: a disabled service cannot be started (error 1058).
      await io.mayStillAct();
      if (before.startType !== startType) await setStartType(ssh, name, startType);
      io.say(`starting "${name}" on ${host}`);
      await startAndWait(ssh, name, { signal: io.signal, limitSec: waitSec, before: () => io.mayStillAct() });
    },
  }),
  runs(serviceExists, {
    check: async ({ host, service: name }, io) => {
      const ssh = await sshTo(host, io);
      const service = await serviceState(ssh, name);
      if (!service) {
        const keyName = await keyNameOf(ssh, name);
        const hint =
          keyName === undefined
            ? didYouMean(
                name,
                // Without the right to list them there is no hint; that the service is not there stands.
                (await servicesOn(ssh).catch(() => [])).map((s) => s.name),
              )
            : ` "${name}" is a display name: write "${keyName}".`;
        throw new Error(
          `${host} has no service "${name}".${hint} Look at the name in the estate (sc query).`,
        );
      }
      await setStartType(ssh, name, service.startType);
      return {
        there: true,
        says: `${serviceSays(host, name, service)}, and may be changed`,
        expected: "there, and may be changed",
      };
    },
  }),
];

interface Waiting {
  readonly signal: AbortSignal;
  readonly limitSec: number;
  /** Called just before the service is asked for anything. */
  readonly before: () => Promise<void>;
}

async function there(ssh: Ssh, name: string): Promise<Service> {
  const service = await serviceState(ssh, name);
  if (!service) throw new ServiceError(ssh.host, name, "find", scCode.noSuchService);
  return service;
}

/** Stops a service, those that stand on it before it, and waits until the state says so. */
async function stop(
  ssh: Ssh,
  name: string,
  waiting: Waiting & { readonly say: (line: string) => void },
): Promise<void> {
  waiting.say(`stopping "${name}" on ${ssh.host}`);
  const last = await poll(
    async () => {
      const service = await there(ssh, name);
      if (!settled.has(service.state) || service.state === "stopped") return service;
      await waiting.before();
      const code = await control(ssh, name, "stop");
      if (code === scCode.dependentsRunning) {
        const dependents = await dependentsOf(ssh, name);
        if (dependents.length === 0) return service;
        for (const dependent of dependents) await stop(ssh, dependent, waiting);
      } else if (code !== 0 && code !== scCode.notStarted && code !== scCode.takesNoCommands)
        throw new ServiceError(ssh.host, name, "stop", code);
      return service;
    },
    ({ state }) => state === "stopped",
    { ...waiting, everyMs },
  );
  if (last.state === "stopped") return;
  throw new Error(
    `${ssh.host}: the service "${name}" is still ${last.state} ${String(waiting.limitSec)} s after it was asked to stop. ` +
      `It hangs, or has much to finish: look at its log. If it hangs, end its process there ` +
      `(taskkill /F /PID ${String(last.pid)}), then run this again.`,
  );
}

/** Starts a service and waits until the state says so, or says that it has ended again. */
export async function startAndWait(ssh: Ssh, name: string, { before, ...waiting }: Waiting): Promise<void> {
  let asked = false;
  const last = await poll(
    async () => {
      const service = await there(ssh, name);
      if (asked || service.state !== "stopped") return service;
      await before();
      const code = await control(ssh, name, "start");
      if (code !== 0 && code !== scCode.alreadyRunning) throw new ServiceError(ssh.host, name, "start", code);
      asked = true;
      return there(ssh, name);
    },
    ({ state }) => state === "running" || (asked && state === "stopped"),
    { ...waiting, everyMs },
  );
  if (last.state === "running") return;
  if (last.state === "stopped") {
    const own = last.exitCode === scCode.ownError ? ` (its own code: ${String(last.serviceExitCode)})` : "";
    throw new Error(
      `${ssh.host}: the service "${name}" ended as it started: ${codeSays(last.exitCode)}${own}.`,
    );
  }
  throw new Error(
    `${ssh.host}: the service "${name}" is still ${last.state} ${String(waiting.limitSec)} s after it was asked to start. ` +
      `Look at its log; if it only needs longer, run this again.`,
  );
}

/** States in which a service takes a command. */
const settled: ReadonlySet<ServiceState> = new Set<ServiceState>(["stopped", "running", "paused"]);
