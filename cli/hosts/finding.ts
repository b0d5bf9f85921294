import { table } from "../layout.ts";

/** How one way to a server was found: it works, something is to mend, or the estate has none. */
export interface Found {
  readonly state: "ok" | "mend" | "none";
  /** One sentence each, with what to do. */
  readonly says: readonly string[];
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
export const none: Found = { state: "none", says: [] };

/** The table of all servers, and below it what has to be mended. */
export function hostsText(found: readonly HostFound[]): string {
  const word = ({ state }: Found): string => (state === "ok" ? "ok" : state === "none" ? "-" : "MEND");
  const rows = found.map((f) => [
    f.host,
    f.site,
    word(f.ssh),
    word(f.sql),
    f.ssh.clock ?? f.sql.clock ?? "-",
  ]);
  const mend = found.flatMap((f) =>
    [...f.ssh.says, ...f.sql.says].map((says) => (says.startsWith(f.host) ? says : `${f.host}: ${says}`)),
  );
  const head = table(["server", "site", "ssh", "sql", "clock"], rows);
  return mend.length === 0 ? head : [head, "", "to mend:", ...mend.map((line) => `  ${line}`)].join("\n");
}

/** Whether everything that the estate names works. */
export const allWell = (found: readonly HostFound[]): boolean =>
  found.every((f) => f.ssh.state !== "mend" && f.sql.state !== "mend");
