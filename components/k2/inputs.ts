import type { Some } from "../../model/estate.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import type { LicenceLayout } from "./defaults.ts";
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
  /**
   * By site, the last day of its licence: `{ dr: "2027-03-31" }`. K2 publishes no column lists; only where no column of the
   * licence table can be read as its end, readiness goes by this, and says that it would need it. Default: none.
   */
  readonly endsAt?: Partial<Readonly<Record<SiteId, string>>>;
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
