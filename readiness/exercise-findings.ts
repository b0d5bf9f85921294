import type { Entry } from "../journal/entries.ts";
import { exercisesOf } from "../journal/exercised.ts";
import { notParked, notParkedId } from "../journal/not-parked.ts";
import { risk, type Finding } from "../model/finding.ts";
import { isParked, type Host } from "../model/host.ts";
import type { SiteId } from "../model/site.ts";
import { moment } from "../model/time.ts";

/** How old the exercise of a parked server may be: once a week, and a day for whoever was away. Days. */
const oldDays = 8;

/** After how long an exercise of one server that has not ended was interrupted: its limits together. Milliseconds. */
const interruptedMs = 45 * 60_000;

/** Parked servers that nobody has started for long, and what was found when somebody did. */
export function exerciseFindings(
  entries: readonly Entry[],
  hosts: readonly Host[],
  to: SiteId,
  now: Date,
): readonly Finding[] {
  const last = exercisesOf(entries);
  const open = notParked(entries);
  return hosts
    .filter((h) => h.site === to && isParked(h))
    .flatMap(({ id }): readonly Finding[] => {
      const e = last.get(id);
      const days = e ? Math.floor((now.getTime() - Date.parse(e.at)) / 86_400_000) : undefined;
      const old =
        days === undefined
          ? [
              risk(
                id,
                "it is parked, and was never exercised: nobody knows whether it would work",
                todo(id),
                `exercise:${id}`,
              ),
            ]
          : days >= oldDays
            ? [
                risk(
                  id,
                  `it is parked, and was last exercised ${String(days)} days ago`,
                  todo(id),
                  `exercise:${id}`,
                ),
              ]
            : [];
      const begun = open.get(id);
      // Where parking failed, the exercise itself has said so.
      const isTold = e?.findings.some((f) => f.id === notParkedId(id)) === true;
      const interrupted =
        begun && !isTold && now.getTime() - Date.parse(begun.at) > interruptedMs
          ? [
              risk(
                id,
                `the exercise that ${begun.as} began at ${moment(Date.parse(begun.at) / 1000)} was interrupted: it runs on, if nobody has parked it`,
                `exercise it again, which parks it: ${command(id)}`,
                `exercise-open:${id}`,
              ),
            ]
          : [];
      return [
        ...old,
        ...interrupted,
        ...(e?.findings ?? []).map((f) => ({ ...f, says: `when it was last exercised: ${f.says}` })),
      ];
    });
}

const command = (host: string): string => `parallel-standby exercise --host ${host} --as YOUR-NAME`;

const todo = (host: string): string =>
  `run "${command(host)}", best every week by itself (docs/readiness.md)`;
