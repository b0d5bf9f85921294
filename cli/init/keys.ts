/** What `init` can be told, by the names that a file of answers uses. */
export type AnswerKey =
  | "name"
  | "primaryPlace"
  | "drPlace"
  | "primaryTimeZone"
  | "drTimeZone"
  | "k2Version"
  | "standby"
  | "k2Primary"
  | "k2Dr"
  | "k2Port"
  | "sqlPrimary"
  | "sqlDr"
  | "sqlPort"
  | "sqlUser"
  | "sshUser"
  | "sshKey"
  | "sshPort"
  | "databases"
  | "shipFolder"
  | "shipShare"
  | "copyFolder"
  | "awayShare"
  | "alias"
  | "sqlAlias"
  | "zone"
  | "dnsServer"
  | "dnsPort"
  | "tsigName"
  | "tsigAlgorithm"
  | "rtoMin"
  | "rpoMin"
  | "mirror";

/** The answers by key, all of them texts as they are typed. Of a question that does not arise the text is empty. */
export type Answers = Readonly<Record<AnswerKey, string>>;

/** The answers that were given, or given so far. */
export type Given = Readonly<Partial<Record<AnswerKey, string>>>;

/** What is wrong with an answer, and what to write instead; nothing where it will do. */
export type Check = (answer: string, before: Given) => string | undefined;

/** The parts of an answer with commas between them. */
export const listOf = (answer: string): readonly string[] =>
  answer
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
