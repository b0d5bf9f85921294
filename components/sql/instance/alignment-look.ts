import type { Io, Look } from "../../../steps/act.ts";
import { sqlOn } from "../../../steps/transports/sql.ts";
import { alignmentFindings, type Aligned, type Named } from "./alignment.ts";
import { readInstance } from "./facts.ts";
import {
  alignmentCertificates,
  alignmentJobs,
  alignmentLinkedServers,
  alignmentLogins,
  alignmentServices,
  alignmentSettings,
} from "./tsql-alignment.ts";

/** What of two instances has to be alike for a move. Named after both, so that parts on the same servers ask it once. */
export const alignmentLook = (active: string, standby: string): Look => ({
  id: `alignment:${active}/${standby}`,
  at: standby,
  host: active,
  failing: "risk",
  run: async (io) => {
    const [a, b] = await Promise.all([aligned(active, io), aligned(standby, io)]);
    return alignmentFindings(a, b);
  },
});

async function aligned(host: string, io: Io): Promise<Aligned> {
  const sql = await sqlOn(host, io);
  const named = (text: string): Promise<readonly Named[]> => sql.rows<Named>(text);
  return {
    host,
    facts: await readInstance(sql),
    logins: await named(alignmentLogins),
    jobs: await named(alignmentJobs),
    linkedServers: await named(alignmentLinkedServers),
    settings: await named(alignmentSettings),
    certificates: await named(alignmentCertificates),
    services: await named(alignmentServices),
  };
}
