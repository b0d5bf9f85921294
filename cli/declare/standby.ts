import type { Entry } from "../../journal/entries.ts";
import { lastReadiness } from "../../journal/readiness.ts";
import type { Situation } from "../../journal/situation.ts";
import { withoutStandby } from "../../journal/standby.ts";
import type { SiteId } from "../../model/site.ts";
import { moment } from "../../model/time.ts";
import { standbyTodo } from "../../stacks/completed-text.ts";
import { CliError } from "../failure.ts";
import { count } from "../layout.ts";
import { standbyText } from "../status/text.ts";

/** A planned move goes to a standby. To a site that follows nothing, it would end at its first look at the databases. */
export function refuseWithoutStandby(entries: readonly Entry[], s: Situation, to: SiteId): void {
  const without = withoutStandby(entries, s);
  if (!without || without.site !== to) return;
  const says = standbyText({ withoutStandby: without, active: { site: s.active } });
  throw new CliError(
    `there is no standby to move to: ${says ?? ""}. Nothing was declared. First ${standbyTodo(s.active, without, undefined) ?? ""}`,
  );
}

/** What the last look at readiness since the last move came to: whoever declares a planned move has the time to look. */
export function lastLookText(entries: readonly Entry[], s: Situation, to: SiteId): string {
  const look = lastReadiness(entries, to);
  if (!look || look.seq < Math.max(s.last?.seq ?? -1, s.taken?.seq ?? -1))
    return 'readiness: not looked at since the last move. Run "parallel-standby readiness" before you go on';
  const { verdict, findings, at } = look;
  return `readiness: ${verdict === "not ready" ? "NOT READY" : verdict} for ${to}, ${count(findings.length, "finding")}, at ${moment(Date.parse(at) / 1000)}${verdict === "ready" ? "" : '. Look with "parallel-standby readiness" before you go on'}`;
}
