import type { Entry } from "../journal/entries.ts";
import { factsSeenAt } from "../journal/readiness.ts";
import { note, risk, type Finding } from "../model/finding.ts";
import { hashOf, type Recovery } from "../model/recovery.ts";
import { stackOf, type SiteId } from "../model/site.ts";
import { moment } from "../model/time.ts";

/** Facts that no run has confirmed for longer are worth a word; for longer than the second, a risk. Hours. */
const factsHours = { note: 24, risk: 7 * 24 };

/** What the journal itself shows to stand against a move to a site. `estate` are the facts as estate.ts has them now, where they are known. */
export function journalFindings(
  entries: readonly Entry[],
  estate: Recovery | undefined,
  to: SiteId,
  now: Date,
): readonly Finding[] {
  const declared = entries.findLast((e) => e.kind === "declared");
  const up = `pulumi up -s ${stackOf[to]}`;
  const seen = factsSeenAt(entries);
  if (declared?.kind !== "declared" || !seen) return [];
  const differs = estate !== undefined && hashOf(estate) !== declared.factsHash;
  const hours = (now.getTime() - seen.getTime()) / 3_600_000;
  const old = (hours > factsHours.risk ? risk : note)(
    "facts",
    `the facts that a move to ${to} would use were last confirmed ${String(Math.floor(hours))} hours ago, at ${moment(seen.getTime() / 1000, declared.recovery.sites[to].timeZone)}`,
    `run "${up}", best every day: it writes them anew, with logins and licence rows`,
    "facts-old",
  );
  return [
    ...(differs
      ? [
          risk(
            "facts",
            `estate.ts is not what the journal holds: a move to ${to} would go by the older facts, ${declared.factsHash}`,
            `run "${up}"`,
            "facts-differ",
          ),
        ]
      : []),
    ...(hours > factsHours.note ? [old] : []),
  ];
}
