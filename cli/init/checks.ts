import { isIP, isIPv4 } from "node:net";
import { listOf, type Check, type Given } from "./keys.ts";
import { portsIn, sameName, serversBefore, serversIn, type NamedServer } from "./servers.ts";

/** An answer of one form. */
export const matches =
  (pattern: RegExp, write: string): Check =>
  (answer) =>
    pattern.test(answer) ? undefined : `write ${write}`;

/** Anything that stands on one line. */
export const text = matches(/^[^\p{Cc}\u2028\u2029]+$/u, "something, on one line");

/** An answer that may be empty. */
export const optional =
  (...checks: readonly Check[]): Check =>
  (answer, before) =>
    answer === "" ? undefined : every(...checks)(answer, before);

/** The first thing that is wrong by any of these. */
export const every =
  (...checks: readonly Check[]): Check =>
  (answer, before) => {
    for (const check of checks) {
      const wrong = check(answer, before);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

/** Whole minutes, not fewer than what the estate that is written can keep. */
export const minutes =
  (example: number, least = 1, why = ""): Check =>
  (answer) =>
    !/^[1-9]\d{0,4}$/.test(answer)
      ? `write whole minutes, such as ${String(example)}`
      : Number(answer) < least
        ? `${why}: write ${String(least)} or more`
        : undefined;

/** An IANA name. */
export const timeZone: Check = (answer) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: answer });
    return undefined;
  } catch {
    return "write an IANA name, such as Europe/London";
  }
};

const label = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const dnsName = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`);
/** A host name, or an address: what looks like an IPv4 address has to be one. */
const isAddress = (text: string): boolean =>
  isIP(text) !== 0 || (dnsName.test(text) && !/^[\d.]+$/.test(text));

/** Servers of one site, as NAME=ADDRESS: each name once, at one site, with one address. */
export const servers =
  (site: "primary" | "dr", example: string, most = Infinity): Check =>
  (answer, before) => {
    const found = serversIn(answer);
    if (
      found.length === 0 ||
      found.length > most ||
      found.some((s) => s.address === "" || !/^[A-Za-z0-9][A-Za-z0-9-]{0,14}$/.test(s.id))
    )
      return `write NAME=ADDRESS, such as ${example}: the computer name, and where the runner reaches it${most === 1 ? "" : "; several with commas between them"}`;
    for (const [i, one] of found.entries()) {
      if (!isAddress(one.address))
        return `"${one.address}" is no address for ${one.id}: write an IP address or a host name, such as ${example}`;
      if (found.slice(0, i).some((s) => sameName(s.id, one.id)))
        return `${one.id} is there twice: write it once`;
      const wrong = otherwiseBefore(one, site, before);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

/** What an earlier answer says against a server: a name stands for one computer, at one site. */
function otherwiseBefore(server: NamedServer, site: "primary" | "dr", before: Given): string | undefined {
  const earlier = serversBefore(before).filter((s) => sameName(s.id, server.id));
  const elsewhere = earlier.find((s) => s.site !== site);
  if (elsewhere)
    return `${server.id} is a server of ${elsewhere.site === "primary" ? "production" : "the standby"} already, and a server stands at one site: write another name${before.standby === "cold" ? " (with a cold standby it only tells the two apart: add a letter)" : ""}`;
  const moved = earlier.find((s) => s.address !== server.address);
  return (
    moved && `${server.id} is at ${moved.address} by an earlier answer: write that address, or another name`
  );
}

const isPort = (port: string): boolean => /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535;

/** One TCP port. */
export const port: Check = (answer) => (isPort(answer) ? undefined : "write a port, from 1 to 65535");

/** One TCP port for all, or NAME=PORT for servers that were named; `sql`: for SQL Servers only. */
export const ports =
  (example: string, { sql }: { readonly sql: boolean }): Check =>
  (answer, before) => {
    const found = portsIn(answer);
    if (found.length === 0 || found.some((p) => !isPort(p.port) || p.id === ""))
      return `write a port from 1 to 65535, or ports by server, such as ${example}`;
    if (found.filter((p) => p.id === undefined).length > 1)
      return `it holds two ports that belong to no server: write NAME=PORT, such as ${example}`;
    const known = serversBefore(before).filter((s) => !sql || s.sql);
    const stray = found.find((p) => p.id !== undefined && !known.some((s) => sameName(s.id, p.id ?? "")));
    return stray && known.length > 0
      ? `${stray.id ?? ""} is none of the servers ${[...new Set(known.map((s) => s.id))].join(", ")}: write the name of one of them`
      : undefined;
  };

/** Names of databases that log shipping can take. */
export const databases: Check = (answer) => {
  const found = listOf(answer);
  if (found.length === 0 || found.some((d) => d.length > 128 || text(d, {}) !== undefined))
    return "write their names, with commas between them";
  const twice = found.find((d, i) => found.findIndex((o) => o.toLowerCase() === d.toLowerCase()) < i);
  if (twice !== undefined) return `${twice} is there twice: write it once`;
  const unfit = found.find((d) => /[<>:"/\\|?*%]|\$\(/.test(d));
  if (unfit !== undefined)
    return `"${unfit}" has a character that no file name can hold, and log shipping names files after it: leave it out`;
  const system = found.find((d) => ["master", "model", "msdb", "tempdb"].includes(d.toLowerCase()));
  return system && `${system} belongs to SQL Server itself and can't be shipped: leave it out`;
};

