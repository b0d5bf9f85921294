import { byHand, placeOf, type Hand, type HandCommand, type HandContext } from "../../model/by-hand.ts";
import { nameOfSecret } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { nameOf, type TableName } from "./captured.ts";
import { K2Facts } from "./facts.ts";
import { deleteServers, keepDatabase } from "./tsql.ts";
import { keysOf, openKey, protectMasterKey, undecryptable, type KeyNames } from "./tsql-keys.ts";
import {
  capture,
  healthy,
  listens,
  masterKeyOpens,
  noOtherServices,
  protectMasterKey as protectKey,
  reapplyLicences,
  rowsCaptured,
  secretResolves,
} from "./verbs.ts";

/** A statement at the SQL Server that holds K2's database. */
const sql = (c: HandContext, host: string, type: string): HandCommand => ({
  on: placeOf(c, host),
  with: "T-SQL",
  type,
});

const rows = (table: TableName): string => `SELECT * FROM ${nameOf(table)};`;

const keyNames = ({ symmetricKey, certificate, proof }: KeyNames): KeyNames => ({
  symmetricKey,
  certificate,
  proof,
});

/** Which column of the licence table names a server is in no document of K2. */
const licenceColumn = "<column with the server's name>";

/** K2 servers of a site, by the name under which their rows are kept. */
const serversOf = (keptAs: string, site: SiteId, { lookup }: HandContext): readonly string[] =>
  lookup.parts().flatMap(({ facts }) => {
    const { data } = K2Facts.safeParse(facts);
    return data?.keptAs === keptAs ? data.servers[site] : [];
  });

/** What is typed for the verbs of K2. Password blanks are typed over, never written down here. */
export const hands: readonly Hand[] = [
  byHand(rowsCaptured, ({ part, site, keepOn, captureKey }, c) => ({
    what: `The licence rows of ${site} are kept where they can be had`,
    commands: keepOn.map((host) =>
      sql(
        c,
        host,
        `SELECT [Captured] FROM [${keepDatabase}].[dbo].[CapturedRows] WHERE [Part] = N'${part.replaceAll("'", "''")}' AND [Site] = N'${site}';`,
      ),
    ),
    see: `a row. It is encrypted with the key in ${nameOfSecret(captureKey)}: only this package reads it. Keep a licence file of each K2 server as well`,
  })),
  byHand(capture, ({ sql: host, tables, site, database }, c) => ({
    what: `Keep the licence rows of ${site}${database === "restored" ? ", as they came over, before they are replaced" : ""}`,
    commands: [sql(c, host, `${rows(tables.server)}\n${rows(tables.licenceKey)}`)],
    see: "both results saved to a file (SSMS: Save Results As)",
  })),
  byHand(reapplyLicences, ({ part, sql: host, tables, site, removeOthers, named }, c) => {
    const others = named.length > 0 ? serversOf(part, c.request.from, c) : [];
    return {
      what: `Licence and server rows of ${site} in place of the other site's, before K2 starts`,
      commands: [
        sql(c, host, `${rows(tables.server)}\n${rows(tables.licenceKey)}`),
        {
          on: named[0] ?? "a K2 server of the new site",
          with: "person",
          type: `K2 Setup Manager, License Configuration (K2 Five and blackpearl): enter the licence key of ${named.join(", ") || "each server"} again, on each of them. K2 Management is no way now: it needs a K2 that runs, and with the other site's rows none does. Without a key: Nintex support gives one for the system key shown there`,
        },
        ...(removeOthers && others.length > 0
          ? [sql(c, host, deleteServers(tables.licenceKey, licenceColumn, others))]
          : []),
        sql(c, host, rows(tables.licenceKey)),
      ],
      see: `each of ${named.join(", ") || "the servers"} in the last result${removeOthers ? ", and no row of the other site's servers: a K2 there that came back would start on this database" : ""}`,
      ...(removeOthers && others.length > 0
        ? {
            careful: `The blank is the column of ${nameOf(tables.licenceKey)} that names the server: the first result shows it. The rows were saved to a file in the step before. Error 547: a row is referred to; leave it`,
          }
        : {}),
    };
  }),
  byHand(masterKeyOpens, ({ on, keys, password }, c) => ({
    what: "K2's keys open where they are in use",
    commands: on.flatMap(({ sql: host, databases }) =>
      databases.map((d) =>
        sql(c, host, `${keysOf(d, keyNames(keys))}${password ? `\n${openKey(d, keyNames(keys))}` : ""}`),
      ),
    ),
    see: "no error",
  })),
  byHand(secretResolves, ({ secret }) => ({
    what: "The password of the master keys is at hand",
    commands: [{ on: "the runner", with: "person", type: `Look it up: ${nameOfSecret(secret)}` }],
    see: "you can read it",
  })),
  byHand(protectKey, ({ on, keys, password }, c) => ({
    what: "The master keys open by themselves on this SQL Server",
    commands: on.flatMap(({ sql: host, databases }) =>
      databases.map((d) =>
        sql(
          c,
          host,
          `${protectMasterKey(d, `<the password in ${nameOfSecret(password)}>`)}\n${keys.count ? undecryptable(d, keyNames(keys)) : openKey(d, keyNames(keys))}`,
        ),
      ),
    ),
    see: keys.count ? "unreadable: 0" : "no error",
    careful: "15313: another password. K2 starts without it and fails at the first encrypted value",
  })),
  byHand(noOtherServices, ({ host, services }, c) => ({
    what: `No service of K2 on ${host} but those that are known`,
    commands: [
      {
        on: placeOf(c, host),
        with: "cmd",
        type: `sc query state= all | findstr /i "SERVICE_NAME.*K2"`,
      },
    ],
    see: services.join(", "),
  })),
  byHand(healthy, ({ host, log, ignore }, c) => ({
    what: `Nothing in the log of K2 on ${host} tells of an error since it was started`,
    commands: [
      {
        on: placeOf(c, host),
        with: "cmd",
        type:
          log.kind === "event"
            ? `wevtutil qe Application /q:"*[System[Provider[${log.sources.map((s) => `@Name='${s}'`).join(" or ")}] and (Level=1 or Level=2) and TimeCreated[timediff(@SystemTime) <= 600000]]]" /f:text /rd:true /c:10`
            : `dir /O:-D "${log.folder}"`,
      },
    ],
    see: `no error of the last minutes${ignore.length > 0 ? `, but for: ${ignore.join("; ")}` : ""}`,
  })),
  byHand(listens, ({ host, port }, c) => ({
    what: `K2 on ${host} answers`,
    commands: [
      {
        on: "any machine of the new site",
        with: "cmd",
        type: `powershell -Command "Test-NetConnection ${c.lookup.host(host)?.address ?? host} -Port ${String(port)}"`,
      },
    ],
    see: "TcpTestSucceeded : True",
  })),
];
