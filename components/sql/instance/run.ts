import { runs, type Io, type RunModule } from "../../../steps/act.ts";
import { sqlOn, type Sql } from "../../../steps/transports/sql.ts";
import { agentRuns, hasServerPermission, readInstance, versionSays } from "./facts.ts";
import { objectionsTo, type InstanceSeen } from "./judge.ts";
import { instanceReachable } from "./verbs.ts";

/** The code behind the verbs of SQL Server instances. */
export const runnables: RunModule["runnables"] = [
  runs(instanceReachable, {
    check: async ({ host, agent, rights, clock = true }, io) => {
      const seen = await look(host, { agent, rights: rights ?? ["CONTROL SERVER"] }, io);
      const all = objectionsTo(host, io.host(host).timeZone, seen);
      // What is not grave is about clocks.
      const objections = clock ? all : all.filter(({ isGrave }) => isGrave);
      // A standby that is all that is left is not refused for its clock.
      const stops = objections.filter(({ isGrave }) => isGrave || io.activation?.mode !== "unplanned");
      if (stops.length > 0) throw new Error(`${stops.map(({ says }) => says).join(". ")}.`);
      for (const { says } of objections) io.say(says);
      return {
        there: true,
        says: `${versionSays(seen.facts.version)} on ${host} lets ${seen.facts.login} in${agent ? ", SQL Server Agent runs" : ""}`,
        expected: "it lets the runner in with rights enough",
      };
    },
  }),
];

async function look(
  host: string,
  { agent, rights }: { readonly agent: boolean; readonly rights: readonly string[] },
  io: Io,
): Promise<InstanceSeen> {
  const sql = await sqlOn(host, io);
  const beforeMs = Date.now();
  const facts = await readInstance(sql);
  const askedMs = (beforeMs + Date.now()) / 2;
  const missing = facts.isSysadmin ? [] : await missingRights(sql, rights);
  const runs = agent ? ((await agentRuns(sql)) ?? false) : undefined;
  return { facts, askedMs, missing, ...(runs === undefined ? {} : { agentRuns: runs }) };
}

async function missingRights(sql: Sql, rights: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const right of rights) if (!(await hasServerPermission(sql, right))) missing.push(right);
  return missing;
}
