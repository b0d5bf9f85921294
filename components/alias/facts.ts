import * as z from "zod";
import { SecretRef } from "../../model/secret.ts";
import { bySite, SiteId } from "../../model/site.ts";

/** A name server that holds the zone itself. */
export const NameServer = z.strictObject({
  /** IPv4 address: a name server that is found by a name needs another one first. */
  address: z.ipv4({
    error: "is not the IPv4 address of a name server. Write its address, such as 10.20.0.10",
  }),
  port: z.int().min(1).max(65535),
});
export type NameServer = z.infer<typeof NameServer>;

/** What an alias is at one site. */
export const AliasValue = z.strictObject({
  type: z.enum(["A", "CNAME"]),
  /** Of an A record the IPv4 address, of a CNAME the host name. */
  value: z.string().min(1),
});
export type AliasValue = z.infer<typeof AliasValue>;

/** The facts of a DNS alias that follows the active site. */
export const AliasFacts = z.strictObject({
  /** Fully qualified: `k2.corp.example`. */
  name: z.string().min(1),
  zone: z.string().min(1),
  value: bySite(AliasValue),
  /** Seconds for which clients and name servers keep an answer. */
  ttlSec: z.int().min(1).max(3600, {
    error: "is too long for a name that moves. Write 60, at most 3600: clients follow only after that time",
  }),
  /** `dependency`: what the applications connect to, flipped before they start; `client`: what people use, flipped when they answer. */
  role: z.enum(["dependency", "client"]),
  dns: z.strictObject({
    /** Where updates are sent (RFC 2136), by the site that becomes active. */
    update: bySite(NameServer),
    key: z.strictObject({
      /** As the name server knows it: `dr-key`. */
      name: z.string().regex(/^[A-Za-z0-9_.-]{1,253}$/, {
        error: 'is not the name of a TSIG key. Write it as the name server has it, such as "dr-key"',
      }),
      algorithm: z.enum(["hmac-sha256", "hmac-sha384", "hmac-sha512"]),
      /** In base64, as tsig-keygen prints it. */
      secret: SecretRef,
    }),
    /** Other servers that hold the zone and must agree after a flip; those of the site that is left are not asked. */
    also: z.array(NameServer.extend({ site: SiteId.optional() })),
  }),
});
export type AliasFacts = z.infer<typeof AliasFacts>;
