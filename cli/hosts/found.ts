import type { Finding } from "../../model/finding.ts";
import { table } from "../layout.ts";

/** How one way to a server was found. */
export interface Found {
  /** Whether the estate has that way. */
  readonly has: boolean;
  /** What is to mend. */
  readonly findings: readonly Finding[];
  /** What the table shows where all is well: the clock of the server. */
  readonly clock?: string;
}

/** What was found at one server. */
export interface HostFound {
  readonly host: string;
  readonly site: string;
  readonly ssh: Found;
  readonly sql: Found;
}

/** The way that the estate does not have. */
export const none: Found = { has: false, findings: [] };

/** The table of all servers, and below it what has to be mended. */
export function hostsText(found: readonly HostFound[]): string {
  const word = ({ has, findings }: Found): string => (findings.length > 0 ? "MEND" : has ? "ok" : "-");
  const rows = found.map((f) => [
    f.host,
    f.site,
    word(f.ssh),
    word(f.sql),
    f.ssh.clock ?? f.sql.clock ?? "-",
  ]);
  const mend = found.flatMap((f) => [...f.ssh.findings, ...f.sql.findings].map(mendLine));
  const head = table(["server", "site", "ssh", "sql", "clock"], rows);
  return mend.length === 0 ? head : [head, "", "to mend:", ...mend.map((line) => `  ${line}`)].join("\n");
}

/** What to mend in one line: what was found, and what to do. */
function mendLine({ at, says, todo }: Finding): string {
  const line = `${says.startsWith(at) ? "" : `${at}: `}${says}. ${todo.charAt(0).toUpperCase()}${todo.slice(1)}`;
  // A line to copy stays as it is.
  return /[.}]$/.test(line) ? line : `${line}.`;
}

/** Whether everything that the estate names works. */
export const allWell = (found: readonly HostFound[]): boolean =>
  found.every((f) => f.ssh.findings.length + f.sql.findings.length === 0);
