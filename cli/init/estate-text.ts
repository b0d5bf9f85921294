import { listOf, type Answers } from "./keys.ts";
import { guardOf, observersToFillIn } from "./to-fill-in.ts";
import { portOf, portsIn, sameName, serversIn } from "./servers.ts";
import {
  call,
  code,
  constant,
  exported,
  imported,
  inline,
  list,
  object,
  text,
  type Entry,
} from "./source.ts";

/** Times of K2's own procedure: logs every hour, held back three, recovered to two before a disaster (Nintex). Minutes. */
export const shipped = { everyMin: 60, holdMin: 180, beforeMin: 120 } as const;

/** A server of the estate, as the text refers to it. */
interface Declared {
  readonly variable: string;
  readonly id: string;
  readonly address: string;
  readonly site: "primary" | "dr";
  /** Environment variable with the password of its SQL login, where SQL Server runs on it. */
  readonly sqlPassword?: string;
}

interface Servers {
  readonly k2: Readonly<Record<"primary" | "dr", readonly Declared[]>>;
  readonly sql: Readonly<Record<"primary" | "dr", Declared>>;
  /** Each once: a server with K2 and SQL Server is both. */
  readonly all: readonly Declared[];
}

function serversOf(a: Answers): Servers {
  const k2At = (
    site: "primary" | "dr",
    answer: string,
    variable: string,
    sqlAnswer: string,
    password: string,
  ) =>
    serversIn(answer).map((s, i, { length }): Declared => {
      const shared = serversIn(sqlAnswer).some((sql) => sameName(sql.id, s.id));
      return {
        ...s,
        site,
        variable: length === 1 ? variable : `${variable}${String(i + 1)}`,
        ...(shared ? { sqlPassword: password } : {}),
      };
    });
  const k2 = {
    primary: k2At("primary", a.k2Primary, "k2Prd", a.sqlPrimary, "SQL_PRIMARY"),
    dr: k2At("dr", a.k2Dr, "k2Dr", a.sqlDr, "SQL_DR"),
  };
  const sqlAt = (site: "primary" | "dr", answer: string, variable: string, sqlPassword: string): Declared => {
    const [one = { id: "", address: "" }] = serversIn(answer);
    return k2[site].find((s) => s.sqlPassword !== undefined) ?? { ...one, site, variable, sqlPassword };
  };
  const sql = {
    primary: sqlAt("primary", a.sqlPrimary, "sqlPrd", "SQL_PRIMARY"),
    dr: sqlAt("dr", a.sqlDr, "sqlDr", "SQL_DR"),
  };
  return { k2, sql, all: [...new Set([...k2.primary, ...k2.dr, sql.primary, sql.dr])] };
}

/** estate.ts: both sites in one declaration, as prettier writes it. */
export function estateText(a: Answers): string {
  const servers = serversOf(a);
  const [client, dependency] = [a.alias !== "", a.sqlAlias !== ""];
  const names = ["defineEstate", "k2", "logShipping", "secret", "site"];
  return [
    imported(client || dependency ? [...names, "alias"] : names, "parallel-standby"),
    "",
    constant("ssh", sshOf(a)),
    constant("primary", call("site", text("primary"), siteOf(a.primaryPlace, a.primaryTimeZone))),
    constant("dr", call("site", text("dr"), siteOf(a.drPlace, a.drTimeZone))),
    "",
    "// Each server needs its host key before anything is sent to it: `npx --no parallel-standby hosts check`",
    "// prints the line that belongs in place of its ssh line.",
    ...servers.all.map((s) => constant(s.variable, serverOf(a, s))),
    "",
    "// The databases that must be of one moment. Logs every hour, held back three, recovered to two hours",
    "// before a disaster.",
    constant("k2Data", shippingOf(a, servers)),
    "",
    ...namesOf(a, servers),
    exported("estate", estateOf(a, servers)),
    "",
  ].join("\n");
}

