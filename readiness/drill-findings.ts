import { drillOf, dueMs, isOpen, openSince } from "../journal/drills.ts";
import type { Entry } from "../journal/entries.ts";
import { note, risk, type Finding } from "../model/finding.ts";
import { moment } from "../model/time.ts";

/** How old the last verified drill may be: a quarter; after a year nobody can say that it would work. Days. */
const days = { note: 90, risk: 365 };

const todo = 'test it beside production: "pulumi up -s dr-drill" (docs/drill.md)';

/** Whether the estate has had its first facts for so long that a drill was due. */
function isOld(entries: readonly Entry[], now: Date): boolean {
  const first = entries.find((e) => e.kind === "declared");
  return first !== undefined && now.getTime() - Date.parse(first.at) >= days.note * 86_400_000;
}

/** A drill that is open, and one that was too long ago. */
export function drillFindings(entries: readonly Entry[], now: Date): readonly Finding[] {
  const drill = drillOf(entries);
  const open =
    drill && isOpen(drill)
      ? [
          (dueMs(drill) < now.getTime() ? risk : note)(
            "drill",
            `drill ${String(drill.number)} is open since ${moment(Date.parse(openSince(drill)) / 1000)}${dueMs(drill) < now.getTime() ? ", longer than it was declared for" : ""}: a move ends it first`,
            'end it with "parallel-standby drill sweep --as YOUR-NAME", or "pulumi destroy -s dr-drill"',
            "drill-open",
          ),
        ]
      : [];
  const verified = entries.findLast((e) => e.kind === "drill verified");
  if (!verified)
    return [
      ...open,
      (isOld(entries, now) ? risk : note)(
        "drill",
        "no drill has ever been verified: that a move works is not shown",
        todo,
        "drill-old",
      ),
    ];
  const age = Math.floor((now.getTime() - Date.parse(verified.at)) / 86_400_000);
  return age < days.note
    ? open
    : [
        ...open,
        (age < days.risk ? note : risk)(
          "drill",
          `the last drill was verified ${String(age)} days ago`,
          todo,
          "drill-old",
        ),
      ];
}
