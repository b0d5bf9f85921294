import type { Part } from "../../model/part.ts";
import { ManualFacts } from "./facts.ts";
import { confirmManual } from "./verbs.ts";

/** Beyond the wait itself: the looks before and after it. Seconds. */
const aroundSec = 60;

/** Whether a system names a manual step among its own. */
const has = (facts: unknown, id: string): boolean => {
  const named = (facts as { readonly manual?: unknown } | null)?.manual;
  return Array.isArray(named) && named.includes(id);
};

const stepOf = (id: string): string => `${id}/confirm`;

/** Work in a move that no program does: a load balancer, public DNS, a firewall, SharePoint. */
export const manual: Part<"manual", ManualFacts> = {
  kind: "manual",
  version: 1,
  facts: ManualFacts,
  written: { as: "manualStep", keys: { limitSec: "limitMin" } },
  uses: () => [],
  problems: (id, { critical, phase }, lookup) => [
    ...(critical || phase === "flip-client-aliases" || phase === "smoke-test"
      ? []
      : [
          {
            at: `manualStep ${id}.critical`,
            says: `it is false, and what comes after ${phase} builds on it`,
            write: 'true, or phase: "flip-client-aliases" or "smoke-test"',
          },
        ]),
    ...(lookup.parts().some((p) => has(p.facts, id))
      ? []
      : [
          {
            at: `manualStep ${id}`,
            says: "no system has it, and alone it would wait for nothing",
            write: "it among the manual steps of a system: manual: [ … ]",
          },
        ]),
  ],
  byHand: (id, { text, owner, telephone }, { to }) => [
    { step: stepOf(id), says: text[to], owner, telephone },
  ],
  plan: (id, f, { to }) => {
    const step = stepOf(id);
    const more = { timeoutSec: f.limitSec + aroundSec, ...(f.critical ? {} : { critical: false as const }) };
    return { [f.phase]: [confirmManual.step(step, { manual: id, step, to }, more)] };
  },
  // What people did is theirs to take back: whoever goes back is told of it.
  back: () => ({}),
};