function sshOf(a: Answers) {
  const common = portsIn(a.sshPort).find((p) => p.id === undefined)?.port ?? "22";
  return object(
    ["user", text(a.sshUser)],
    ["privateKey", call("secret.file", text(a.sshKey))],
    common !== "22" && ["port", code(Number(common))],
  );
}

const siteOf = (place: string, timeZone: string) =>
  object(["place", text(place)], ["timeZone", text(timeZone)], ["ssh", code("ssh")]);

function serverOf(a: Answers, { id, address, site, sqlPassword }: Declared) {
  const own = portsIn(a.sshPort).find((p) => p.id !== undefined && sameName(p.id, id))?.port;
  const sqlPort = portOf(a.sqlPort, id, 1433);
  return call(
    `${site}.server`,
    text(id),
    object(
      ["address", text(address)],
      ["ssh", inline(own !== undefined && ["port", code(Number(own))], ["hostKey", text("")])],
      sqlPassword !== undefined && [
        "sql",
        object(
          sqlPort !== 1433 && ["port", code(sqlPort)],
          ["user", text(a.sqlUser)],
          ["password", call("secret.env", text(sqlPassword))],
        ),
      ],
    ),
  );
}

function shippingOf(a: Answers, { sql }: Servers) {
  return call(
    "logShipping",
    text("k2-data"),
    object(
      ["databases", list(listOf(a.databases).map(text))],
      ["from", code(sql.primary.variable)],
      ["to", code(sql.dr.variable)],
      ["backupFolder", text(a.shipFolder)],
      ["backupShare", text(a.shipShare)],
      ["copyTo", text(a.copyFolder)],
      ["everyMin", code(shipped.everyMin)],
      ["holdMin", code(shipped.holdMin)],
      ["point", inline(["minutesBefore", code(shipped.beforeMin)])],
      ...away(a.awayShare),
      ...replaces(listOf(a.databases)),
    ),
  );
}

/** Where backups go while the standby is the active site, and nothing follows it yet. */
const away = (share: string): readonly Entry[] =>
  share === ""
    ? [
        "// After a cutover all backups lie on the standby's SQL Server, the server that holds the data. A share",
        "// of a third server keeps them: readiness tells of it until one stands here.",
        '// awayTo: { dr: "\\\\\\\\FILE02\\\\K2" },',
      ]
    : [["awayTo", inline(["dr", text(share)])]];

/** K2's installer makes a database at the standby, by default "K2"; which other one it may be nobody has said. */
function replaces(databases: readonly string[]): readonly Entry[] {
  const k2 = databases.filter((d) => d.toLowerCase() === "k2");
  return k2.length > 0
    ? [
        "// K2's installer made a database of this name at the standby: the first copy overwrites it, and",
        "// only while that site was never active. Take this out once the standby follows.",
        ["replaces", list(k2.map(text))],
      ]
    : [
        "// K2's installer made a database at the standby. The first copy overwrites it only if you name it:",
        '// replaces: ["its name"],',
      ];
}

