import { exceptionsOf } from "../journal/exceptions.ts";
import type { Situation } from "../journal/situation.ts";
import { standingOf } from "../journal/standing.ts";
import { systemsText } from "./systems-text.ts";

/**
 * What is announced instead of the plan where the activation is completed: nothing of the plan runs again but what is
 * owed. Undefined while it is not.
 */
export function completedText(s: Situation, epoch: number): string | undefined {
  if (!s.last || s.epoch !== epoch || s.ended.get(epoch) !== "completed") return undefined;
  const { to } = s.last;
  const exceptions = exceptionsOf(s).map((step) => `\n  ${step}: ${s.verdicts.get(step)?.says ?? ""}`);
  const systems = standingOf(s).length > 1 ? systemsText(s).map((line) => `\n  ${line}`) : [];
  const owed = [...s.owed].map((step) => `\n  ${step}: ${s.verdicts.get(step)?.says ?? ""}`);
  const how = exceptions.length > 0 ? `completed WITH EXCEPTIONS:${exceptions.join("")}\n` : "completed: ";
  return `activation ${String(epoch)} is ${how}${to} is active; owed: ${
    owed.length === 0
      ? "nothing. No step acts"
      : `${String(owed.length)} of its steps. They are tried again where they can be done, and no other one acts${owed.join("")}`
  }${systems.join("")}`;
}
