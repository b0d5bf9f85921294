import type { Declared, Server } from "../../model/estate.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { BySite, SiteId } from "../../model/site.ts";
import type { AliasFacts } from "./facts.ts";

/** A name server as an owner writes it: its address, or with a port other than 53. */
export type NameServerInput = string | { readonly address: string; readonly port?: number };

/** How the zone is changed: updates after RFC 2136, signed with a TSIG key. */
export interface AliasDns {
  /** The name server that takes updates; by site where each site has one of its own. */
  readonly server: NameServerInput | BySite<NameServerInput>;
  /** Port of the servers that say no other. Default: 53. */
  readonly port?: number;
  /** Name of the key, as the name server knows it. Default: `parallel-standby`. */
  readonly keyName?: string;
  /** The key, in base64 as tsig-keygen prints it. */
  readonly tsigKey: SecretRef;
  /** How messages are signed. Default: hmac-sha256, what tsig-keygen makes. */
  readonly algorithm?: AliasFacts["dns"]["key"]["algorithm"];
  /**
   * Other servers that hold the zone: a flip is done when those of the new site, and those of no site that answer, give
   * the new value. Default: none.
   */
  readonly also?: readonly (
    NameServerInput | { readonly address: string; readonly port?: number; readonly site: SiteId }
  )[];
}

/** An alias as its owner declares it. */
export interface AliasArgs {
  /** The server that the name stands for while the production site is active. */
  readonly primary: Server<"primary">;
  /** The server that it stands for while the standby site is active. */
  readonly dr: Server<"dr">;
  /** The zone that holds it. Default: the name without its first label. */
  readonly zone?: string;
  /**
   * `dependency`: what applications connect to, such as the name of their SQL Server; it flips before services start.
   * `client`: what people use; it flips when services answer. Default: `client`.
   */
  readonly role?: AliasFacts["role"];
  /**
   * Type of the record; by site where it differs. Default: A, since Windows builds the service principal of Kerberos from
   * a CNAME's target and not from the alias.
   */
  readonly recordType?: "A" | "CNAME" | BySite<"A" | "CNAME">;
  /** What the name is at each site. Default: the address of the server there. */
  readonly value?: BySite<string>;
  /** Seconds for which clients and name servers keep an answer; 1 to 3600. Default: 60, so that clients follow within a minute. */
  readonly ttlSec?: number;
  /** Which name server takes the change, and the key that it knows. */
  readonly dns: AliasDns;
}

/**
 * Declares a DNS name that follows the active site. It exists before, or is created with the active site's value; a
 * cutover alone changes it. `name` is fully qualified: `k2.corp.example`.
 */
export function alias(name: string, args: AliasArgs): Declared<"alias"> {
  const { primary, dr, zone, role = "client", recordType = "A", value, ttlSec = 60, dns, ...others } = args;
  const type = typeof recordType === "string" ? { primary: recordType, dr: recordType } : recordType;
  const { server, port = 53, keyName, tsigKey, algorithm, also, ...otherDns } = dns;
  const facts: AliasFacts = {
    name,
    zone: zone ?? name.split(".").slice(1).join("."),
    value: {
      primary: { type: type.primary, value: value?.primary ?? primary.host.address },
      dr: { type: type.dr, value: value?.dr ?? dr.host.address },
    },
    ttlSec,
    role,
    dns: {
      update:
        typeof server === "object" && "primary" in server
          ? { primary: nameServer(server.primary, port), dr: nameServer(server.dr, port) }
          : { primary: nameServer(server, port), dr: nameServer(server, port) },
      key: {
        name: keyName ?? "parallel-standby",
        algorithm: algorithm ?? "hmac-sha256",
        secret: tsigKey,
      },
      also: (also ?? []).map((other) => ({
        ...nameServer(other, port),
        ...(typeof other === "object" && "site" in other ? { site: other.site } : {}),
      })),
      ...otherDns,
    },
    // A program without types may misspell a key: `describe` then says so.
    ...others,
  };
  return { id: name, kind: "alias", facts, servers: [primary, dr], uses: [] };
}

/** A program without types may leave one out: `describe` then says that it has no address. */
const nameServer = (input: NameServerInput | undefined, port: number): { address: string; port: number } =>
  typeof input === "object"
    ? { address: input.address, port: input.port ?? port }
    : { address: input ?? "", port };
