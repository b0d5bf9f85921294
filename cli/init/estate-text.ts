import { listOf, type Answers } from "./questions.ts";

/** A text as TypeScript writes it: nothing that was answered is ever taken for code. */
const text = (value: string): string =>
  JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

interface Named {
  readonly variable: string;
  readonly id: string;
  readonly address: string;
}

const serversOf = (answer: string, variable: string): readonly Named[] =>
  listOf(answer).map((one, i, all) => {
    const at = one.indexOf("=");
    return {
      variable: all.length === 1 ? variable : `${variable}${String(i + 1)}`,
      id: one.slice(0, at),
      address: one.slice(at + 1),
    };
  });

/** estate.ts: both sites in one declaration. */
export function estateText(a: Answers): string {
  const k2Prd = serversOf(a.k2Primary, "k2Prd");
  const k2Dr = serversOf(a.k2Dr, "k2Dr");
  const [sqlPrd, sqlDr] = [serversOf(a.sqlPrimary, "sqlPrd"), serversOf(a.sqlDr, "sqlDr")];
  const aliased = a.alias !== "";
  const names = (servers: readonly Named[]): string => servers.map((s) => s.variable).join(", ");
  const declare = (site: string, more: string) => (s: Named) =>
    `const ${s.variable} = ${site}.server(${text(s.id)}, { address: ${text(s.address)}${more} });`;
  const sql = (env: string): string => `, sql: { user: ${text(a.sqlUser)}, password: secret.env("${env}") }`;
  return [
    `import { ${aliased ? "alias, " : ""}defineEstate, k2, logShipping, secret, site } from "parallel-standby";`,
    "",
    "// Every server also needs its host key. `npx parallel-standby hosts check` prints the line to add to it:",
    '//   ssh: { hostKey: "ssh-ed25519 AAAA…" }',
    `const ssh = { user: ${text(a.sshUser)}, privateKey: secret.file(${text(a.sshKey)}) };`,
    `const primary = site("primary", { place: ${text(a.primaryPlace)}, timeZone: ${text(a.primaryTimeZone)}, ssh });`,
    `const dr = site("dr", { place: ${text(a.drPlace)}, timeZone: ${text(a.drTimeZone)}, ssh });`,
    "",
    ...k2Prd.map(declare("primary", "")),
    ...k2Dr.map(declare("dr", "")),
    ...sqlPrd.map(declare("primary", sql("SQL_PRIMARY"))),
    ...sqlDr.map(declare("dr", sql("SQL_DR"))),
    "",
    "/** The databases that must be of one moment. Logs every hour, held back three, recovered to two hours before a disaster. */",
    `const k2Data = logShipping("k2-data", {`,
    `  databases: [${listOf(a.databases).map(text).join(", ")}],`,
    "  from: sqlPrd,",
    "  to: sqlDr,",
    `  backupFolder: ${text(a.shipFolder)},`,
    `  backupShare: ${text(a.shipShare)},`,
    `  copyTo: ${text(a.copyFolder)},`,
    "  everyMin: 60,",
    "  holdMin: 180,",
    "  point: { minutesBefore: 120 },",
    ...replacesLines(listOf(a.databases)),
    "});",
    "",
    ...(aliased
      ? [
          `const k2Name = alias(${text(a.alias)}, {`,
          `  primary: ${k2Prd[0]?.variable ?? ""},`,
          `  dr: ${k2Dr[0]?.variable ?? ""},`,
          `  dns: { server: ${text(a.dnsServer)}, tsigKey: secret.env("DNS_TSIG_KEY") },`,
          "});",
          "",
        ]
      : []),
    "export const estate = defineEstate({",
    `  name: ${text(a.name)},`,
    `  journal: { folder: "journal"${a.mirror === "" ? "" : `, mirror: ${text(a.mirror)}`} },`,
    "  systems: [",
    `    k2("k2", {`,
    `      version: ${a.k2Version},`,
    `      standby: ${text(a.standby)},`,
    `      servers: { primary: [${names(k2Prd)}], dr: [${names(k2Dr)}] },`,
    "      data: [k2Data],",
    ...(aliased ? ["      aliases: [k2Name],"] : []),
    `      masterKey: { password: secret.env("K2_MASTER_KEY") },`,
    ...(a.standby === "cold" ? [] : [`      captureKey: secret.env("K2_CAPTURE_KEY"),`]),
    `      targets: { rtoMin: ${a.rtoMin}, rpoMin: ${a.rpoMin} },`,
    "    }),",
    "  ],",
    "});",
    "",
  ].join("\n");
}

/** K2's installer makes a database at the standby, by default "K2"; which other one it may be nobody has said. */
function replacesLines(databases: readonly string[]): readonly string[] {
  const k2 = databases.filter((d) => d.toLowerCase() === "k2");
  return k2.length > 0
    ? [
        "  // K2's installer made a database of this name at the standby: the first copy overwrites it, and only while that",
        "  // site was never active. Take this out once the standby follows.",
        `  replaces: [${k2.map(text).join(", ")}],`,
      ]
    : [
        "  // K2's installer made a database at the standby. The first copy overwrites it only if you name it:",
        '  // replaces: ["its name"],',
      ];
}

/** Environment variables that an estate takes secrets from, in the order in which they stand in it. */
export const secretsOf = (estate: string): readonly string[] => [
  ...new Set([...estate.matchAll(/secret\.env\("([A-Za-z0-9_]+)"\)/g)].map(([, name]) => name ?? "")),
];
