import { siteIds } from "../../model/site.ts";
import type { RunModule } from "../../steps/act.ts";
import { sshTo } from "../../steps/transports/ssh.ts";
import { K2Facts } from "./facts.ts";
import { runnables as captureRunnables } from "./capture.ts";
import { othersOn, runnables as healthRunnables } from "./health.ts";
import { runnables as keyRunnables } from "./keys.ts";
import { runnables as parkRunnables } from "./park.ts";
import { runnables as reapplyRunnables } from "./reapply.ts";

export { alive } from "./alive.ts";
export { signs } from "./signs.ts";
export { looks, parkedLooks } from "./looks.ts";

/** Every K2 server that runs works on workflows: its services run at one site at a time. */
export const exclusiveServices: NonNullable<RunModule["exclusiveServices"]> = (facts, site) => {
  const f = K2Facts.parse(facts);
  return f.servers[site].flatMap((host) => f.services.map((service) => ({ host, service })));
};

/** K2 Five runs services beside its main one whose names no document lists. */
export const strayServices: NonNullable<RunModule["strayServices"]> = async (facts, host, io) => {
  const f = K2Facts.parse(facts);
  if (!siteIds.some((site) => f.servers[site].includes(host))) return [];
  const others = await othersOn(await sshTo(host, io), [...f.services, ...f.otherServices]);
  return others.map(({ name }) => name);
};

/** The code behind the verbs of K2. */
export const runnables: RunModule["runnables"] = [
  ...captureRunnables,
  ...reapplyRunnables,
  ...keyRunnables,
  ...healthRunnables,
  ...parkRunnables,
];
