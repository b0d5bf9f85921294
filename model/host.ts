import * as z from "zod";
import { SecretRef } from "./secret.ts";
import { SiteId } from "./site.ts";

const hostKeyMissing =
  'no host key is pinned. Write the line that "parallel-standby hosts check" prints for this server';

/** How a Windows server is reached for services, files and the registry. */
export const SshAccess = z.strictObject({
  /** TCP port of OpenSSH Server. */
  port: z.int().min(1).max(65535),
  /** Account on the server: `CORP\svc-dr`. It needs the rights of docs/prepare-a-server.md. */
  user: z.string().min(1),
  /** The server's public key as `hosts check` prints it: `ssh-ed25519 AAAA…`. A server that shows another is refused. */
  hostKey: z.string({ error: hostKeyMissing }).regex(/^(ssh-|ecdsa-)\S+ \S+$/, { error: hostKeyMissing }),
  /** Private key without a passphrase: at night nobody types one. This or `password`. */
  privateKey: SecretRef.optional(),
  /** The account's password. This or `privateKey`. */
  password: SecretRef.optional(),
});
export type SshAccess = z.infer<typeof SshAccess>;

/** How SQL Server on that server is reached: always over TCP, always database master. */
export const SqlAccess = z.strictObject({
  /** TCP port. A named instance needs a fixed one: names of instances are not looked up. */
  port: z.int().min(1).max(65535),
  /** Name of a named instance, by which its Windows services are called. Default: the default instance, MSSQLSERVER. */
  instance: z
    .string()
    .regex(/^[A-Za-z_&#][\w$#@]*$/, { error: "is no name of an instance" })
    .optional(),
  /** A SQL login with the rights of docs/permissions.md. */
  user: z.string().min(1),
  /** The login's password. */
  password: SecretRef,
  /** False only where SQL Server has no certificate and the path is private; the password then travels obfuscated, not encrypted. */
  encrypt: z.boolean(),
  /** True accepts SQL Server's self-signed certificate. */
  trustServerCertificate: z.boolean(),
});
export type SqlAccess = z.infer<typeof SqlAccess>;

/** The Azure VM that a server is, where it is one: it can be deallocated and started through Azure Resource Manager. */
export const AzureVm = z.strictObject({
  /** Id of its subscription. */
  subscriptionId: z.string().min(1),
  /** Name of its resource group. */
  resourceGroup: z.string().min(1),
  /** Name of the VM in Azure; it may differ from the computer name. */
  vm: z.string().min(1),
  /** Present where this library also provisions the VM; absent where it only stops and starts one that exists. */
  provision: z
    .strictObject({
      /** Azure region: `uksouth`. */
      location: z.string().min(1),
      /** Azure's name of its size: `Standard_D4s_v5`. */
      size: z.string().min(1),
      /** Resource id of the subnet that its network interface is in. */
      subnetId: z.string().min(1),
      /** Resource id of the image or gallery version the VM is made from. */
      imageId: z.string().min(1),
      /** Name of its administrator. */
      adminUser: z.string().min(1),
      /** Used once, when the VM is made; kept encrypted in the state of its stack. Later changes are ignored. */
      adminPassword: SecretRef,
      /** Size of each empty data disk that is made with it, in GB. */
      dataDisksGb: z.array(z.int().positive()),
      /** Tags of everything that is made. */
      tags: z.record(z.string(), z.string()),
    })
    .optional(),
});
export type AzureVm = z.infer<typeof AzureVm>;

/** One server as steps see it. */
export const Host = z.strictObject({
  /** Its computer name, by which everything else names it. */
  id: z.string().min(1),
  /** The site that it belongs to. */
  site: SiteId,
  /** Name or address by which the runner reaches it. Not an alias: an alias moves. */
  address: z.string().min(1),
  /** IANA time zone of its clock. SQL Server takes a point in time (STOPAT) in the local time of the source server. */
  timeZone: z.string().min(1),
  /** Present where services, files or the registry are used on it. */
  ssh: SshAccess.optional(),
  /** Present where SQL Server runs on it. */
  sql: SqlAccess.optional(),
  /** Present where it is an Azure VM. */
  azure: AzureVm.optional(),
  /** While its site is passive: SQL Server hosts that receive logs run, application hosts are parked. */
  whilePassive: z.enum(["running", "parked"]),
});
export type Host = z.infer<typeof Host>;

/** Whether a server is kept deallocated while its site is passive. Only an Azure VM can be. */
export const isParked = (host: Host): boolean => host.azure !== undefined && host.whilePassive === "parked";
