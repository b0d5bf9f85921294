import { drillOf } from "../../components/sql/log-shipping/drill.ts";
import { logShipping } from "../../components/sql/log-shipping/part.ts";
import * as logShippingRun from "../../components/sql/log-shipping/run.ts";
import { pointFor } from "../../planning/point.ts";
import type { DrillIo, Io, Point } from "../../steps/act.ts";
import type { Draft } from "../../model/verb.ts";
import { type Bench } from "./log-shipping-bench.ts";

/** Where the drills go. */
export const direction = { from: "primary", to: "dr" } as const;

/** A drill on the bench: its steps as the part wants them, at one point. */
export interface Tried {
  readonly drafts: ReturnType<typeof drillOf>;
  readonly drill: DrillIo;
  point(): Point;
  /** Runs the steps of these phases, in order; gives how each ended. */
  run(...phases: ("preflight" | "restore" | "verify" | "sweep")[]): Promise<ReadonlyMap<string, string>>;
  step(draft: Draft, more?: Partial<Io>): Promise<string>;
}

/** That drill, so many minutes before now; nothing of it has run. */
export async function drillOn(
  bench: Bench,
  minutesBefore = 120,
  check: DrillIo["check"] = "full",
  number = 1,
): Promise<Tried> {
  const drill = { number, check, startedSec: bench.clock.now() / 1000 };
  const looking = bench.io("dr");
  const seen = await logShippingRun.observe(bench.facts, looking.io);
  await looking.end();
  const chosen = pointFor({
    mode: "unplanned",
    reaches: logShipping.reach(bench.facts, logShipping.archived?.(seen) ?? seen),
    disasterSec: bench.clock.now() / 1000,
    acceptLossSec: Number.POSITIVE_INFINITY,
    minutesBefore,
    timeZone: "UTC",
    clocks: ["UTC"],
  });
  if ("refused" in chosen) throw new Error(chosen.refused);
  const point: Point = { atSec: chosen.atSec, to: chosen.to };
  const drafts = drillOf("data", bench.facts, direction);
  const step: Tried["step"] = async (draft, more = {}) => {
    const { verdict, says } = await bench.verb(draft.verb, draft.args, {
      drill,
      point: () => Promise.resolve(point),
      ...more,
    });
    return `${verdict}: ${says}`;
  };
  return {
    drafts,
    drill,
    point: () => point,
    step,
    run: async (...phases) => {
      const ends = new Map<string, string>();
      for (const phase of phases)
        for (const draft of drafts[phase] ?? [])
          // Its own tests are elsewhere; this bench's clock is not that of the machine.
          if (!draft.verb.startsWith("sql/instance/")) ends.set(draft.id, await step(draft));
      return ends;
    },
  };
}
