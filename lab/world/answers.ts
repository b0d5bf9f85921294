import { join } from "node:path";
import type { LabFile } from "./lab-file.ts";
import { labTimeZone, type LabServer } from "./places.ts";

/** The login of the lab's SQL Servers. */
export const sqlUser = "dr_operator";

/**
 * What `parallel-standby init --answers` asks of the lab's servers, by the keys that it knows: for a project of one's own
 * that is tried on them. `folder`: of the lab's project, absolute. Secrets are none of it.
 */
export function answersOf(
  { hosts, ssh, dns, k2Port }: Pick<LabFile, "hosts" | "ssh" | "dns" | "k2Port">,
  servers: readonly LabServer[],
  folder: string,
): Readonly<Record<string, string | number | readonly string[]>> {
  const at = (site: LabServer["site"], runs: "k2" | "sql"): string =>
    servers
      .filter((s) => s.site === site && s.runs.includes(runs))
      .map(({ name, address }) => `${name}=${address}`)
      .join(", ");
  const used = servers.filter((s) => s.runs.includes("k2") || s.runs.includes("sql"));
  const ports = (portOf: (of: LabFile["hosts"][string]) => number | undefined): readonly string[] =>
    used.flatMap(({ name }) => {
      const host = hosts[name];
      const port = host && portOf(host);
      return port === undefined ? [] : [`${name}=${String(port)}`];
    });
  return {
    name: "contoso",
    primaryPlace: "London",
    drPlace: "Leeds",
    primaryTimeZone: labTimeZone,
    k2Primary: at("primary", "k2"),
    k2Dr: at("dr", "k2"),
    k2Port,
    sqlPrimary: at("primary", "sql"),
    sqlDr: at("dr", "sql"),
    sqlPort: ports((h) => h.sql),
    sqlUser,
    sshUser: ssh.user,
    sshKey: join(folder, ssh.privateKey),
    sshPort: ports((h) => h.ssh),
    databases: ["K2", "Claims"],
    alias: "k2.corp.example",
    sqlAlias: "k2-sql.corp.example",
    dnsServer: dns.address,
    dnsPort: dns.port,
    tsigName: "dr-key",
  };
}
