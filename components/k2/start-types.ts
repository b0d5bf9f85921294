import { risk, type Finding } from "../../model/finding.ts";
import { provisionAgain, type SiteId } from "../../model/site.ts";
import type { Look } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { serviceSays, serviceState, startsByItself } from "../windows/services.ts";

/**
 * Whether services of K2 would start with Windows on a server of the passive site: an update of K2 sets their start type
 * anew, and nothing shows that before the next restart. Where a guard stands, it is looked at with that.
 */
export const startTypeLook = (
  id: string,
  host: string,
  services: readonly string[],
  passive: SiteId,
): Look => ({
  id: `start-types:${id}/${host}`,
  at: host,
  host,
  failing: "risk",
  run: async (io) => {
    const ssh = await sshTo(host, io);
    const found: Finding[] = [];
    for (const name of services) {
      const service = await serviceState(ssh, name);
      if (service && startsByItself(service))
        found.push(
          risk(
            host,
            `${serviceSays(host, name, service)}: it starts with Windows, and works beside the active site then`,
            `have it disabled again: ${provisionAgain(passive)}`,
            `start-type:${host}:${name}`,
          ),
        );
    }
    return found;
  },
});
