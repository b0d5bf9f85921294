import type { RunModule } from "../../steps/act.ts";
import { runnables as captureRunnables } from "./capture.ts";
import { runnables as healthRunnables } from "./health.ts";
import { runnables as keyRunnables } from "./keys.ts";
import { runnables as parkRunnables } from "./park.ts";
import { runnables as reapplyRunnables } from "./reapply.ts";

export { alive } from "./alive.ts";
export { signs } from "./signs.ts";

/** The code behind the verbs of K2. */
export const runnables: RunModule["runnables"] = [
  ...captureRunnables,
  ...reapplyRunnables,
  ...keyRunnables,
  ...healthRunnables,
  ...parkRunnables,
];
