import type { Io } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { drillsAmong } from "../copies.ts";
import { LogShippingFacts } from "../facts.ts";
import { filesByDatabase } from "./drill-copies.ts";

/** Numbers of the drills whose copies of these databases are on the SQL Server of the site that is looked at. */
export async function drillsAt(facts: unknown, io: Io): Promise<readonly number[]> {
  const { host, databases } = LogShippingFacts.parse(facts);
  return drillsAmong(await filesByDatabase(await sqlOn(host[io.to], io)), databases);
}
