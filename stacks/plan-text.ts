import type { EntryOf } from "../journal/entries.ts";
import { phases } from "../model/phase.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Plan } from "../planning/plan.ts";

/** The plan as people read it in a preview: phase by phase, what has been done already, where the point of no return is. */
export function planText(
  { request, steps }: Plan,
  recovery: Recovery,
  epoch: number,
  verdicts: ReadonlyMap<string, EntryOf<"step">>,
): string {
  const { from, to, mode } = request;
  const current = [...verdicts.values()].every((v) => v.epoch === epoch);
  const lines = phases.flatMap((phase) => {
    const own = steps.filter((s) => s.phase === phase);
    if (own.length === 0) return [];
    const line =
      phase === "open"
        ? [
            "  ---- no return: once a database is open, one can only finish; afterwards a move back can be declared ----",
          ]
        : [];
    return [
      ...line,
      `  ${phase}: ${own.map((s) => `${s.id}${current && verdicts.has(s.id) ? ` (${verdicts.get(s.id)?.verdict ?? ""})` : ""}`).join(", ")}`,
    ];
  });
  return [
    `${mode} move from ${from} (${recovery.sites[from].place}) to ${to} (${recovery.sites[to].place}), activation ${String(epoch)}, ${String(steps.length)} steps`,
    ...lines,
  ].join("\n");
}
