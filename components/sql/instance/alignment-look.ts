import type { Io, Look } from "../../../steps/act.ts";
import { sqlOn } from "../../../steps/transports/sql.ts";
import { alignmentFindings, type Aligned, type Named } from "./alignment.ts";
import type { UsedLogins } from "./alignment-logins.ts";
import { readInstance } from "./facts.ts";
import {
  alignmentCertificates,
  alignmentJobs,
  alignmentLinkedServers,
  alignmentLogins,
  alignmentPermissions,
  alignmentRoles,
  alignmentServices,
  alignmentSettings,
  alignmentUsers,
} from "./tsql-alignment.ts";

/** A database of the estate on both instances. */
export interface UsedDatabase {
  readonly name: string;
  /** Its logins are recorded for the standby: those that lack there are its own part's finding. */
  readonly isRecorded: boolean;
}

/**
 * What of two instances has to be alike for a move; `databases`: all of the estate on them, whose logins count most.
 * Named after both, so that parts on the same servers ask it once.
 */
export const alignmentLook = (
  active: string,
  standby: string,
  databases: readonly UsedDatabase[] = [],
): Look => ({
  id: `alignment:${active}/${standby}`,
  at: standby,
  host: active,
  failing: "risk",
  run: async (io) => {
    const [a, b, used] = await Promise.all([
      aligned(active, io),
      aligned(standby, io),
      usedLogins(active, databases, io),
    ]);
    return alignmentFindings(a, b, used);
  },
});

/** By login, whether a move needs it at the standby. A database that cannot be read now is told by its part. */
async function usedLogins(host: string, databases: readonly UsedDatabase[], io: Io): Promise<UsedLogins> {
  const sql = await sqlOn(host, io);
  const used = new Map<string, { isNeeded: boolean }>();
  for (const { name, isRecorded } of databases)
    for (const { name: login, is } of await sql.rows<Named>(alignmentUsers(name)).catch(() => [])) {
      const before = used.get(login.toLowerCase())?.isNeeded ?? false;
      used.set(login.toLowerCase(), { isNeeded: before || (is !== "owner" && !isRecorded) });
    }
  return used;
}

async function aligned(host: string, io: Io): Promise<Aligned> {
  const sql = await sqlOn(host, io);
  const named = (text: string): Promise<readonly Named[]> => sql.rows<Named>(text);
  return {
    host,
    facts: await readInstance(sql),
    logins: await named(alignmentLogins),
    roles: await named(alignmentRoles),
    permissions: await named(alignmentPermissions),
    jobs: await named(alignmentJobs),
    linkedServers: await named(alignmentLinkedServers),
    settings: await named(alignmentSettings),
    certificates: await named(alignmentCertificates),
    services: await named(alignmentServices),
  };
}
