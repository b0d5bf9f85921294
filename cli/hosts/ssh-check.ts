import type { SshInput } from "../../model/estate.ts";
import { stops } from "../../model/finding.ts";
import type { ObserverInput } from "../../model/observer.ts";
import { hostKeyShownBy } from "../../steps/transports/ssh-connect.ts";
import type { Found } from "./found.ts";

/** What shows the owner the keys of a Windows server, at that server. */
const onWindows = String.raw`type %ProgramData%\ssh\ssh_host_*_key.pub`;

/** The key of a server that has none pinned yet. Nothing but the greeting is sent to it. */
export async function unpinned(
  id: string,
  host: { readonly address: string; readonly ssh?: SshInput | undefined },
  signal: AbortSignal,
): Promise<Found> {
  const { port, hostKey } = await shown(id, host, signal);
  // The whole line, so that it can take the place of the one that is there.
  const line = `ssh: { ${port === 22 ? "" : `port: ${String(port)}, `}${hostKey} }`;
  return unknown(
    id,
    `Compare this one at the server itself (${onWindows}), then write this line at the server in estate.ts: ${line}`,
  );
}

/** The key of an observer that has none pinned yet: its `ssh` has more to it than the key, and it may run Linux. */
export async function unpinnedObserver(one: ObserverInput, signal: AbortSignal): Promise<Found> {
  const { hostKey } = await shown(one.name, one, signal);
  return unknown(
    one.name,
    `Compare this one at ${one.name} itself (on Windows: ${onWindows}, on Linux: cat /etc/ssh/ssh_host_*_key.pub), then write it into the ssh of this observer in estate.ts: ${hostKey}`,
  );
}

async function shown(
  host: string,
  { address, ssh }: { readonly address: string; readonly ssh?: SshInput | undefined },
  signal: AbortSignal,
): Promise<{ readonly port: number; readonly hostKey: string }> {
  const port = ssh?.port ?? 22;
  return { port, hostKey: `hostKey: "${await hostKeyShownBy({ host, address, port, signal })}"` };
}

const unknown = (id: string, todo: string): Found => ({
  has: true,
  findings: [stops(id, "no host key is pinned", todo)],
});
