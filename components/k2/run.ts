import type { RunModule } from "../../steps/act.ts";
import { K2Facts } from "./facts.ts";
import { runnables as captureRunnables } from "./capture.ts";
import { runnables as healthRunnables } from "./health.ts";
import { runnables as keyRunnables } from "./keys.ts";
import { runnables as parkRunnables } from "./park.ts";
import { runnables as reapplyRunnables } from "./reapply.ts";

export { alive } from "./alive.ts";
export { signs } from "./signs.ts";
export { looks } from "./looks.ts";

/** Every K2 server that runs works on workflows: its services run at one site at a time. */
export const exclusiveServices: NonNullable<RunModule["exclusiveServices"]> = (facts, site) => {
  const f = K2Facts.parse(facts);
  return f.servers[site].flatMap((host) => f.services.map((service) => ({ host, service })));
};

/** The code behind the verbs of K2. */
export const runnables: RunModule["runnables"] = [
  ...captureRunnables,
  ...reapplyRunnables,
  ...keyRunnables,
  ...healthRunnables,
  ...parkRunnables,
];
