import type { LabNetwork } from "../servers/network.ts";
import type { Zone } from "../servers/dns/zone.ts";
import { fqdn } from "../servers/dns/names.ts";

/**
 * Where a name leads as a program on a server of the lab sees it. The name server is asked each time; while it cannot be
 * reached from there, the program stays with the address that it had last: a site that is cut off works on.
 */
export function addressAt(
  host: string,
  name: string,
  {
    network,
    nameServer,
    zone,
  }: { readonly network: LabNetwork; readonly nameServer: string; readonly zone: Zone },
): () => string | undefined {
  let last: string | undefined;
  return () => {
    if (!network.reachable(host, nameServer)) return last;
    const [record] = zone.find(fqdn(name));
    last = record && [...record.rdata].join(".");
    return last;
  };
}
