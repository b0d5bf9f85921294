import * as z from "zod";
import { SecretRef } from "./secret.ts";
import { SiteId } from "./site.ts";

const hostKeyMissing =
  'no host key is pinned. Write the line that "parallel-standby hosts check" prints for this server';

/** How a Windows server is reached for services, files and the registry. */
export const SshAccess = z.strictObject({
  /** TCP port of OpenSSH Server. */
  port: z.int().min(1).max(65535),
  user: z.string().min(1),
  /** The server's public key as `hosts check` prints it: `ssh-ed25519 AAAA…`. A server that shows another is refused. */
  hostKey: z.string({ error: hostKeyMissing }).regex(/^(ssh-|ecdsa-)\S+ \S+$/, { error: hostKeyMissing }),
  privateKey: SecretRef.optional(),
  password: SecretRef.optional(),
});
export type SshAccess = z.infer<typeof SshAccess>;

/** How SQL Server on that server is reached: always over TCP, always database master. */
export const SqlAccess = z.strictObject({
  port: z.int().min(1).max(65535),
  /** A SQL login with the rights of docs/permissions.md. */
  user: z.string().min(1),
  password: SecretRef,
  /** False only where SQL Server has no certificate and the path is private; the password then travels obfuscated, not encrypted. */
  encrypt: z.boolean(),
  /** True accepts SQL Server's self-signed certificate. */
  trustServerCertificate: z.boolean(),
});
export type SqlAccess = z.infer<typeof SqlAccess>;

/** The Azure VM that a server is, where it is one: it can be deallocated and started through Azure Resource Manager. */
export const AzureVm = z.strictObject({
  subscriptionId: z.string().min(1),
  resourceGroup: z.string().min(1),
  vm: z.string().min(1),
  /** Present where this library also provisions the VM; absent where it only stops and starts one that exists. */
  provision: z
    .strictObject({
      location: z.string().min(1),
      size: z.string().min(1),
      subnetId: z.string().min(1),
      /** Resource id of the image or gallery version the VM is made from. */
      imageId: z.string().min(1),
      adminUser: z.string().min(1),
      adminPassword: SecretRef,
      dataDisksGb: z.array(z.int().positive()),
      tags: z.record(z.string(), z.string()),
    })
    .optional(),
});
export type AzureVm = z.infer<typeof AzureVm>;

/** One server as steps see it. */
export const Host = z.strictObject({
  id: z.string().min(1),
  site: SiteId,
  /** Name or address by which the runner reaches it. Not an alias: an alias moves. */
  address: z.string().min(1),
  /** IANA time zone of its clock. SQL Server takes a point in time (STOPAT) in the local time of the source server. */
  timeZone: z.string().min(1),
  ssh: SshAccess.optional(),
  sql: SqlAccess.optional(),
  azure: AzureVm.optional(),
  /** While its site is passive: SQL Server hosts that receive logs run, application hosts are parked. */
  whilePassive: z.enum(["running", "parked"]),
});
export type Host = z.infer<typeof Host>;
