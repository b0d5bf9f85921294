import { exceptionsOf } from "../journal/exceptions.ts";
import { owedText } from "../journal/owed-text.ts";
import type { Situation } from "../journal/situation.ts";
import { activeStack, otherSite, stackOf, type SiteId } from "../model/site.ts";
import { standingOf } from "../journal/standing.ts";
import { systemsText } from "./systems-text.ts";

/**
 * What is announced instead of the plan where the activation is completed: nothing of the plan runs again but what is
 * owed. Undefined while it is not.
 */
export const completedText = (s: Situation, epoch: number): string | undefined =>
  textOf(s, epoch, (owed) =>
    owed === 0
      ? "nothing. No step acts"
      : `${String(owed)} of its steps. They are tried again where they can be done, and no other one acts`,
  );

/**
 * What a run toward a site ends with once its activation is completed: the verdict, what is owed, and what to do next.
 * Undefined while it is not.
 */
export function verdictText(s: Situation, epoch: number): string | undefined {
  const verdict = textOf(s, epoch, (owed) =>
    owed === 0
      ? "nothing"
      : `${String(owed)} of its steps. "pulumi up -s ${activeStack(s.active)}" again does them once they can be done`,
  );
  return verdict && `${verdict}\nnext: ${standbyAgain(s.active)}`;
}

/** A move leaves the new site without a standby: how it gets one. */
export const standbyAgain = (active: SiteId): string => {
  const other = otherSite(active);
  return `give ${active} a standby again, once ${other} can be reached: parallel-standby reprotect --as YOUR-NAME --reason WHY (saves what ${other} alone holds), then pulumi up -s ${stackOf[active]}, then pulumi up -s ${stackOf[other]}`;
};

function textOf(s: Situation, epoch: number, owes: (steps: number) => string): string | undefined {
  if (!s.last || s.epoch !== epoch || s.ended.get(epoch) !== "completed") return undefined;
  const { to } = s.last;
  const exceptions = exceptionsOf(s).map((step) => `\n  ${step}: ${s.verdicts.get(step)?.says ?? ""}`);
  const systems = standingOf(s).length > 1 ? systemsText(s).map((line) => `\n  ${line}`) : [];
  const owed = [...s.owed].map((step) => `\n  ${step}: ${owedText(s, step)}`);
  const how = exceptions.length > 0 ? `completed WITH EXCEPTIONS:${exceptions.join("")}\n` : "completed: ";
  return `activation ${String(epoch)} is ${how}${to} is active; owed: ${owes(owed.length)}${owed.join("")}${systems.join("")}`;
}
