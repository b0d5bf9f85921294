import {
  alias,
  awayOf,
  databases,
  every,
  folder,
  folderOrShare,
  ipv4,
  matches,
  minutes,
  optional,
  port,
  ports,
  servers,
  share,
  text,
  timeZone,
  zone,
} from "./checks.ts";
import { shipped } from "./estate-text.ts";
import type { AnswerKey, Check, Given } from "./keys.ts";
import { serversIn } from "./servers.ts";

/** What `init` asks. Each question can be answered at the prompt, by its option, or by its key in a JSON file. */
export interface Question {
  readonly key: AnswerKey;
  readonly flag: string;
  /** One plain sentence. */
  readonly asks: string;
  /** An answer as it is typed; with `--yes` it stands in the estate until its owner writes something else. */
  readonly example: string;
  /** What holds where nobody answers. A question without it has to be answered. */
  readonly otherwise?: { of(before: Given): string; readonly says: string };
  readonly wrong: Check;
  /** Whether it arises, by the answers before it. */
  arises(before: Given): boolean;
}

type More = Partial<Pick<Question, "arises">> & {
  /** A default, or where it follows from another answer, how, and in words. */
  readonly or?: string | Question["otherwise"];
};

function question(key: AnswerKey, asks: string, example: string, wrong: Check, more: More = {}): Question {
  const { or, arises = () => true } = more;
  const otherwise = typeof or === "string" ? { of: () => or, says: or === "" ? "none" : or } : or;
  return {
    key,
    flag: key.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
    asks,
    example,
    ...(otherwise ? { otherwise } : {}),
    wrong,
    arises,
  };
}

/** Questions about the name server arise where a name moves. */
const named = (before: Given): boolean => (before.alias ?? "") !== "" || (before.sqlAlias ?? "") !== "";

