import type { ProvisionModule } from "../provisioning.ts";

/** The components that provision the parts, loaded only by a provisioning stack: a line a technology. */
export const provisions: Readonly<Record<string, () => Promise<ProvisionModule>>> = {
  alias: async () => ({ Provision: (await import("../alias/provision.ts")).DnsAlias }),
  k2: async () => {
    const { K2, K2Capture } = await import("../k2/provision.ts");
    return { Provision: K2, Before: K2Capture };
  },
  // People do it, and only in a move: there is nothing to provision.
  manual: () => Promise.resolve({}),
  "sql/log-shipping": async () => ({
    Provision: (await import("../sql/log-shipping/provision.ts")).LogShipping,
  }),
};
