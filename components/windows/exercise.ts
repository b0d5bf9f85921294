import { note, risk, stops, type Finding } from "../../model/finding.ts";
import { isParked } from "../../model/host.ts";
import type { Draft } from "../../model/verb.ts";
import type { Io, Runnable } from "../../steps/act.ts";
import { checkActCheck } from "../../steps/check-act-check.ts";
import type { Exercise } from "../../steps/exercise.ts";
import { findRunnable } from "../../steps/find.ts";
import { poll } from "../../steps/poll.ts";
import { deallocateVm, vmPower, type VmPower } from "../../steps/transports/arm.ts";
import { sshTo, type Ssh } from "../../steps/transports/ssh.ts";
import { certificateFindings, certificatesOf } from "./certificates.ts";
import { hostRunnables } from "./host-acts.ts";
import { hasKey, registryValue } from "./registry-value.ts";
import { mayLogOn, trustFindings } from "./logon.ts";
import { lookAtServer } from "./server-look.ts";
import { serviceRunnables } from "./service-acts.ts";
import { serviceState } from "./services.ts";
import { startHost, stopService } from "./verbs.ts";

/** Free space on the system drive below which Windows and its updates get into trouble. Bytes. */
const leastFreeBytes = 5 * 1024 ** 3;

const off: readonly VmPower[] = ["stopping", "stopped", "deallocating", "deallocated"];

/** A Windows server on an Azure VM that is deallocated while its site is passive. */
export const exercise: Exercise = {
  isParked: (host) => isParked(host) && host.ssh !== undefined,
  isOff: async (host, io) => {
    const power = await vmPower(host, io);
    if (power === "missing") throw new Error(`Azure knows no VM of ${host}. Look at azure.vm in the estate`);
    return off.includes(power);
  },
  start: async (host, io) => {
    await done(hostRunnables, startHost.step("start", { host }), io);
  },
  keepOff: async (host, services, io) => keepOff(await sshTo(host, io), services, io),
  look,
  beginPark: async (host, io) => {
    await io.mayStillAct();
    await deallocateVm(host, io, "accepted");
    await powerOnce(host, io, (power) => off.includes(power));
  },
  parked: (host, io) => powerOnce(host, io, (power) => power === "deallocated" || !off.includes(power)),
};

/** Has a verb do its work as its step would: what counts is what is seen after it. */
async function done(runnables: readonly Runnable[], { verb, args }: Draft, io: Io): Promise<void> {
  const runnable = await findRunnable(verb, runnables, {});
  await checkActCheck(runnable.bind(args), io, () => Promise.resolve());
}

async function powerOnce(host: string, io: Io, is: (power: VmPower) => boolean): Promise<void> {
  const power = await poll(() => vmPower(host, io), is, { signal: io.signal, limitSec: 900 });
  if (!is(power))
    throw new Error(`the VM of ${host} is still ${power} 15 minutes after it was asked to stop`);
}

/** Domain trust, logon of the services, certificates, pending reboot, disk, tools and clock. */
async function look(host: string, services: readonly string[], io: Io): Promise<readonly Finding[]> {
  const ssh = await sshTo(host, io);
  const found: Finding[] = [];
  for (const look of [
    () => trustFindings(ssh),
    () => mayLogOn(ssh, services),
    async () => certificateFindings(host, await certificatesOf(ssh), Date.now()),
    () => rebootFindings(ssh),
    () => diskFindings(ssh),
    async () => (await lookAtServer(host, io)).findings,
  ])
    found.push(...(await look()));
  return found;
}

/** A service that is not disabled starts with the machine, and would work beside the active site's. */
async function keepOff(ssh: Ssh, services: readonly string[], io: Io): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const name of services) {
    const service = await serviceState(ssh, name);
    if (!service) {
      found.push(
        stops(
          ssh.host,
          `it has no service "${name}"`,
          "look at the name in the estate (sc query)",
          `service:${ssh.host}/${name}`,
        ),
      );
      continue;
    }
    if (service.startType === "disabled" && service.state === "stopped") continue;
    const was = `"${name}" was ${service.state}, start type ${service.startType}`;
    await done(
      serviceRunnables,
      stopService.step("keep-off", { host: ssh.host, service: name, disable: true }),
      io,
    );
    found.push(
      risk(
        ssh.host,
        `${was}, when the server started: it would have worked beside the active site's. It is stopped and disabled now`,
        "find out who enabled it",
        `enabled:${ssh.host}/${name}`,
      ),
    );
  }
  return found;
}

/** What Windows notes when it has to be restarted. */
const rebootKeys = [
  '"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"',
  '"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"',
];

async function rebootFindings(ssh: Ssh): Promise<readonly Finding[]> {
  for (const key of rebootKeys)
    if (await hasKey(ssh, key))
      return [
        risk(
          ssh.host,
          "an update waits for a restart: the first start after a move may take much longer",
          "restart it once in a quiet hour, with its services disabled, and park it again",
          `reboot:${ssh.host}`,
        ),
      ];
  const renames = await registryValue(
    ssh,
    '"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"',
    "PendingFileRenameOperations",
  );
  return renames === undefined || renames === ""
    ? []
    : [
        note(
          ssh.host,
          "files wait to be replaced at the next restart",
          "restart it once in a quiet hour",
          `reboot:${ssh.host}`,
        ),
      ];
}

/** The first number of `fsutil volume diskfree`, whatever its language: bytes that are free. */
export const freeBytesIn = (output: string): number | undefined => {
  const digits = /:\s*([\d.,'\u00a0\u202f ]*\d)/.exec(output)?.[1]?.replaceAll(/\D/g, "");
  return digits === undefined || digits === "" ? undefined : Number(digits);
};

async function diskFindings(ssh: Ssh): Promise<readonly Finding[]> {
  const { code, stdout } = await ssh.run("fsutil.exe volume diskfree C:");
  const free = code === 0 ? freeBytesIn(stdout) : undefined;
  if (free === undefined)
    return [
      note(
        ssh.host,
        "what is free on its drive C: can't be read (fsutil)",
        "look at it by hand",
        `disk:${ssh.host}/C`,
      ),
    ];
  return free >= leastFreeBytes
    ? []
    : [
        risk(
          ssh.host,
          `its drive C: has ${String(Math.floor(free / 1024 ** 2))} MB free`,
          "make room: logs and updates need some",
          `disk:${ssh.host}/C`,
        ),
      ];
}
