import { didYouMean } from "../../model/nearest.ts";
import type { Order } from "../control/orders.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";
import type { LabSite } from "../servers/types.ts";
import { sqlAnswer } from "./sql-order.ts";
import type { Lab } from "./start.ts";

const sites: readonly LabSite[] = ["primary", "dr"];

/** Carries out orders in a running lab; gives what to tell whoever gave one. */
export const obeyIn =
  (lab: Lab) =>
  async (order: Order): Promise<string> => {
    switch (order.kind) {
      case "clock":
        await lab.clock.advance(order.byMs);
        return `the lab's clock stands at ${time(lab)}`;
      case "fault":
        await fault(lab, order.what, order.fault);
        return `${order.what} ${order.fault}, at ${time(lab)}`;
      case "sql":
        return sqlAnswer(sqlServer(lab, order.host), order.batch);
      case "status":
        return [
          `lab time ${time(lab)}`,
          ...sites
            .filter((s) => lab.network.isCut(s))
            .map((s) => `${s} is cut off: it runs on, and nobody outside reaches it`),
          ...lab.servers.map(
            (s) =>
              `${s.name} (${s.site}): ${lab.network.isUp(s.name) ? `up${s.runs.includes("k2") ? `, K2 Server ${lab.serviceAt(s.name, "K2 Server")}` : ""}` : (lab.azure?.azure.vmPower(s.name) ?? "without power")}`,
          ),
        ].join("\n");
    }
  };

async function fault(
  lab: Lab,
  what: string,
  name: Extract<Order, { kind: "fault" }>["fault"],
): Promise<void> {
  const { network } = lab;
  const site = sites.find((s) => s === what);
  if (!site) known(what, [...sites, ...lab.servers.map((s) => s.name)], "site or server");
  const acts: Record<typeof name, ((site: LabSite) => unknown) | undefined> = site
    ? {
        down: (s) => network.siteDown(s),
        up: (s) => network.siteUp(s),
        cut: (s) => network.siteCut(s),
        joined: (s) => network.siteJoined(s),
        stalls: undefined,
        answers: undefined,
      }
    : {
        down: () => network.hostDown(what),
        up: () => network.hostUp(what),
        cut: undefined,
        joined: undefined,
        stalls: () => network.hostStalls(what),
        answers: () => network.hostAnswers(what),
      };
  const act = acts[name];
  if (!act)
    throw new Error(
      `${name} is for ${site ? "a server" : "a site"}, and ${what} is ${site ? "a site" : "a server"}`,
    );
  await act(site ?? "primary");
}

/** A SQL Server that runs. */
function sqlServer(lab: Lab, name: string): SqlInstance {
  const names = lab.servers.filter((s) => s.runs.includes("sql")).map((s) => s.name);
  known(name, names, "server with SQL Server");
  const instance = lab.sql(name);
  if (!lab.network.isUp(name) || !instance.isRunning)
    throw new Error(`SQL Server on ${name.toUpperCase()} is ${lab.serviceAt(name, "MSSQLSERVER")}`);
  return instance;
}

/** Throws where there is no such thing, with the name that may have been meant. */
function known(name: string, names: readonly string[], what: string): void {
  if (!names.some((n) => n.toLowerCase() === name.toLowerCase()))
    throw new Error(
      `the lab has no ${what} "${name}"; it has ${names.join(", ")}.${didYouMean(name, names)}`,
    );
}

/** The lab's time as `declare --disaster-at` takes it. */
const time = (lab: Lab): string => `${new Date(lab.clock.now()).toISOString().slice(0, 19)}+00:00`;
