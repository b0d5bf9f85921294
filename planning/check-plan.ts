import type { Graph } from "./graph.ts";
import { rules } from "./rules.ts";

/** How a plan breaks the rules, by rule; nothing where all hold. */
export const broken = (g: Graph): readonly { readonly rule: string; readonly says: string }[] =>
  rules.flatMap((rule) => (rule.plan?.(g) ?? []).map((says) => ({ rule: rule.name, says })));

/** Throws where a plan breaks a rule: the rule by name and sentence, and the steps. Nothing runs on such a plan. */
export function refuseBroken(g: Graph): void {
  const found = broken(g);
  const [first] = found;
  if (!first) return;
  const rule = rules.find((r) => r.name === first.rule);
  const more = found.length > 1 ? `; and ${String(found.length - 1)} more` : "";
  throw new Error(
    `this plan breaks the rule "${first.rule}" (${rule?.says ?? ""}): ${first.says}${more}. Nothing was changed. One of the parts orders its steps wrongly: use the version that made the last plan, and report this`,
  );
}
