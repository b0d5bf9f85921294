import type { Io, RunModule } from "../../../steps/act.ts";
import { LogShippingFacts } from "./facts.ts";
import { look } from "./look.ts";
import { closeOldRunnables } from "./run/close-old.ts";
import { drillCopyRunnables } from "./run/drill-copy.ts";
import { drillReadyRunnables } from "./run/drill-ready.ts";
import { drillShippingRunnables } from "./run/drill-shipping.ts";
import { drillSweepRunnables } from "./run/drill-sweep.ts";
import { drillVerifyRunnables } from "./run/drill-verify.ts";
import { copyAwayRunnables } from "./run/copy-away.ts";
import { finalSyncRunnables } from "./run/final-sync.ts";
import { holdRunnables } from "./run/hold.ts";
import { identityRunnables } from "./run/identity.ts";
import { preflightRunnables } from "./run/preflight.ts";
import { protectRunnables } from "./run/protect.ts";
import { recordRunnables } from "./run/record.ts";
import { reopenRunnables } from "./run/reopen.ts";
import { rollForwardRunnables } from "./run/roll-forward.ts";
import { salvageRunnables } from "./run/salvage.ts";
import { seedRunnables } from "./run/seed.ts";
import { shippingOf } from "./run/shipping.ts";
import { setAsideRunnables } from "./run/set-aside.ts";
import { sourceFitRunnables } from "./run/source-fit.ts";
import { sourceRunnables } from "./run/source-jobs.ts";
import { standbyRunnables } from "./run/standby-jobs.ts";
import type { LogShippingSeen } from "./seen.ts";

export { looks } from "./readiness/looks.ts";
export { alive } from "./run/alive.ts";
export { clocks } from "./run/clocks.ts";
export { drillsAt } from "./run/drills-at.ts";
export { signs } from "./run/signs.ts";

/** The code behind the verbs of log shipping. */
export const runnables: RunModule["runnables"] = [
  ...preflightRunnables,
  ...holdRunnables,
  ...finalSyncRunnables,
  ...closeOldRunnables,
  ...rollForwardRunnables,
  ...identityRunnables,
  ...reopenRunnables,
  ...protectRunnables,
  ...sourceFitRunnables,
  ...recordRunnables,
  ...sourceRunnables,
  ...standbyRunnables,
  ...seedRunnables,
  ...salvageRunnables,
  ...setAsideRunnables,
  ...drillReadyRunnables,
  ...drillCopyRunnables,
  ...drillVerifyRunnables,
  ...drillShippingRunnables,
  ...drillSweepRunnables,
  ...copyAwayRunnables,
];

/** The databases at the site that is looked at, and their backups there. Asks nothing of the other site. */
export async function observe(facts: unknown, io: Io): Promise<LogShippingSeen> {
  const f = LogShippingFacts.parse(facts);
  const { place } = shippingOf(f, io);
  const seen: LogShippingSeen = {};
  for (const database of f.databases) seen[database] = await look(database, place, io);
  return seen;
}
