import { runs, type Bound, type Found, type Io, type Runnable } from "../../steps/act.ts";
import { vmPower } from "../../steps/transports/arm.ts";
import { serviceRunnables } from "../windows/service-acts.ts";
import { stopService } from "../windows/verbs.ts";
import { stopBeforeParking } from "./verbs.ts";
import type * as z from "zod";

type Args = z.infer<(typeof stopBeforeParking)["args"]>;

/** The code that stops one service, for each of them in order. */
function stops({ host, services, waitSec }: Args): readonly Bound[] {
  const stop = serviceRunnables.find((r) => r.name === stopService.name);
  if (!stop) throw new Error(`no code for ${stopService.name}`);
  return services.map((service) => stop.bind({ host, service, disable: true, waitSec }));
}

const isOff = async (host: string, io: Io): Promise<boolean> => (await vmPower(host, io)) === "deallocated";

export const runnables: readonly Runnable[] = [
  runs(stopBeforeParking, {
    check: async (args, io): Promise<Found> => {
      const expected = "all services of K2 stopped and disabled, or the VM deallocated";
      if (await isOff(args.host, io))
        return { there: true, says: `the VM of ${args.host} is deallocated: nothing runs there`, expected };
      const found: Found[] = [];
      for (const stop of stops(args)) found.push(await stop.check(io));
      const wrong = found.filter((f) => !f.there);
      return {
        there: wrong.length === 0,
        says: (wrong.length > 0 ? wrong : found).map((f) => f.says).join("; "),
        expected,
      };
    },
    act: async (args, io) => {
      for (const stop of stops(args)) await stop.act?.(io);
    },
  }),
];
