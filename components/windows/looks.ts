import { isParked, type Host } from "../../model/host.ts";
import type { Lookup, Request } from "../../model/part.ts";
import type { Look } from "../../steps/act.ts";
import { quotasAt, vmFacts } from "../../steps/transports/arm.ts";
import { isVm } from "./drafts.ts";
import { strayGuard } from "./guard/stray.ts";
import { lookAtServer } from "./server-look.ts";
import { vmFindings } from "./vm-readiness.ts";

/**
 * What readiness looks at on every Windows server: login, tools, rights and clock. One that is parked is off, and
 * `exercise` looks at it; that its VM is there and can be started is asked of Azure.
 */
export const hostLooks = (host: Host, { to }: Request, lookup: Lookup): readonly Look[] => [
  ...(host.ssh && !(isParked(host) && host.site === to)
    ? [
        {
          id: `server:${host.id}`,
          at: host.id,
          host: host.id,
          run: async (io) => (await lookAtServer(host.id, io)).findings,
        } satisfies Look,
        ...(lookup.isGuarded ? [] : [strayGuard(host.id, host.site === to)]),
      ]
    : []),
  ...(isVm(host) && host.site === to
    ? [
        {
          id: `vm:${host.id}`,
          at: host.id,
          host: host.id,
          run: async (io) => {
            const vm = await vmFacts(host.id, io);
            return vmFindings(host, vm, vm ? await quotasAt(vm.location, host.id, io) : []);
          },
        } satisfies Look,
      ]
    : []),
];
