import type { Runs } from "../../steps/act.ts";

/** The code behind the verbs, by folder, loaded only when a step needs it: a line a folder. */
export const runs: Runs = {
  alias: () => import("../alias/run.ts"),
  k2: () => import("../k2/run.ts"),
  manual: () => import("../manual/run.ts"),
  "sql/instance": () => import("../sql/instance/run.ts"),
  "sql/log-shipping": () => import("../sql/log-shipping/run.ts"),
  runbook: () => import("../../runbook/run.ts"),
  windows: () => import("../windows/run.ts"),
};
