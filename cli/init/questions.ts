/** What `init` asks. Each question can be answered at the prompt, by its option, or by its key in a JSON file. */
export interface Question {
  readonly key: AnswerKey;
  readonly flag: string;
  readonly asks: string;
  /** What stands there until its owner writes something else. */
  readonly example: string;
  /** What is wrong with an answer, and how it is written; nothing where it will do. */
  wrong(answer: string): string | undefined;
}

/** The answers by key, all of them texts as they are typed. */
export type Answers = Readonly<Record<AnswerKey, string>>;
export type AnswerKey =
  | "name"
  | "primaryPlace"
  | "drPlace"
  | "primaryTimeZone"
  | "drTimeZone"
  | "sshUser"
  | "sshKey"
  | "k2Version"
  | "standby"
  | "k2Primary"
  | "k2Dr"
  | "sqlPrimary"
  | "sqlDr"
  | "sqlUser"
  | "databases"
  | "shipFolder"
  | "shipShare"
  | "copyFolder"
  | "alias"
  | "dnsServer"
  | "rtoMin"
  | "rpoMin"
  | "mirror";

const matches =
  (pattern: RegExp, write: string) =>
  (answer: string): string | undefined =>
    pattern.test(answer) ? undefined : `write ${write}`;

const text = matches(/^[^\p{Cc}]+$/u, "something, on one line");
const optional =
  (check: Question["wrong"]): Question["wrong"] =>
  (answer) =>
    answer === "" ? undefined : check(answer);
const minutes = matches(/^[1-9]\d{0,4}$/, "whole minutes, such as 60");
const timeZone = (answer: string): string | undefined => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: answer });
    return undefined;
  } catch {
    return "write an IANA name, such as Europe/London";
  }
};
const oneServer = /^[A-Za-z0-9][A-Za-z0-9-]{0,14}=[^\s=,]+$/;
const server = matches(
  oneServer,
  "NAME=ADDRESS, such as SQLPRD01=10.10.1.5: the computer name, and where the runner reaches it",
);
const servers = (answer: string): string | undefined =>
  listOf(answer).length > 0 && listOf(answer).every((one) => oneServer.test(one))
    ? undefined
    : "write NAME=ADDRESS, such as K2PRD01=10.10.1.4; several with commas between them";

/** The questions, in the order in which they are asked. */
export const questions: readonly Question[] = [
  question(
    "name",
    "name",
    "short name of the estate",
    "contoso",
    matches(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/, "letters, digits, hyphens, such as contoso"),
  ),
  question("primaryPlace", "primary-place", "where production is, as people call it", "London", text),
  question("drPlace", "dr-place", "where the standby is", "Leeds", text),
  question(
    "primaryTimeZone",
    "primary-time-zone",
    "time zone of the clocks of production's servers",
    "Europe/London",
    timeZone,
  ),
  question(
    "drTimeZone",
    "dr-time-zone",
    "time zone of the clocks of the standby's servers",
    "Europe/London",
    timeZone,
  ),
  question(
    "k2Version",
    "k2-version",
    "K2: 4 (blackpearl) or 5 (K2 Five, Nintex Automation K2)",
    "5",
    matches(/^[45]$/, "4 or 5"),
  ),
  question(
    "standby",
    "standby",
    "K2 at the standby: cold (same names and licence), warm or hot (names and licences of its own)",
    "warm",
    matches(/^(cold|warm|hot)$/, "cold, warm or hot"),
  ),
  question(
    "k2Primary",
    "k2-primary",
    "K2 servers of production, NAME=ADDRESS, in start order",
    "K2PRD01=10.10.1.4",
    servers,
  ),
  question(
    "k2Dr",
    "k2-dr",
    "K2 servers of the standby, NAME=ADDRESS, in start order",
    "K2DR01=10.20.1.4",
    servers,
  ),
  question(
    "sqlPrimary",
    "sql-primary",
    "SQL Server of production, NAME=ADDRESS",
    "SQLPRD01=10.10.1.5",
    server,
  ),
  question("sqlDr", "sql-dr", "SQL Server of the standby, NAME=ADDRESS", "SQLDR01=10.20.1.5", server),
  question("sshUser", "ssh-user", "user for SSH on all servers", "CORP\\svc-dr", text),
  question(
    "sshKey",
    "ssh-key",
    "file with that user's private key, on the runner",
    "~/.ssh/id_ed25519",
    text,
  ),
  question("sqlUser", "sql-user", "SQL login of the runner at both SQL Servers", "dr_runner", text),
  question(
    "databases",
    "databases",
    "databases of K2 and of the solutions on it: all that must be of one moment",
    "K2",
    (answer) =>
      listOf(answer).length > 0 && listOf(answer).every((d) => d.length <= 128 && text(d) === undefined)
        ? undefined
        : "write their names, with commas between them",
  ),
  question(
    "shipFolder",
    "ship-folder",
    "folder of production's SQL Server that it writes logs to",
    "D:\\LogShip",
    text,
  ),
  question(
    "shipShare",
    "ship-share",
    "the same folder as the standby reads it",
    "\\\\SQLPRD01\\LogShip",
    matches(/^\\\\[^\\\s]+\\[^\\]+/, "a share, such as \\\\SQLPRD01\\LogShip"),
  ),
  question(
    "copyFolder",
    "copy-folder",
    "folder of the standby's SQL Server that logs are copied to",
    "D:\\LogShip",
    text,
  ),
  question(
    "alias",
    "alias",
    "DNS name by which people find K2, which is to move; empty for none",
    "",
    optional(matches(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/, "a whole name, such as k2.corp.example")),
  ),
  question(
    "dnsServer",
    "dns-server",
    "address of the name server that takes signed updates of that name; empty for none",
    "",
    optional(matches(/^\d{1,3}(\.\d{1,3}){3}$/, "an IPv4 address, such as 10.20.0.10")),
  ),
  question("rtoMin", "rto-min", "how long K2 may be away at most, in minutes", "60", minutes),
  question("rpoMin", "rpo-min", "how much data may be lost at most, in minutes", "240", minutes),
  question(
    "mirror",
    "mirror",
    "folder on another disk or server for the journal's copy; empty for none",
    "",
    optional(text),
  ),
];

function question(
  key: AnswerKey,
  flag: string,
  asks: string,
  example: string,
  wrong: Question["wrong"],
): Question {
  return { key, flag, asks, example, wrong };
}

/** The parts of an answer with commas between them. */
export const listOf = (answer: string): readonly string[] =>
  answer
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