const shell = /["%]|\$\(/;
const plainPath: Check = (answer) =>
  shell.test(answer)
    ? 'write a path without ", % and $(, which SQL Server Agent reads as its own'
    : undefined;

/** A folder of a Windows server. */
export const folder = every(
  text,
  matches(/^[A-Za-z]:\\/, "a folder with its drive, such as D:\\LogShip"),
  plainPath,
);

/** A folder of a Windows server, or a share of another one. */
export const folderOrShare = every(
  text,
  matches(/^([A-Za-z]:\\|\\\\[^\\]+\\[^\\]+)/, "a folder with its drive, such as D:\\LogShip, or a share"),
  plainPath,
);

/** A share of a Windows server. */
export const share = every(
  text,
  matches(/^\\\\[^\\\s]+\\[^\\]+/, "a share, such as \\\\SQLPRD01\\LogShip"),
  plainPath,
);

/** That a share is none of the standby's SQL Server: what lies there dies with it. */
export const awayOf: Check = (answer, { sqlDr }) => {
  const server = serversIn(sqlDr)[0]?.id;
  return server !== undefined && answer.toLowerCase().startsWith(`\\\\${server.toLowerCase()}\\`)
    ? `it is a share of ${server} itself: write one of another server, such as \\\\FILE02\\K2`
    : undefined;
};

/** A DNS name that moves between servers, of which `k2` or `sql` are the first of each site. */
export const alias = (what: "k2" | "sql", example: string): Check =>
  every(
    (answer) =>
      dnsName.test(answer) && answer.includes(".") ? undefined : `write a whole name, such as ${example}`,
    (answer, before) =>
      what === "sql" && before.alias?.toLowerCase() === answer.toLowerCase()
        ? `people find K2 by ${answer}: write another name`
        : undefined,
    (_, before) => {
      const [primary, dr] =
        what === "k2" ? [before.k2Primary, before.k2Dr] : [before.sqlPrimary, before.sqlDr];
      const unfit = [serversIn(primary)[0], serversIn(dr)[0]].find((s) => s && !isIPv4(s.address));
      return (
        unfit &&
        `a name that moves holds IPv4 addresses, and ${unfit.id} is at "${unfit.address}": write its IPv4 address there, or leave this empty`
      );
    },
  );

/** The zone that holds all names that move. */
export const zone: Check = (answer, { alias: client = "", sqlAlias = "" }) => {
  if (!dnsName.test(answer)) return "write a zone, such as corp.example";
  const outside = [client, sqlAlias].find(
    (name) => name !== "" && !name.toLowerCase().endsWith(`.${answer.toLowerCase()}`),
  );
  return outside && `${outside} is not in the zone ${answer}: write the zone that holds it`;
};

/** An IPv4 address. */
export const ipv4: Check = (answer) =>
  isIPv4(answer) ? undefined : "write an IPv4 address, such as 10.20.0.10";
