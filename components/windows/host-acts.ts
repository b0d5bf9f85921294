import { runs, type Act, type Io, type Runnable } from "../../steps/act.ts";
import { poll } from "../../steps/poll.ts";
import { deallocateVm, startVm, vmPower, type VmPower } from "../../steps/transports/arm.ts";
import { portAnswers } from "../../steps/transports/tcp.ts";
import { deallocateHost, parkHost, startHost, waitPort } from "./verbs.ts";

/** Seconds for a started VM until OpenSSH answers: Windows boots in one to three minutes. */
const bootLimitSec = 420;

/** The verbs that act on whole hosts. */
export const hostRunnables: readonly Runnable[] = [
  runs(deallocateHost, deallocate()),
  runs(parkHost, deallocate()),
  runs(startHost, {
    check: async ({ host }, io) => {
      const power = await vmPower(host, io);
      const answers = power === "running" && (await sshAnswers(host, io));
      return {
        there: answers,
        says: `${vmSays(host, power)}${power === "running" ? `, and OpenSSH ${answers ? "answers" : "does not answer"}` : ""}`,
        expected: "running, and OpenSSH answers",
      };
    },
    act: async ({ host }, io) => {
      // A VM that is just being deallocated cannot be started: Azure refuses two operations at once.
      const before = await settledPower(host, io);
      if (before !== "running") {
        io.say(`starting the VM of ${host}`);
        await io.mayStillAct();
        await startVm(host, io);
      }
      io.say(`the VM of ${host} runs; waiting for Windows`);
      await poll(
        () => sshAnswers(host, io),
        (answers) => answers,
        {
          signal: io.signal,
          limitSec: bootLimitSec,
          everyMs: 2000,
        },
      );
    },
  }),
  runs(waitPort, {
    check: async ({ host, port }, io) => {
      const answers = await portAnswers(io.host(host).address, port, { signal: io.signal });
      return {
        there: answers,
        says: `port ${String(port)} of ${host} ${answers ? "answers" : "does not answer"}`,
        expected: "it answers",
      };
    },
  }),
];

function deallocate(): Act<{ host: string }> {
  return {
    check: async ({ host }, io) => {
      const power = await vmPower(host, io);
      return { there: power === "deallocated", says: vmSays(host, power), expected: "deallocated" };
    },
    act: async ({ host }, io) => {
      if ((await settledPower(host, io)) === "deallocated") return;
      io.say(`deallocating the VM of ${host}`);
      await io.mayStillAct();
      await deallocateVm(host, io);
    },
  };
}

/** The power state once no other start or stop is under way. */
const settledPower = (host: string, io: Io): Promise<VmPower> =>
  poll(
    () => vmPower(host, io),
    (power) => !["starting", "stopping", "deallocating"].includes(power),
    { signal: io.signal, limitSec: 600, everyMs: 2000 },
  );

/** True for a host without SSH in the estate: there is nothing to wait for. */
async function sshAnswers(host: string, io: Io): Promise<boolean> {
  const { address, ssh } = io.host(host);
  return ssh === undefined || portAnswers(address, ssh.port, { signal: io.signal, limitSec: 3 });
}

const vmSays = (host: string, power: VmPower): string =>
  power === "missing"
    ? `Azure knows no VM of ${host}; look at azure.vm in the estate`
    : `the VM of ${host} is ${power}`;
