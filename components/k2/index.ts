import type { Declared, DeclaredData, Server, Some } from "../../model/estate.ts";
import { misspeltKeys, unknownWord } from "../../model/nearest.ts";
import type { Targets } from "../../model/recovery.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { defaultsOf, licenceLayouts, licenceTables, type LicenceLayout } from "./defaults.ts";
import type { K2Facts } from "./facts.ts";

/** One of the two tables as an owner names it, where it is not as the layout has it. */
export interface TableInput {
  /** One of the databases of `data`. Default: as the layout has it; a consolidated K2 with one database: that one. */
  readonly database?: string;
  /** Default: as the layout has it. */
  readonly schema?: string;
  /** Default: as the layout has it. */
  readonly table?: string;
  /** Columns that tell its rows apart. Default: its primary key, or else its first unique index. */
  readonly key?: Some<string>;
}

/**
 * The licence of each site's servers. It lies in K2's own database, so that production's licence comes over with
 * production's data; K2 has the rows of two tables recorded beforehand and put back (Nintex, "Recommended Disaster
 * Recovery Procedure").
 */
export interface LicenceInput {
  /**
   * Where the two tables are. `consolidated`: one database, Server.Server and HostServer.LicenseKey (new installations
   * since 4.6, all since 4.7). `separate`: the same schemas in K2Server and K2HostServer (upgraded 4.6). `pre-4.6`:
   * K2Server.dbo._Server and K2HostServer.dbo.LicenceKeys. Spellings differ between K2's own pages: look in your
   * database. Default: consolidated.
   */
  readonly layout?: LicenceLayout;
  /** The table of K2's servers. Default: as the layout has it. */
  readonly server?: TableInput;
  /** The table of licence keys. Default: as the layout has it. */
  readonly licenceKey?: TableInput;
  /**
   * Whether licence rows hold the short computer name of their server, by which K2 looks them up. Rows that do not name
   * the site's own servers are then refused: they are the other site's, restored there before. Default: true.
   */
  readonly namesHosts?: boolean;
  /**
   * What becomes of licence rows that came over with the other site's data. `remove`: they are deleted, as K2's
   * procedure puts a whole table back; all of them were captured before. K2 looks its licence up by the computer's name,
   * so that a server of the other site that comes back by itself would find its own row, start, and work on the active
   * site's database. `keep`: they stay, unless a row of this site has the same key. Rows of a table that others refer to
   * stay, and the step says so; rows of the server table always do: process instances refer to them. Default: remove.
   */
  readonly otherRows?: "keep" | "remove";
  /**
   * By site and database, the name of another database to capture from: where production's data lies over the site's
   * own already, a backup of its own that was restored under that name. Default: none.
   */
  readonly copies?: Partial<Readonly<Record<SiteId, Readonly<Record<string, string>>>>>;
}

/**
 * The master keys of K2's databases. A database that is restored on another SQL Server keeps a key that only the first
 * one opens, and K2 does not start: "Please create a master key in the database or open the master key in the session"
 * (SQL Server error 15581; Nintex asks for identical keys on both servers).
 */
export interface MasterKeyInput {
  /** The password of the keys. K2's installer sets a known one: change it. */
  readonly password: SecretRef;
  /** Databases whose master key has this password. Default: all of `data`; one that has no key is passed over. */
  readonly databases?: readonly string[];
  /** The key that K2 encrypts with. Default: SCSSOKey, as K2's installer names it. */
  readonly symmetricKey?: string;
  /** The certificate that protects it. Default: SCHostServerCert, as K2's installer names it. */
  readonly certificate?: string;
  /**
   * How it is proven that the keys open. `count`: every encrypted value of HostServer.Configuration is decrypted, where
   * that table is in the database and its values are bytes. `open`: K2's key is only opened. Default: count.
   */
  readonly proof?: "count" | "open";
  /** The table with encrypted values, where it has other names. */
  readonly encrypted?: Partial<K2Facts["masterKey"]["encrypted"]>;
}

