import * as pulumi from "@pulumi/pulumi";
import type { Recovery } from "../../model/recovery.ts";
import type { SecretRef } from "../../model/secret.ts";
import type { SiteId } from "../../model/site.ts";
import { loadAzure } from "./azure-native.ts";
import { isProvisioned, WindowsHost } from "./provision.ts";

/** Makes the VMs of a site below a component; what all else of that site waits for. */
export type Machines = (parent: pulumi.Resource) => readonly pulumi.ComponentResource[];

/**
 * The Azure VMs that this library makes for a site, one provider a subscription. Loads azure-native only where there is
 * one to make: adopted servers need no Azure.
 */
export async function machinesOf(
  { recovery, site }: { readonly recovery: Pick<Recovery, "hosts">; readonly site: SiteId },
  secretOf: (ref: SecretRef) => Promise<string>,
): Promise<Machines> {
  const own = recovery.hosts.filter((h) => h.site === site && isProvisioned(h));
  if (own.length === 0) return () => [];
  const azure = await loadAzure();
  const passwords = new Map<string, string>();
  for (const h of own)
    if (h.azure?.provision) passwords.set(h.id, await secretOf(h.azure.provision.adminPassword));
  return (parent) => {
    const subscriptions = [...new Set(own.flatMap((h) => h.azure?.subscriptionId ?? []))];
    const providers = new Map(
      subscriptions.map((subscriptionId) => [
        subscriptionId,
        new azure.Provider(`azure-${subscriptionId}`, { subscriptionId }, { parent }),
      ]),
    );
    return own.map((host) => {
      const provider = providers.get(host.azure?.subscriptionId ?? "");
      return new WindowsHost(
        host.id,
        { host, azure, adminPassword: pulumi.secret(passwords.get(host.id) ?? "") },
        { parent, ...(provider ? { provider } : {}) },
      );
    });
  };
}
