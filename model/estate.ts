import type { AzureVm, Host, SqlAccess, SshAccess } from "./host.ts";
import type { JournalRef, Targets } from "./recovery.ts";
import type { SiteId } from "./site.ts";

/** At least one. */
export type Some<T> = readonly [T, ...T[]];

/** A server of one site, as other parts of the estate hold it. Its site is in its type, so that sites can't be swapped. */
export interface Server<S extends SiteId = SiteId> {
  readonly site: S;
  readonly id: string;
  readonly place: string;
  readonly siteTimeZone: string;
  readonly host: Host;
}

/** How an owner writes SSH access; what a server leaves out comes from its site. */
export type SshInput = Partial<SshAccess>;
/** How an owner writes access to SQL Server: the login and its password; the rest has defaults. */
export type SqlInput = Pick<SqlAccess, "user" | "password"> & Partial<SqlAccess>;

/** A server as its site declares it. */
export interface ServerArgs {
  /** Name or address by which the runner reaches it; not an alias that moves. */
  readonly address: string;
  /** Completes or overrides the site's `ssh`. The host key belongs to each server: `hosts check` prints it. */
  readonly ssh?: SshInput;
  /** Present where SQL Server runs on it. Port 1433, encrypted, self-signed certificate accepted, unless it says otherwise. */
  readonly sql?: SqlInput;
  /** Present where it is an Azure VM. */
  readonly azure?: AzureVm;
  /** IANA time zone of its clock. Default: the site's. */
  readonly timeZone?: string;
  /** Default: `running` for a server with SQL Server (it receives logs), else `parked`. */
  readonly whilePassive?: Host["whilePassive"];
}

/** What the servers of a site have in common. */
export interface SiteArgs {
  /** Where it is, as people call it: London. Printed with every mention of the site. */
  readonly place: string;
  /** IANA time zone of its servers' clocks. Default: UTC. */
  readonly timeZone?: string;
  /** User and key or password for OpenSSH on its servers. Port 22 unless it says otherwise. */
  readonly ssh?: SshInput;
}

export interface Site<S extends SiteId> {
  readonly id: S;
  readonly place: string;
  /** Declares a server. `id` is its computer name: K2PRD01. */
  server(id: string, args: ServerArgs): Server<S>;
}

/** One of the two sites of an estate. */
export function site<S extends SiteId>(id: S, { place, timeZone = "UTC", ssh: common }: SiteArgs): Site<S> {
  return {
    id,
    place,
    server: (name, { address, ssh, sql, azure, timeZone: own, whilePassive }) => ({
      site: id,
      id: name,
      place,
      siteTimeZone: timeZone,
      host: {
        id: name,
        site: id,
        address,
        timeZone: own ?? timeZone,
        ...(common || ssh ? { ssh: { port: 22, ...common, ...ssh } as SshAccess } : {}),
        ...(sql ? { sql: { port: 1433, encrypt: true, trustServerCertificate: true, ...sql } } : {}),
        ...(azure ? { azure } : {}),
        whilePassive: whilePassive ?? (sql ? "running" : "parked"),
      },
    }),
  };
}

/** A part as its owner declares it: its facts, and the handles it holds, by which `describe` finds all servers and parts. */
export interface Declared<K extends string = string> {
  readonly id: string;
  readonly kind: K;
  readonly facts: unknown;
  readonly servers: readonly Server[];
  readonly uses: readonly Declared[];
  /** For systems: how long they may be away and what they may lose. */
  readonly targets?: Targets;
}

/** Data as a system holds it: which databases, on which SQL Server at each site. */
export interface DeclaredData<K extends string = string> extends Declared<K> {
  readonly databases: readonly string[];
  readonly sql: { readonly primary: Server<"primary">; readonly dr: Server<"dr"> };
}

/** Both sites and all systems in one declaration. */
export interface Estate {
  /** Short name of the estate, in the journal's first entry and in resource names. */
  readonly name: string;
  readonly journal: JournalRef;
  readonly systems: readonly Declared[];
}

/** Declares an estate. Nothing is created or read; `describe` checks it. */
export const defineEstate = (estate: Estate): Estate => estate;
