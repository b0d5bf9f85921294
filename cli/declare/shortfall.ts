import type { SiteId } from "../../model/site.ts";
import type { Outlook } from "../../stacks/outlook.ts";
import type { Outcome } from "../drafts.ts";
import { exitCodes } from "../failure.ts";
import { count } from "../layout.ts";
import { activeStack } from "../up-command.ts";

/**
 * What a declaration that stands still lacks: parts that go on restoring, groups of databases without a point. One
 * sentence and its exit code; undefined where it lacks nothing.
 */
export function shortfall(
  to: SiteId,
  held: readonly Outcome[],
  seen: readonly Pick<Outlook, "group" | "point">[],
): { readonly says: string; readonly exitCode: number } | undefined {
  const loose = held.filter((o) => o.failed.length > 0).map((o) => o.part);
  const without = seen.filter(({ point }) => "refused" in point).map(({ group }) => group);
  const others = seen.length - without.length;
  const says = [
    ...(loose.length > 0
      ? [
          `declared, but ${count(loose.length, "part is", "parts are")} not held (${loose.join(", ")}). Mend what is named above and type the same "declare" again${without.length > 0 ? "" : ", or go on at once: the activation's own first steps hold again"}`,
        ]
      : []),
    ...(without.length > 0
      ? [
          `declared, but there is no point for ${without.join(", ")} as things stand: "pulumi up -s ${activeStack(to)}" would stop before it opens a database of ${without.length === 1 ? "it" : "them"}${others > 0 ? `, and move the rest (${count(others, "group")}) without` : ""}. Do what is said above beside NO POINT, then declare again`,
        ]
      : []),
  ];
  if (says.length === 0) return undefined;
  return {
    says: says.join("\n"),
    exitCode: without.length > 0 ? exitCodes.noPoint : exitCodes.notHeld,
  };
}
