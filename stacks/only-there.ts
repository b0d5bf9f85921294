import type { Situation } from "../journal/situation.ts";
import type { OnlyThere, Parts } from "../model/part.ts";
import { stackOf } from "../model/site.ts";
import { upgraded } from "../model/upgrade.ts";

/** Backups that lie at the active site on one server alone as long as nothing follows it, part by part; none where this version cannot read the facts. */
export function onlyThereNow({ declared, active }: Situation, parts: Parts): readonly OnlyThere[] {
  if (!declared) return [];
  try {
    return upgraded(declared.recovery, parts).parts.flatMap(
      ({ kind, facts }) => parts[kind]?.onlyThere?.(facts, active) ?? [],
    );
  } catch {
    return [];
  }
}

/** One of them as something to do. */
export const onlyThereTodo = ({ says, todo }: OnlyThere, { active }: Pick<Situation, "active">): string =>
  `until then ${says}: ${todo}, then pulumi up -s ${stackOf[active]}; or copy them to another server by hand`;
