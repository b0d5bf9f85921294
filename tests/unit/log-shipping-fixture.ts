import { LogShippingFacts } from "../../components/sql/log-shipping/facts.ts";
import { logShipping, type LogShippingArgs } from "../../components/sql/log-shipping/index.ts";
import { logShipping as part } from "../../components/sql/log-shipping/part.ts";
import { site } from "../../model/estate.ts";
import { lookupOf, type Recovery } from "../../model/recovery.ts";
import { plan, type Plan } from "../../planning/plan.ts";

const sql = { user: "runner", password: { env: "SQL" } };
const primary = site("primary", { place: "London" });
const dr = site("dr", { place: "Leeds" });
/** Its source. */
export const from = primary.server("SQLPRD01", { address: "10.10.1.5", sql });
/** Its standby. */
export const to = dr.server("SQLDR01", { address: "10.20.1.5", sql });
const args: LogShippingArgs = {
  databases: ["K2"],
  from,
  to,
  backupFolder: "D:\\LogShip",
  backupShare: "\\\\SQLPRD01\\LogShip",
  copyTo: "E:\\LogShip",
};
/** Its facts, with other arguments. */
export const factsOf = (more: Partial<LogShippingArgs> = {}): LogShippingFacts =>
  LogShippingFacts.parse(logShipping("k2-data", { ...args, ...more }).facts);
/** Its two servers. */
export const hosts = [from.host, to.host];

/** The problems of a part among others, as sentences. */
export function problems(
  more: Partial<LogShippingArgs> = {},
  change: Partial<LogShippingFacts> = {},
  others: Recovery["parts"] = [],
): readonly string[] {
  const facts = { ...factsOf(more), ...change };
  const lookup = lookupOf({
    hosts,
    parts: [...others, { id: "k2-data", kind: part.kind, version: 1, facts }],
  });
  return part.problems("k2-data", facts, lookup).map((p) => `${p.at}: ${p.says}. Write ${p.write}.`);
}

/** The plan of a move with it alone. */
export const planOf = (
  mode: "planned" | "unplanned",
  databases: LogShippingArgs["databases"] = ["K2"],
  toDr = true,
): Plan => {
  const recovery: Recovery = {
    format: 1,
    estate: "e",
    sites: { primary: { place: "London", timeZone: "UTC" }, dr: { place: "Leeds", timeZone: "UTC" } },
    hosts,
    targets: { rtoMin: 60, rpoMin: 240 },
    parts: [{ id: "k2-data", kind: part.kind, version: 1, facts: factsOf({ databases }) }],
  };
  const request = toDr
    ? { from: "primary" as const, to: "dr" as const, mode }
    : { from: "dr" as const, to: "primary" as const, mode };
  return plan(recovery, request, { [part.kind]: part });
};
