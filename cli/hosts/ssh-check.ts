import type { Server } from "../../model/estate.ts";
import type { Io } from "../../steps/act.ts";
import { hostKeyShownBy } from "../../steps/transports/ssh-connect.ts";
import { sshTo, type Ssh } from "../../steps/transports/ssh.ts";
import { plain } from "../layout.ts";
import { clockCommands, clockFindings, clockFrom, clockText, type Clock } from "./clock.ts";
import { none, type Found } from "./finding.ts";

/** A tool that steps use, with a call that only reads, and the exit codes that say it works. */
interface Tool {
  readonly name: string;
  readonly call: string;
  readonly works: readonly number[];
  readonly rights: string;
}

/** Native tools of Windows, each on every Windows Server. */
const tools: readonly Tool[] = [
  { name: "sc.exe", call: "sc.exe query state= all", works: [0], rights: "query services" },
  {
    name: "reg.exe",
    call: "reg.exe query HKLM\\SOFTWARE",
    works: [0],
    rights: "read the registry",
  },
  {
    name: "wevtutil.exe",
    call: "wevtutil.exe qe Application /c:1 /rd:true /f:text",
    works: [0],
    rights: "read the event log (group Event Log Readers)",
  },
  { name: "schtasks.exe", call: "schtasks.exe /query /fo csv", works: [0], rights: "list scheduled tasks" },
  // Without folders it refuses with its code for fatal errors; a shell that does not find it has another code.
  { name: "robocopy.exe", call: "robocopy.exe", works: [16], rights: "run it" },
];

/** The key of a server that has none pinned yet. Nothing but the greeting is sent to it. */
export async function unpinned(server: Server, signal: AbortSignal): Promise<Found> {
  const { id, host } = server;
  const port = host.ssh?.port ?? 22;
  const hostKey = await hostKeyShownBy({ host: id, address: host.address, port, signal });
  // The whole line, so that it can take the place of the one that is there.
  const line = `ssh: { ${port === 22 ? "" : `port: ${String(port)}, `}hostKey: "${hostKey}" }`;
  return {
    state: "mend",
    says: [
      `no host key is pinned. Compare this one at the server itself (type %ProgramData%\\ssh\\ssh_host_*_key.pub), then write this line at the server in estate.ts: ${line}`,
    ],
  };
}

/** Login, tools, rights and clock of a server whose key is pinned. */
export async function checkSsh(id: string, io: Io): Promise<Found> {
  const host = io.host(id);
  if (!host.ssh) return none;
  const ssh = await sshTo(id, io);
  const says: string[] = [];
  for (const tool of tools) {
    const { code, stdout, stderr } = await ssh.run(tool.call, { limitSec: 20 });
    if (tool.works.includes(code)) continue;
    const why = plain((stderr.trim() || stdout.trim()).slice(0, 160));
    says.push(
      `${host.ssh.user} can't use ${tool.name}: exit code ${String(code)}${why === "" ? "" : ` (${why})`}. It must be there, and the account must be allowed to ${tool.rights}`,
    );
  }
  const read = await readClock(ssh);
  if (!read) says.push("its clock can't be read: neither wmic nor powershell answers");
  const clock = read && clockText(read.clock, read.runnerMs);
  says.push(...(read ? clockFindings(read.clock, read.runnerMs, host.timeZone) : []));
  return { state: says.length === 0 ? "ok" : "mend", says, ...(clock === undefined ? {} : { clock }) };
}

/** Its clock, and the runner's in the middle of the question. */
async function readClock(
  ssh: Ssh,
): Promise<{ readonly clock: Clock; readonly runnerMs: number } | undefined> {
  for (const command of clockCommands) {
    const before = Date.now();
    const { code, stdout } = await ssh.run(command, { limitSec: 20 });
    const runnerMs = (before + Date.now()) / 2;
    const clock = code === 0 ? clockFrom(stdout) : undefined;
    if (clock) return { clock, runnerMs };
  }
  return undefined;
}
