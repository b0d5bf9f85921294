import { isIP } from "node:net";
import { risk, type Finding } from "../../../model/finding.ts";
import type { OnlyThere } from "../../../model/part.ts";
import { stackOf, type SiteId } from "../../../model/site.ts";
import type { LogShippingFacts } from "./facts.ts";

/**
 * Backups that lie on the server of the data alone while a site is active and has no standby: those of a site without
 * `awayTo` that writes them to a drive of its own. Undefined where they are on another server too.
 */
export function onlyThere(
  f: Pick<LogShippingFacts, "awayTo" | "way" | "host" | "databases">,
  site: SiteId,
): OnlyThere | undefined {
  const host = f.host[site];
  if (f.awayTo?.[site] !== undefined || isOfAnother(f.way[site].backupFolder, host)) return undefined;
  return {
    says: `backups of ${f.databases.join(", ")} lie on ${host} alone, the server that holds the data`,
    todo: `name a share of a third server in the estate, awayTo: { ${site}: "\\\\\\\\FILE02\\\\K2" } (docs/log-shipping.md)`,
  };
}

/** Whether a path is a share of another server than that one, by its short or its full name. */
export function isOfAnother(path: string, host: string): boolean {
  const server = /^\\\\([^\\]+)\\[^\\]/.exec(path)?.[1];
  return server !== undefined && shortName(server) !== shortName(host);
}

/** A server's name without its domain. An address has none. */
const shortName = (server: string): string =>
  (isIP(server) === 0 ? (server.split(".")[0] ?? server) : server).toLowerCase();

/** Sites at which backups would lie on one server alone. `isAlone`: the active site has no standby, as far as is known. */
export function onlyThereFindings(
  part: string,
  f: LogShippingFacts,
  { from, to }: { readonly from: SiteId; readonly to: SiteId },
  isAlone: boolean,
): readonly Finding[] {
  const then = onlyThere(f, to);
  const now = isAlone ? onlyThere(f, from) : undefined;
  return [
    ...(then
      ? [
          risk(
            part,
            `after a move to ${to} ${then.says}, until the other site follows again`,
            then.todo,
            `away:${part}/${to}`,
          ),
        ]
      : []),
    ...(now
      ? [
          risk(
            part,
            `${from} has no standby, and ${now.says}, until the other site follows again`,
            `${now.todo}, then "pulumi up -s ${stackOf[from]}"`,
            `away:${part}/${from}`,
          ),
        ]
      : []),
  ];
}
