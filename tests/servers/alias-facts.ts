import type { AliasFacts, AliasValue, NameServer } from "../../components/alias/facts.ts";
import type { TsigKey } from "../../steps/transports/dns.ts";
import { zone } from "./named.ts";

/** What the alias is at each site, unless a test says otherwise. */
export const values = {
  primary: { type: "A", value: "10.10.1.4" },
  dr: { type: "A", value: "10.20.1.4" },
} as const satisfies Record<string, AliasValue>;

/** The facts of an alias in the zone of the tests; its key's secret is the file `tsig`. */
export const aliasFacts = (
  label: string,
  server: NameServer,
  key: TsigKey,
  more: { readonly value?: AliasFacts["value"]; readonly also?: AliasFacts["dns"]["also"] } = {},
): AliasFacts => ({
  name: `${label}.${zone}`,
  zone,
  value: more.value ?? values,
  ttlSec: 60,
  role: "client",
  dns: {
    update: { primary: addressOf(server), dr: addressOf(server) },
    key: { name: key.name, algorithm: key.algorithm, secret: { file: "tsig" } },
    also: more.also ?? [],
  },
});

/** The bare address, since facts take no other keys. */
export const addressOf = ({ address, port }: NameServer): NameServer => ({ address, port });