/** The questions, in the order in which they are asked. A default may use the answers before it. */
export const questions: readonly Question[] = [
  question(
    "name",
    "What is the estate called?",
    "contoso",
    matches(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, "letters, digits, hyphens, such as contoso"),
  ),
  question("primaryPlace", "Where is production, as people call the place?", "London", text),
  question("drPlace", "Where is the standby?", "Leeds", text),
  question(
    "primaryTimeZone",
    "Which time zone do the clocks of production's servers keep?",
    "Europe/London",
    timeZone,
  ),
  question(
    "drTimeZone",
    "Which time zone do the clocks of the standby's servers keep?",
    "Europe/London",
    timeZone,
    { or: { of: (b) => b.primaryTimeZone ?? "Europe/London", says: "that of production" } },
  ),
  question(
    "k2Version",
    "Which K2 is it: 4 (blackpearl) or 5 (K2 Five, Nintex Automation K2)?",
    "5",
    matches(/^[45]$/, "4 or 5"),
    { or: "5" },
  ),
  question(
    "standby",
    "What is K2 at the standby: warm or hot (names and licences of its own), or cold (those of production)?",
    "warm",
    matches(/^(cold|warm|hot)$/, "cold, warm or hot"),
    { or: "warm" },
  ),
  question(
    "k2Primary",
    "Which K2 servers has production, as NAME=ADDRESS, in start order?",
    "K2PRD01=10.10.1.4",
    servers("primary", "K2PRD01=10.10.1.4"),
  ),
  question(
    "k2Dr",
    "Which K2 servers has the standby, as NAME=ADDRESS, in start order?",
    "K2DR01=10.20.1.4",
    servers("dr", "K2DR01=10.20.1.4"),
  ),
  question("k2Port", "Which TCP port does K2's Host Server listen on?", "5555", port, { or: "5555" }),
  question(
    "sqlPrimary",
    "Which SQL Server has production, as NAME=ADDRESS (a K2 server, or another one)?",
    "SQLPRD01=10.10.1.5",
    servers("primary", "SQLPRD01=10.10.1.5", 1),
  ),
  question(
    "sqlDr",
    "Which SQL Server has the standby, as NAME=ADDRESS (a K2 server, or another one)?",
    "SQLDR01=10.20.1.5",
    servers("dr", "SQLDR01=10.20.1.5", 1),
  ),
  question(
    "sqlPort",
    "Which fixed TCP port does SQL Server or its named instance listen on: one for both, or NAME=PORT?",
    "1433",
    ports("SQLPRD01=50123, SQLDR01=50124", { sql: true }),
    { or: "1433" },
  ),
  question("sqlUser", "Which SQL login does the runner use at both SQL Servers?", "dr_runner", text, {
    or: "dr_runner",
  }),
  question("sshUser", "Which account does the runner use for SSH on all servers?", "CORP\\svc-dr", text),
  question(
    "sshKey",
    "Which file on the runner holds that account's private key?",
    "~/.ssh/id_ed25519",
    text,
    { or: "~/.ssh/id_ed25519" },
  ),
  question(
    "sshPort",
    "Which TCP port does SSH listen on: one for all servers, or NAME=PORT?",
    "22",
    ports("K2PRD01=2222, K2DR01=2222", { sql: false }),
    { or: "22" },
  ),
  question(
    "databases",
    "Which databases must be of one moment: K2's own first, then those of the solutions on it?",
    "K2",
    databases,
    { or: "K2" },
  ),
  question(
    "shipFolder",
    "To which folder does production's SQL Server write its logs?",
    "D:\\LogShip",
    folderOrShare,
    { or: "D:\\LogShip" },
  ),
  question(
    "shipShare",
    "By which share does the standby's SQL Server read that folder?",
    "\\\\SQLPRD01\\LogShip",
    share,
    { or: { of: shareOf, says: "share of production's SQL Server with that folder's name" } },
  ),
  question(
    "copyFolder",
    "To which folder does the standby's SQL Server copy the logs?",
    "D:\\LogShip",
    folder,
    { or: { of: copyFolderOf, says: "the same folder as at production" } },
  ),
  question(
    "awayShare",
    "To which share of a third server does the standby's SQL Server copy its backups while it is the active one (empty: to none)?",
    "",
    optional(every(share, awayOf)),
    { or: "" },
  ),
  question(
    "alias",
    "By which DNS name do people find K2 (empty: no name of K2 moves)?",
    "",
    optional(alias("k2", "k2.corp.example")),
    { or: "" },
  ),
  question(
    "sqlAlias",
    "By which DNS name does K2 find SQL Server (empty: by the server's own name)?",
    "",
    optional(alias("sql", "k2-sql.corp.example")),
    { or: "" },
  ),
  question("zone", "Which DNS zone holds these names?", "corp.example", zone, {
    arises: named,
    or: {
      of: (b) => (b.alias || b.sqlAlias || "").split(".").slice(1).join("."),
      says: "the name without its first part",
    },
  }),
  question(
    "dnsServer",
    "At which IPv4 address does the name server take updates of that zone?",
    "10.20.0.10",
    ipv4,
    { arises: named },
  ),
  question("dnsPort", "Which port does it take them on?", "53", port, { arises: named, or: "53" }),
  question(
    "tsigName",
    "What is the TSIG key called at the name server?",
    "parallel-standby",
    matches(/^[A-Za-z0-9_.-]{1,253}$/, "the name of the key, such as parallel-standby"),
    { arises: named, or: "parallel-standby" },
  ),
  question(
    "tsigAlgorithm",
    "Which algorithm has that key: hmac-sha256, hmac-sha384 or hmac-sha512?",
    "hmac-sha256",
    matches(/^hmac-sha(256|384|512)$/, "hmac-sha256, hmac-sha384 or hmac-sha512"),
    { arises: named, or: "hmac-sha256" },
  ),
  question("rtoMin", "For how many minutes may K2 be away at most?", "60", minutes(60), { or: "60" }),
  question(
    "rpoMin",
    "How many minutes of data may be lost at most?",
    "240",
    minutes(
      240,
      shipped.beforeMin,
      `the estate that is written recovers to ${String(shipped.beforeMin)} minutes before a disaster, and less can't be promised before its times are shorter`,
    ),
    { or: "240" },
  ),
  question(
    "mirror",
    "In which folder on another disk or server is the journal's copy kept (empty: in none)?",
    "",
    optional(every(text)),
    { or: "" },
  ),
];

/** The share that is usual for a folder: its last name, on production's SQL Server. */
function shareOf({ sqlPrimary, shipFolder = "" }: Given): string {
  if (shipFolder.startsWith("\\\\")) return shipFolder;
  const last = shipFolder.split("\\").findLast((name) => name !== "" && !name.endsWith(":"));
  return `\\\\${serversIn(sqlPrimary)[0]?.id ?? "SQLPRD01"}\\${last ?? "LogShip"}`;
}

/** The same folder at both servers; a share of a third one is no folder of the standby's. */
function copyFolderOf({ shipFolder }: Given): string {
  return shipFolder === undefined || shipFolder.startsWith("\\\\") ? "D:\\LogShip" : shipFolder;
}
