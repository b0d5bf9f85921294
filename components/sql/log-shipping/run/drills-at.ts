import type { Io } from "../../../../steps/act.ts";
import { sqlOn } from "../../../../steps/transports/sql.ts";
import { drillsAmong } from "../copies.ts";
import { LogShippingFacts } from "../facts.ts";
import { databasesOn } from "./drill-copies.ts";

/** Numbers of the drills whose copies of these databases are on the SQL Server of the site that is looked at. */
export async function drillsAt(facts: unknown, io: Io): Promise<readonly number[]> {
  const { host, databases } = LogShippingFacts.parse(facts);
  return drillsAmong(await databasesOn(await sqlOn(host[io.to], io)), databases);
}