/**
 * What tells that K2 is well, beyond a port that answers. `event`: no error in the Windows event log Application since
 * the service started, from K2's sources or about K2HostServer.exe. `file`: none in the newest Host Server log, which K2
 * writes only where FileExtension is active in HostServerLogging.config (it is not by default). `none`: the port alone.
 */
export type HealthInput =
  | { readonly log: "none" }
  | {
      readonly log: "event";
      /** Beginnings of the names of K2's event sources, which no public page lists. Default: K2, SourceCode. */
      readonly sources?: Some<string>;
      /** Errors with one of these texts in them are known and don't count. Default: none. */
      readonly ignore?: readonly string[];
      /** Seconds for which no error may come up after the port answers: K2's security manager starts later. Default: 10. */
      readonly settleSec?: number;
    }
  | {
      readonly log: "file";
      /** Folder of the log. Default: Host Server\Bin below K2's folder of that version. */
      readonly folder?: string;
      readonly ignore?: readonly string[];
      readonly settleSec?: number;
    };

/** A K2 as its owner declares it. */
export interface K2Args {
  /** 4 is K2 blackpearl; 5 is K2 Five and Nintex Automation K2. Decides the names of service and folder. */
  readonly version: 4 | 5;
  /**
   * `warm` and `hot`: the standby's servers have names, and so licences, of their own. `cold`: they have the same names
   * as production's, and nothing is captured or put back (K2's words for the three, Nintex "Restoring a K2 environment").
   */
  readonly standby: "cold" | "warm" | "hot";
  /** K2 servers of each site, in start order. The id of each is its computer name. */
  readonly servers: { readonly primary: Some<Server<"primary">>; readonly dr: Some<Server<"dr">> };
  /** Its databases, and those of the solutions that run on it: they must not be of different times. */
  readonly data: Some<DeclaredData>;
  /** Names by which K2 finds its database (role `dependency`) and people find K2 (role `client`). Default: none. */
  readonly aliases?: readonly Declared<"alias">[];
  /**
   * Key names of its Windows services, in start order, K2's server first. K2 Five has more of them, whose names differ:
   * provisioning lists those that are missing here. Default: `K2 blackpearl Server` (4), `K2 Server` (5).
   */
  readonly services?: Some<string>;
  /** Services of K2 that may run at both sites and are left alone. Default: none. */
  readonly otherServices?: readonly string[];
  /** Start type of the services at the active site; at the other they are disabled. Default: auto, so that a server that restarts comes back with K2. */
  readonly startType?: "auto" | "delayed-auto" | "manual";
  /** Seconds in which a service must have stopped. Default: 150; scripts for K2 that are public wait 120. */
  readonly stopSec?: number;
  /** Seconds in which a service must have started. Default: 240, twice what they wait. */
  readonly startSec?: number;
  /** TCP port of the Host Server, which answers some seconds after the service runs. Default: 5555, as K2 is installed. */
  readonly port?: number;
  /** TCP port on which clients use K2 through its client aliases: 443 for its web pages. Default: `port`. */
  readonly clientPort?: number;
  /** Where licence rows are and what becomes of them. Default: as each key says; a cold standby has none. */
  readonly licence?: LicenceInput;
  /** Needed where a database has a master key, as every K2 on its own SQL Server does; provisioning finds out. */
  readonly masterKey?: MasterKeyInput;
  /** Passphrase of the file in which licence rows are kept beside the journal. Not needed for a cold standby. */
  readonly captureKey?: SecretRef;
  /**
   * The id that this K2 had when its licence rows were first captured: they are kept under it. For a K2 that was renamed.
   * Default: its id.
   */
  readonly keptAs?: string;
  /** How it is seen that K2 is well once its port answers. Default: the event log. */
  readonly health?: HealthInput;
  /** How long K2 may be away and how much data may be lost. Minutes. */
  readonly targets: Targets;
}

/**
 * Declares a K2 farm that runs at one site at a time: every K2 server that runs works on workflows. `id` names its steps
 * in the journal. What is wrong with it `describe` says, key by key.
 */
