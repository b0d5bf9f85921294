import { stops, type Finding } from "../../model/finding.ts";
import { plain } from "../../model/plain.ts";
import type { Io } from "../../steps/act.ts";
import { sshTo, type Ssh } from "../../steps/transports/ssh.ts";
import { clockCommands, clockFindings, clockFrom, clockText, type Clock } from "./clock.ts";

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

/** What was found on a server: what is to mend, and its clock as people read it. */
export interface ServerSeen {
  readonly findings: readonly Finding[];
  readonly clock?: string;
}

/** Login, tools, rights and clock of a server. Reads only. */
export async function lookAtServer(id: string, io: Io): Promise<ServerSeen> {
  const host = io.host(id);
  const ssh = await sshTo(id, io);
  const missing: Finding[] = [];
  for (const tool of tools) {
    const { code, stdout, stderr } = await ssh.run(tool.call, { limitSec: 20 });
    if (tool.works.includes(code)) continue;
    const why = plain((stderr.trim() || stdout.trim()).slice(0, 160));
    missing.push(
      stops(
        id,
        `${host.ssh?.user ?? ""} can't use ${tool.name}: exit code ${String(code)}${why === "" ? "" : ` (${why})`}`,
        `It must be there, and the account must be allowed to ${tool.rights}`,
        `tool:${id}/${tool.name}`,
      ),
    );
  }
  const read = await readClock(ssh);
  if (!read)
    return {
      findings: [
        ...missing,
        stops(
          id,
          "its clock can't be read: neither wmic nor powershell answers",
          "Let the account run one of them",
          `clock:${id}`,
        ),
      ],
    };
  return {
    findings: [...missing, ...clockFindings(id, read.clock, read.runnerMs, host.timeZone)],
    clock: clockText(read.clock, read.runnerMs),
  };
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