/** The names that move, and what it means where one does not. */
function namesOf(a: Answers, { k2, sql }: Servers): readonly string[] {
  const alias = (
    name: string,
    at: Readonly<Record<"primary" | "dr", Declared | undefined>>,
    role: readonly Entry[],
  ) =>
    call(
      "alias",
      text(name),
      object(
        ["primary", code(at.primary?.variable ?? "")],
        ["dr", code(at.dr?.variable ?? "")],
        ["dns", code("dns")],
        a.zone.toLowerCase() !== name.split(".").slice(1).join(".").toLowerCase() && ["zone", text(a.zone)],
        ...role,
      ),
    );
  const dns = object(
    ["server", text(a.dnsServer)],
    a.dnsPort !== "53" && ["port", code(Number(a.dnsPort))],
    a.tsigName !== "parallel-standby" && ["keyName", text(a.tsigName)],
    a.tsigAlgorithm !== "hmac-sha256" && ["algorithm", code(`"${a.tsigAlgorithm}" as const`)],
    ["tsigKey", call("secret.env", text("DNS_TSIG_KEY"))],
  );
  return [
    ...(a.alias === "" && a.sqlAlias === "" ? [] : [constant("dns", dns)]),
    ...(a.sqlAlias === ""
      ? [
          "// No DNS name of SQL Server moves: K2 of each site connects to its own SQL Server by that server's",
          `// name. So K2's configuration at the standby has to name ${sql.dr.id}, and nothing that K2 keeps in its`,
          `// databases may name ${sql.primary.id}: after a cutover that would still lead to the site that was left.`,
        ]
      : [
          "// K2 finds SQL Server by this name at both sites: it moves before K2 starts.",
          constant("sqlName", alias(a.sqlAlias, sql, [["role", text("dependency")]])),
        ]),
    ...(a.alias === ""
      ? [
          `// No DNS name of K2 moves: after a cutover people have to be sent to ${k2.dr[0]?.id ?? ""} by somebody.`,
        ]
      : [
          "// People find K2 by this name: it moves last, when K2 answers.",
          constant("k2Name", alias(a.alias, { primary: k2.primary[0], dr: k2.dr[0] }, [])),
        ]),
    "",
  ];
}

function estateOf(a: Answers, servers: Servers) {
  const { k2 } = servers;
  const aliases = [...(a.sqlAlias === "" ? [] : ["sqlName"]), ...(a.alias === "" ? [] : ["k2Name"])];
  const variables = (of: readonly Declared[]) => list(of.map((s) => code(s.variable)));
  const warm = a.standby !== "cold";
  const system = object(
    ["version", code(a.k2Version)],
    ["standby", text(a.standby)],
    a.k2Port !== "5555" && ["port", code(Number(a.k2Port))],
    ["servers", object(["primary", variables(k2.primary)], ["dr", variables(k2.dr)])],
    ["data", list([code("k2Data")])],
    aliases.length > 0 && ["aliases", list(aliases.map(code))],
    ...(warm ? licence(listOf(a.databases)) : []),
    ["masterKey", inline(["password", call("secret.env", text("K2_MASTER_KEY"))])],
    warm && ["captureKey", call("secret.env", text("K2_CAPTURE_KEY"))],
    ["targets", inline(["rtoMin", code(a.rtoMin)], ["rpoMin", code(a.rpoMin)])],
  );
  return call(
    "defineEstate",
    object(
      ["name", text(a.name)],
      [
        "journal",
        a.mirror === ""
          ? inline(["folder", text("journal")])
          : object(["folder", text("journal")], ["mirror", text(a.mirror)]),
      ],
      ...guardOf(servers.sql),
      ...observersToFillIn,
      ["systems", list([call("k2", text("k2"), system)])],
    ),
  );
}

/** Where K2's licence lies, if not in a database K2 or in the only one. */
function licence(databases: readonly string[]): readonly Entry[] {
  const [own = ""] = databases;
  if (databases.length === 1 || databases.includes("K2")) return [];
  if (databases.includes("K2Server") && databases.includes("K2HostServer"))
    return [
      '// "pre-4.6" where the tables are K2Server.dbo._Server and K2HostServer.dbo.LicenceKeys: look there.',
      ["licence", inline(["layout", text("separate")])],
    ];
  return [
    "// K2's own database, with the tables Server.Server and HostServer.LicenseKey.",
    [
      "licence",
      object(["server", object(["database", text(own)])], ["licenceKey", object(["database", text(own)])]),
    ],
  ];
}

/** Environment variables that the estate takes secrets from, in the order in which they stand in it. */
export const secretsOf = (a: Answers): readonly string[] => [
  "SQL_PRIMARY",
  "SQL_DR",
  ...(a.alias === "" && a.sqlAlias === "" ? [] : ["DNS_TSIG_KEY"]),
  "K2_MASTER_KEY",
  ...(a.standby === "cold" ? [] : ["K2_CAPTURE_KEY"]),
];
