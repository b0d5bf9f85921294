import * as pulumi from "@pulumi/pulumi";
import { Drill } from "../components/drill.ts";
import { drillOf, howToSweep, nextDrill, type NextDrill } from "../journal/drills.ts";
import { situation } from "../journal/situation.ts";
import type { Estate } from "../model/estate.ts";
import { otherSite, type SiteId } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";
import { planDrill, type DrillPlan } from "../planning/drill.ts";
import { dataOnly } from "../report/entry-text.ts";
import type { World } from "../steps/find.ts";
import { placeholders } from "./declare-command.ts";
import { siteNamed } from "../model/site-text.ts";

/** What to type to declare a drill; more can be said, nothing else must be. */
export const declareDrillCommand = `parallel-standby drill declare --as ${placeholders.as}`;

/** Outputs of the drill's stack: plain data, known before the first step. */
export interface DrillOutputs {
  readonly drill?: number;
  /** What the drill tries. */
  readonly scope?: string;
  readonly head?: string;
}

/**
 * The program of the drill's stack: begins the drill that was declared, or goes on with the one that is open. Without one
 * it prints what to type and changes nothing; removing a drill is `pulumi destroy`, which runs no program. `held`: number
 * of the drill whose steps the stack holds.
 */
export async function drill(estate: Estate, world: World, held?: number): Promise<DrillOutputs> {
  const { journal, parts } = world;
  const entries = await journal.entries();
  const s = situation(entries);
  const next = nextDrill(s, drillOf(entries), new Date());
  if (next.kind === "refused") throw new pulumi.RunError(next.says);
  if (next.kind === "undeclared")
    throw new pulumi.RunError(
      `${next.says}: nothing was changed. Declare a drill, then run this again:\n  ${declareDrillCommand}`,
    );
  const { number, declared, started } = next.drill;
  // A number that was given out before: steps with the same input would not run, and those copies pass for these.
  if (next.kind === "start" && held !== undefined && number <= held)
    throw new pulumi.RunError(
      `drill ${String(number)} is declared, and this stack holds drill ${String(held)}: the journal has forgotten drills, and steps of them would pass for its own. Nothing was changed. Run "pulumi destroy -s dr-drill", which removes what drill ${String(held)} has made and empties the stack, then this again`,
    );
  const hash = started?.factsHash ?? s.declared?.factsHash ?? "";
  const facts = entries.findLast((e) => e.kind === "declared" && e.factsHash === hash);
  if (facts?.kind !== "declared")
    throw new pulumi.RunError(
      'the journal does not hold the facts that this drill was begun with. Compare it with its mirror: "parallel-standby journal verify"',
    );
  const recovery = upgraded(facts.recovery, parts);
  const direction = { from: otherSite(declared.site), to: declared.site };
  const plan = planDrill(recovery, direction, parts, declared.systems);
  await pulumi.log.info(drillText(number, declared.site, recovery.sites[declared.site].place, plan));
  if (!pulumi.runtime.isDryRun()) await begin(next, plan, hash, world);
  const { head } = situation(await journal.entries());
  new Drill("drill", { plan, journal: estate.journal, drill: number });
  return { drill: number, scope: "data only", head };
}

/** Writes that the drill begins; what was decided above must still hold at that moment. */
const begin = (
  now: Extract<NextDrill, { kind: "start" | "go on" }>,
  plan: DrillPlan,
  factsHash: string,
  { journal }: World,
): Promise<void> =>
  journal.append((entries) => {
    const fresh = nextDrill(situation(entries), drillOf(entries), new Date());
    const { number } = now.drill;
    if ((fresh.kind !== "start" && fresh.kind !== "go on") || fresh.drill.number !== number)
      throw new pulumi.RunError(
        'at this moment the journal changed: a move or another drill was declared, or this one is being ended. Look with "parallel-standby status", then run this again',
      );
    return fresh.kind === "go on"
      ? undefined
      : {
          kind: "drill started",
          drill: number,
          factsHash,
          planHash: plan.hash,
          scope: "data only",
          groups: [...plan.groups],
        };
  });

/** The drill as people read it in a preview. */
export function drillText(number: number, site: SiteId, place: string, plan: DrillPlan): string {
  const phases = [...new Set(plan.steps.map((step) => step.phase))];
  return [
    `drill ${String(number)} at ${siteNamed(site, place)}, ${String(plan.steps.length)} steps; ${dataOnly}`,
    ...phases.map(
      (phase) =>
        `  ${phase}: ${plan.steps
          .filter((step) => step.phase === phase)
          .map((step) => step.id)
          .join(", ")}`,
    ),
    ...(plan.without.length > 0 ? [`  no drill can try ${plan.without.join(", ")}`] : []),
    `  ${howToSweep}: a drill has succeeded when nothing of it is left`,
  ].join("\n");
}
