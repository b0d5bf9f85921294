import type { SshInput } from "../../model/estate.ts";
import { stops } from "../../model/finding.ts";
import { hostKeyShownBy } from "../../steps/transports/ssh-connect.ts";
import type { Found } from "./found.ts";

/** The key of a server that has none pinned yet. Nothing but the greeting is sent to it. */
export async function unpinned(
  id: string,
  host: { readonly address: string; readonly ssh?: SshInput | undefined },
  signal: AbortSignal,
): Promise<Found> {
  const port = host.ssh?.port ?? 22;
  const hostKey = await hostKeyShownBy({ host: id, address: host.address, port, signal });
  // The whole line, so that it can take the place of the one that is there.
  const line = `ssh: { ${port === 22 ? "" : `port: ${String(port)}, `}hostKey: "${hostKey}" }`;
  return {
    has: true,
    findings: [
      stops(
        id,
        "no host key is pinned",
        `Compare this one at the server itself (type %ProgramData%\\ssh\\ssh_host_*_key.pub), then write this line at the server in estate.ts: ${line}`,
      ),
    ],
  };
}
