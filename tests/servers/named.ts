import { randomBytes } from "node:crypto";
import { copyFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { DnsServer, TsigKey } from "../../steps/transports/dns.ts";
import { overUdp } from "../../steps/transports/dns-socket.ts";
import { installed } from "./installed.ts";
import { freePort, loopback } from "./ports.ts";
import { newFolder, start, type Running } from "./running.ts";

/** BIND's name server. */
export const named = installed("named", "bind9");

/** The zone that every `named` of these tests holds. */
export const zone = "corp.example";

/** A `named` that answers. */
export interface Named extends DnsServer, Running {}

/** What a `named` of the tests holds. */
export type NamedArgs =
  | {
      /** Keys that it knows. */
      readonly keys: readonly TsigKey[];
      /** Rules of `update-policy`: `grant dr-key name k2.corp.example A;`. */
      readonly policy: readonly string[];
      /** Lines of the zone file beside SOA and NS. */
      readonly records: readonly string[];
    }
  | {
      readonly keys: readonly TsigKey[];
      /** The server that the zone is copied from. Nobody tells this one of a change but `notify`. */
      readonly copiesFrom: DnsServer;
    };

/** A new key, as `tsig-keygen -a hmac-sha256` makes one. */
export const newKey = (name: string, algorithm: TsigKey["algorithm"] = "hmac-sha256"): TsigKey => ({
  name,
  algorithm,
  secret: randomBytes(32).toString("base64"),
});

/** Starts BIND as the present user, with all its files in a folder of its own, and waits until it has loaded the zone. */
export async function startNamed(args: NamedArgs): Promise<Named> {
  if (named.path === undefined) throw new Error(`no named${named.note}`);
  for (;;) {
    const folder = newFolder();
    const server: DnsServer = { address: loopback, port: await freePort() };
    // Under its own path AppArmor lets it read and write nothing but Debian's folders.
    const program = path.join(folder, "named");
    copyFileSync(named.path, program);
    writeFileSync(path.join(folder, "named.conf"), `${options(folder, server)}${zoneOf(args)}`);
    if ("records" in args) writeFileSync(path.join(folder, "zone"), zoneFile(args.records));
    const running = start(program, ["-g", "-4", "-n", "1", "-c", path.join(folder, "named.conf")], folder);
    await running.logged(/ running$/m);
    if (!running.log().includes("address in use")) return { ...server, ...running };
    await running.stop();
  }
}

const options = (folder: string, { address, port }: DnsServer): string => `
options {
  directory "${folder}";
  listen-on port ${String(port)} { ${address}; };
  query-source address ${address};
  transfer-source ${address};
  pid-file none;
  lock-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  notify no;
  allow-notify { any; };
};
controls { };
`;

function zoneOf(args: NamedArgs): string {
  const keys = args.keys.map(
    ({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };\n`,
  );
  const held =
    "copiesFrom" in args
      ? `type secondary; file "copy"; primaries { ${args.copiesFrom.address} port ${String(args.copiesFrom.port)}; };`
      : `type primary; file "zone"; update-policy { ${args.policy.join(" ")} };`;
  return `${keys.join("")}zone "${zone}" { ${held} };\n`;
}

const zoneFile = (records: readonly string[]): string => `$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
${records.join("\n")}
`;

/** Tells a secondary that the zone has changed (RFC 1996), so that it looks at its primary now. */
export async function notify(secondary: DnsServer): Promise<void> {
  const soaInInternet = Buffer.from([0, 6, 0, 1]);
  const labels = zone.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  // Opcode 4 with AA, one question.
  const header = Buffer.from([0x12, 0x34, 0x24, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const message = Buffer.concat([header, ...labels, Buffer.from([0]), soaInInternet]);
  await overUdp(secondary, message, AbortSignal.timeout(3000));
}
