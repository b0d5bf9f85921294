import type { RunModule } from "../../steps/act.ts";
import { hostRunnables } from "./host-acts.ts";
import { guardRunnables } from "./guard/acts.ts";
import { guardRemovals } from "./guard/remove.ts";
import { serviceRunnables } from "./service-acts.ts";

export { exercise } from "./exercise.ts";
export { hostLooks } from "./looks.ts";

/** The code behind the verbs of Windows hosts and their services. */
export const runnables: RunModule["runnables"] = [
  ...serviceRunnables,
  ...hostRunnables,
  ...guardRunnables,
  ...guardRemovals,
];
