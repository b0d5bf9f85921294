import { answerTo } from "../../cli/approve/may.ts";
import { manualStep, type ManualArgs } from "../../components/manual/index.ts";
import { manual } from "../../components/manual/part.ts";
import { approvalsFrom, type Approved } from "../../model/approvals.ts";
import type { Some } from "../../model/estate.ts";
import { situation, type Situation } from "../../journal/situation.ts";
import type { Parts } from "../../model/part.ts";
import type { Recovery } from "../../model/recovery.ts";
import type { Runs } from "../../steps/act.ts";
import type { Rig } from "./runner-rig.ts";
import { toyParts } from "./toy.ts";
import { until as waitUntil } from "./until.ts";

/** The toys, and manual steps beside them. */
export const parts = { ...toyParts, manual };
/** What a rig needs for manual steps. */
export const more: { readonly parts: Parts; readonly runs: Runs } = {
  parts: { manual },
  runs: { manual: () => import("../../components/manual/run.ts") },
};

/** The toy estate with a system that wants approvals, and one that has a manual step. */
export const estate =
  ({
    approve,
    secondPerson,
    step,
  }: {
    approve?: Some<Approved>;
    secondPerson?: boolean;
    step?: Partial<ManualArgs>;
  }): ((plain: Recovery) => Recovery) =>
  (plain) => {
    const lb = manualStep("lb", {
      text: "point the pool at D",
      owner: "Network team",
      telephone: "+44 1",
      ...step,
    });
    return {
      ...plain,
      parts: [
        ...(step ? [{ id: lb.id, kind: lb.kind, version: 1, facts: manual.facts.parse(lb.facts) }] : []),
        ...plain.parts.map((p) =>
          p.kind === "toy"
            ? {
                ...p,
                facts: {
                  ...(p.facts as object),
                  ...(step ? { uses: ["lb"] } : {}),
                  ...(approve
                    ? { approve: approvalsFrom({ before: approve, secondPerson: secondPerson ?? false }) }
                    : {}),
                },
              }
            : p,
        ),
      ],
    };
  };

export const seenBy = async (r: Rig): Promise<Situation> => situation(await r.journal.entries());
/** Waits until the journal shows it. */
export const until = async (r: Rig, holds: (s: Situation) => boolean, limitMs = 10_000): Promise<void> => {
  await waitUntil(holds.toString(), async () => holds(await seenBy(r)), limitMs);
};
/** Runs all steps before one, in order. */
export const upTo = async (r: Rig, id: string): Promise<void> => {
  for (const s of r.made.steps.slice(
    0,
    r.made.steps.findIndex((q) => q.id === id),
  ))
    await r.run(s.id);
};
/** Somebody answers what a step waits for. */
export const reply = (r: Rig, step: string, verdict: "approved" | "declined", as = "bo"): Promise<void> =>
  r.journal.append((now) => answerTo(now, { step, verdict, as, reason: "I looked" }));
