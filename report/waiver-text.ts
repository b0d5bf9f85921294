import { stepPrefix, type Waiver } from "./waivers.ts";

/** Why, who answers for it, and what else is to be said in the brackets. */
export const whyWaived = ({ reason, by, second }: Waiver, more?: string): string =>
  `${reason.replace(/\.$/, "")} (${second === undefined ? by : `${by} and ${second}`}${more === undefined ? "" : `, ${more}`})`;

/** Waivers that were settled in the same way at the same moment, for people. */
export interface SettledTogether {
  readonly what: string;
  /** Absent for steps: each says itself why it could not be done. */
  readonly why?: string;
  readonly says: string;
  /** Seconds since 1970 UTC. */
  readonly atSec: number;
}

/** What was settled; steps that came to rest in the same way at the same moment once, as those of a lost site all do. */
export function settledTogether(waivers: readonly Waiver[]): readonly SettledTogether[] {
  const settled = waivers.flatMap((w) => (w.settled ? [{ ...w, settled: w.settled }] : []));
  const isStep = (w: Waiver): boolean => w.what.startsWith(stepPrefix);
  const steps = Map.groupBy(settled.filter(isStep), (w) => `${String(w.settled.atSec)} ${w.settled.says}`);
  return [
    ...settled
      .filter((w) => !isStep(w))
      .map((w) => ({
        what: w.what,
        why: `${whyWaived(w)}${w.although === undefined ? "" : `; although: ${w.although.join("; ")}`}`,
        ...w.settled,
      })),
    ...[...steps.values()].flatMap((all) =>
      all[0]
        ? [
            {
              what: `${all.length === 1 ? "step" : "steps"} ${all.map((w) => w.what.slice(stepPrefix.length)).join(", ")}`,
              ...all[0].settled,
            },
          ]
        : [],
    ),
  ];
}
