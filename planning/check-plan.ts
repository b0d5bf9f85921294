import { asideOf, type Aside } from "./aside.ts";
import type { Graph } from "./graph.ts";
import { rules } from "./rules.ts";

/** How a plan breaks a rule. */
interface Broken {
  readonly rule: string;
  readonly says: string;
}

/** How a plan breaks the rules, by rule; nothing where all hold. */
export const broken = (g: Graph): readonly Broken[] =>
  rules.flatMap((rule) => (rule.plan?.(g) ?? []).map((says) => ({ rule: rule.name, says })));

/** The same for a plan beside a move's. */
export const brokenAside = (a: Aside): readonly Broken[] =>
  rules.flatMap((rule) => (rule.aside?.(a) ?? []).map((says) => ({ rule: rule.name, says })));

/** Throws where a plan breaks a rule: the rule by name and sentence, and the steps. Nothing runs on such a plan. */
export function refuseBroken(g: Graph): void {
  refuse(broken(g), "this plan");
}

/** The same for a plan beside a move's. */
export function refuseBrokenAside(aside: Omit<Aside, "isAfter">): void {
  refuse(brokenAside(asideOf(aside)), `the plan of this ${called[aside.kind]}`);
}

const called: Readonly<Record<Aside["kind"], string>> = {
  inverse: "abandon",
  back: "way back",
  "re-protection": "re-protection",
  drill: "drill",
};

function refuse(found: readonly Broken[], plan: string): void {
  const [first] = found;
  if (!first) return;
  const rule = rules.find((r) => r.name === first.rule);
  const more = found.length > 1 ? `; and ${String(found.length - 1)} more` : "";
  throw new Error(
    `${plan} breaks the rule "${first.rule}" (${rule?.says ?? ""}): ${first.says}${more}. Nothing was changed. One of the parts orders its steps wrongly: use the version that made the last plan, and report this`,
  );
}
