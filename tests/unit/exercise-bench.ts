import { exercise, type ExerciseOptions } from "../../cli/exercise/run.ts";
import * as windows from "../../components/windows/run.ts";
import type { EntryOf } from "../../journal/entries.ts";
import { serveArm } from "../../lab/servers/azure/arm.ts";
import { Azure } from "../../lab/servers/azure/model.ts";
import { labClock } from "../../lab/servers/clock.ts";
import type { Host } from "../../model/host.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Runs } from "../../steps/act.ts";
import { armEndpointVariable, armTokenVariable } from "../../steps/transports/arm.ts";
import { addVm, SUBSCRIPTION, VNET, vmId } from "./azure-fixture.ts";
import {
  begun,
  holdingParts,
  holdingRecovery,
  holdingRuns,
  holdWorld,
  tempProject,
  write,
  writtenTerminal,
} from "./cli-fixture.ts";
import { until } from "./until.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";

/** An estate at rest with one parked server at its standby, K2DR01, and `exercise` to be run on it. */
export interface ExerciseBench {
  readonly bench: WindowsBench;
  readonly azure: Azure;
  readonly project: Awaited<ReturnType<typeof tempProject>>;
  readonly terminal: ReturnType<typeof writtenTerminal>;
  readonly host: () => Host;
  readonly recovery: () => Recovery;
  readonly run: (options?: Partial<ExerciseOptions>) => Promise<void>;
  /** What the journal keeps of exercises that ended. */
  readonly kept: () => Promise<EntryOf<"exercised">[]>;
  readonly power: () => string | undefined;
  readonly powerIs: (power: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function exerciseBench(): Promise<ExerciseBench> {
  const before = { ...process.env };
  const terminal = writtenTerminal();
  const bench = await windowsBench([
    { name: "K2 Server", account: "CORP\\svc-k2", startType: "disabled", initially: "stopped" },
  ]);
  bench.server.clockErrorMs = Date.now() - bench.server.clock.now();
  const clock = labClock({ startMs: Date.now() });
  const azure = new Azure({
    clock,
    subscription: SUBSCRIPTION,
    groups: [{ name: "rg-dr", location: "northeurope" }],
    subnets: [{ id: `${VNET}/subnets/servers`, location: "northeurope", prefix: "127.20.1.0/24" }],
    coresLimit: 10,
    durations: { create: 10, start: 10, stop: 10, deallocate: 10, update: 10, delete: 10 },
    onPower: async (_vm, to) => {
      if (to === "running") {
        await bench.network.hostUp("K2DR01");
        await bench.server.clock.advance(10_000);
      } else await bench.network.hostDown("K2DR01");
    },
  });
  addVm(azure, "K2DR01");
  const arm = await serveArm(azure);
  process.env[armEndpointVariable] = arm.url;
  process.env[armTokenVariable] = "token";
  process.env["SSH"] = sshPassword;
  const project = await tempProject();
  const host = (): Host => ({
    ...bench.host(),
    azure: { subscriptionId: SUBSCRIPTION, resourceGroup: "rg-dr", vm: "K2DR01" },
  });
  const recovery = (): Recovery => ({ ...holdingRecovery(), hosts: [host()] });
  await write(project, begun(recovery()));
  const power = (): string | undefined => azure.vmPower("K2DR01");
  const powerIs = (wanted: string): Promise<void> =>
    until(`the VM is ${wanted}`, () => power() === wanted, 10_000);
  await powerIs("running");
  azure.deallocate(azure.get(vmId("K2DR01")));
  await powerIs("deallocated");
  return {
    bench,
    azure,
    project,
    terminal,
    host,
    recovery,
    run: (options = {}) => {
      terminal.lines.length = 0;
      return exercise(
        { as: "R. Okafor", ...options },
        project,
        { parts: holdingParts, runs: runs() },
        terminal,
      );
    },
    kept: async () => (await project.journal.entries()).filter((e) => e.kind === "exercised"),
    power,
    powerIs,
    close: async () => {
      await project.leave();
      await arm.close();
      azure.close();
      clock.close();
      await bench.close();
      for (const name of [armEndpointVariable, armTokenVariable, "SSH", "SSH_WRONG"])
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
    },
  };
}

/** The parts of the fixture, with a service on K2DR01 that must run at one site at a time. */
const runs = (): Runs =>
  Object.fromEntries(
    Object.entries(holdingRuns(holdWorld())).map(([kind, load]) => [
      kind,
      async () => ({
        ...(await load()),
        exclusiveServices: () => [{ host: "K2DR01", service: "K2 Server" }],
        exercise: windows.exercise,
      }),
    ]),
  );