export function k2(id: string, args: K2Args): Declared<"k2"> {
  const {
    version,
    standby,
    servers,
    data,
    aliases = [],
    services,
    otherServices = [],
    startType = "auto",
    stopSec = 150,
    startSec = 240,
    port = 5555,
    clientPort = port,
    licence = {},
    masterKey,
    captureKey,
    keptAs = id,
    health = { log: "event" },
    targets,
  } = args;
  const { layout, namesHosts = true, otherRows = "remove", copies } = licence;
  const defaults = defaultsOf(version);
  const databases = data.flatMap((d) => d.databases);
  const facts: K2Facts = {
    version,
    standby,
    servers: { primary: idsOf(servers.primary), dr: idsOf(servers.dr) },
    services: [...(services ?? defaults.services)],
    otherServices: [...otherServices],
    startType,
    stopSec,
    startSec,
    port,
    clientPort,
    data: data.map((d) => ({
      id: d.id,
      sql: { primary: d.sql.primary.id, dr: d.sql.dr.id },
      databases: [...d.databases],
    })),
    aliases: aliases.map((a) => a.id),
    keptAs,
    ...(captureKey ? { captureKey } : {}),
    ...(standby === "cold"
      ? {}
      : {
          licence: {
            ...licenceTables(licence, databases),
            namesHosts,
            otherRows,
            copies: Object.fromEntries(
              Object.entries(copies ?? {}).map(([site, names]) => [site, { ...names }]),
            ),
          },
        }),
    masterKey: {
      ...(masterKey ? { password: masterKey.password } : {}),
      databases: [...(masterKey?.databases ?? databases)],
      symmetricKey: masterKey?.symmetricKey ?? "SCSSOKey",
      certificate: masterKey?.certificate ?? "SCHostServerCert",
      proof: masterKey?.proof ?? "count",
      encrypted: {
        schema: "HostServer",
        table: "Configuration",
        value: "VariableValue",
        flag: "Encrypted",
        ...masterKey?.encrypted,
      },
    },
    health: healthOf(health, defaults.logFolder),
  };
  return {
    id,
    kind: "k2",
    facts,
    servers: [...servers.primary, ...servers.dr],
    uses: [...data, ...aliases],
    problems: [
      ...misspeltKeys(`k2 ${id}`, args, k2Keys),
      ...misspeltKeys(`k2 ${id}.licence`, licence, licenceKeys),
      ...(masterKey ? misspeltKeys(`k2 ${id}.masterKey`, masterKey, masterKeyKeys) : []),
      ...unknownWord(`k2 ${id}.licence.layout`, layout, licenceLayouts),
    ],
    targets,
  };
}

const k2Keys: Readonly<Record<keyof K2Args, true>> = {
  version: true,
  standby: true,
  servers: true,
  data: true,
  aliases: true,
  services: true,
  otherServices: true,
  startType: true,
  stopSec: true,
  startSec: true,
  port: true,
  clientPort: true,
  licence: true,
  masterKey: true,
  captureKey: true,
  keptAs: true,
  health: true,
  targets: true,
};
const licenceKeys: Readonly<Record<keyof LicenceInput, true>> = {
  layout: true,
  server: true,
  licenceKey: true,
  namesHosts: true,
  otherRows: true,
  copies: true,
};
const masterKeyKeys: Readonly<Record<keyof MasterKeyInput, true>> = {
  password: true,
  databases: true,
  symmetricKey: true,
  certificate: true,
  proof: true,
  encrypted: true,
};

/** A program without types may give none: `describe` then says so in a sentence. */
const idsOf = (servers: readonly Server[]): [string, ...string[]] =>
  servers.map((s) => s.id) as [string, ...string[]];

function healthOf(input: HealthInput, logFolder: string): K2Facts["health"] {
  if (input.log === "none") return { log: "none" };
  const common = { ignore: [...(input.ignore ?? [])], settleSec: input.settleSec ?? 10 };
  return input.log === "event"
    ? { log: "event", sources: [...(input.sources ?? ["K2", "SourceCode"])], ...common }
    : { log: input.log, folder: input.folder ?? logFolder, ...common };
}
