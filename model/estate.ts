import type { GuardInput } from "./guard.ts";
import type { AzureVm, Host, SqlAccess, SshAccess } from "./host.ts";
import { misspeltKeys } from "./nearest.ts";
import type { Problem } from "./part.ts";
import type { ObserverInput } from "./observer.ts";
import type { OptionalStep } from "./optional.ts";
import type { JournalRef } from "./journal-ref.ts";
import type { SiteId } from "./site.ts";
import type { Targets } from "./targets.ts";

/** At least one. */
export type Some<T> = readonly [T, ...T[]];

/** A server of one site, as other parts of the estate hold it. Its site is in its type, so that sites can't be swapped. */
export interface Server<S extends SiteId = SiteId> {
  /** The site that declared it. */
  readonly site: S;
  /** Its computer name, by which facts, journal and messages name it: K2PRD01. */
  readonly id: string;
  /** Where its site is, as people call it. */
  readonly place: string;
  /** IANA time zone of its site; the server's own is in `host`. */
  readonly siteTimeZone: string;
  /** How steps see it. */
  readonly host: Host;
  /** Keys that were misspelt where it, or its site, was declared. Default: none. */
  readonly problems?: readonly Problem[];
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

/**
 * One of the two sites, as an estate is written with it. Its servers carry it in their type, so that a server of the
 * wrong site is a type error; `describe` says the same in a sentence for programs without types.
 */
export interface Site<S extends SiteId> {
  /** Its role at the beginning: it keeps this name whichever site is active. */
  readonly id: S;
  /** Where it is, as people call it: London. */
  readonly place: string;
  /**
   * Declares a server. `id` is its computer name (K2PRD01): its name in the journal and in messages, and what K2 looks
   * its licence up by. Nothing is created or reached; an address, port or key that is none is found by `describe`.
   */
  server(id: string, args: ServerArgs): Server<S>;
}

/**
 * Declares one of the two sites of an estate: its place, its time zone (default UTC) and what its servers have in common
 * for SSH. Nothing is created.
 */
export function site<S extends SiteId>(id: S, args: SiteArgs): Site<S> {
  const { place, timeZone = "UTC", ssh: common } = args;
  const misspelt = misspeltKeys(`site ${id}`, args, { place: true, timeZone: true, ssh: true });
  return { id, place, server: (name, own) => serverAt(name, own) };

  function serverAt(name: string, own: ServerArgs): Server<S> {
    const { address, ssh, sql, azure, whilePassive } = own;
    return {
      site: id,
      id: name,
      place,
      siteTimeZone: timeZone,
      host: {
        id: name,
        site: id,
        address,
        timeZone: own.timeZone ?? timeZone,
        ...(common || ssh ? { ssh: { port: 22, ...common, ...ssh } as SshAccess } : {}),
        ...(sql ? { sql: { port: 1433, encrypt: true, trustServerCertificate: true, ...sql } } : {}),
        ...(azure ? { azure } : {}),
        whilePassive: whilePassive ?? (sql ? "running" : "parked"),
      },
      problems: [...misspelt, ...misspeltKeys(`server ${name}`, own, serverKeys)],
    };
  }
}

const serverKeys: Readonly<Record<keyof ServerArgs, true>> = {
  address: true,
  ssh: true,
  sql: true,
  azure: true,
  timeZone: true,
  whilePassive: true,
};

/** A part as its owner declares it: its facts, and the handles it holds, by which `describe` finds all servers and parts. */
export interface Declared<K extends string = string> {
  /** Names its steps in the journal and its resources in the stacks; of all parts only it has this one. */
  readonly id: string;
  /** Which part understands the facts: `k2`, `alias`, `sql/log-shipping`. */
  readonly kind: K;
  /** Parsed by the part of that kind when the estate is described; all defaults are in them. */
  readonly facts: unknown;
  /** Servers that it holds itself; those of what it uses come in through that. */
  readonly servers: readonly Server[];
  /** What it stands on: its data, its aliases. */
  readonly uses: readonly Declared[];
  /** Mistakes that the facts can't hold: a word that only decides how they are filled in. Default: none. */
  readonly problems?: readonly Problem[];
  /** For systems: how long they may be away and what they may lose. Default: none, and nothing is checked against them. */
  readonly targets?: Targets;
  /** For systems: those that are up before its services start. Default: none. */
  readonly after?: readonly Declared[];
  /** For systems: what may fail without stopping its cutover. Default: nothing. */
  readonly optional?: readonly OptionalStep[];
}

/** Data as a system holds it: which databases, on which SQL Server at each site. */
export interface DeclaredData<K extends string = string> extends Declared<K> {
  /** Recovered to one point, all of them. */
  readonly databases: readonly string[];
  /** The SQL Server that holds them, at each site. */
  readonly sql: { readonly primary: Server<"primary">; readonly dr: Server<"dr"> };
}

/** Somebody to call in a move. */
export interface Contact {
  /** What for: `network in London`. */
  readonly for: string;
  /** Whom to ask for. */
  readonly name: string;
  /** As it is dialled from outside. */
  readonly telephone: string;
}

/** Both sites and all systems in one declaration. */
export interface Estate {
  /** Short name of the estate, in the journal's first entry and in resource names: it stays. */
  readonly name: string;
  /** Where the journal is kept: at the standby side or in a third place, never at the production site. */
  readonly journal: JournalRef;
  /**
   * Minutes after a completed move, or one gone back from past no return, in which `declare` refuses another, unless `--override-cool-down` says why: a second
   * move on the heels of the first is more often a symptom than a decision. 0 for none. Default: 60.
   */
  readonly coolDownMin?: number;
  /** Where the runner is and how one logs on to it, for the card of the colleague on call. Default: a blank on the card. */
  readonly runner?: string;
  /** Whom to call in a move, for the same card. Default: a blank. */
  readonly contacts?: readonly Contact[];
  /** Everything that fails over. Databases, aliases and servers come in through the systems that use them. */
  readonly systems: readonly Declared[];
  /**
   * Keeps servers that come back by themselves, after a disaster, from starting what the other site runs by then.
   * Default: none; their services start with Windows, and readiness takes that for a risk. `false`: none, by choice.
   */
  readonly guard?: GuardInput | false;
  /**
   * Servers in third places that are asked whether they reach a site of which the runner reaches nothing. Default: none;
   * then nothing but people can tell a dead site from a dead line, and readiness takes that for a risk. `false`: none, by
   * choice.
   */
  readonly observers?: readonly ObserverInput[] | false;
}

/** Declares an estate: both sites and all systems. Nothing is created, read or checked; `describe` does that when it is used. */
export const defineEstate = (estate: Estate): Estate => estate;
