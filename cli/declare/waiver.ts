import type { Terms } from "../../journal/terms.ts";
import { moment } from "../../model/time.ts";
import type { Surroundings } from "../../stacks/look.ts";
import { logsAfter, outlooks } from "../../stacks/outlook.ts";
import { lifeAt, type Life } from "../../stacks/site-life.ts";
import { CliError } from "../failure.ts";
import { plain } from "../layout.ts";
import { siteText } from "../../model/site-text.ts";

/** What was seen of a site whose fence is to be waived. */
export interface Waivable {
  readonly life: Life;
  /** Signs that speak against it, and that two people answer for. Empty where there are none. */
  readonly accepted: readonly string[];
}

/** What a command that waives says beside what was seen, each without a full stop. */
export interface WaiverWays {
  /** What was not written. */
  readonly undone: string;
  /** How to go on without a waiver. */
  readonly without: string;
  /** How to say another time of the disaster. */
  readonly otherTime: string;
}

/**
 * A waiver stands for a site that is gone. What the runner reaches there can be fenced, and is never waived. What only
 * speaks of the site from elsewhere, a log that was taken after its end, refuses one person and not two.
 */
export async function refuseWaiverWhileAlive(
  at: Surroundings,
  terms: Pick<Terms, "mode" | "acceptLossSec" | "point" | "second">,
  ways: WaiverWays,
): Promise<Waivable> {
  const [life, seen] = await Promise.all([lifeAt(at), outlooks(at, terms)]);
  const site = siteText(at.request.from, at.recovery);
  if (life.trouble !== undefined)
    throw new CliError(
      `the fence cannot be waived: whether ${site} still works could not be seen: ${plain(life.trouble)}. ${ways.undone}. Mend that, or ${ways.without}`,
    );
  const { timeZone } = at.recovery.sites[at.request.from];
  const late = at.disasterSec === undefined ? [] : logsAfter(seen, at.disasterSec, timeZone);
  const indirect = life.indirect ?? [];
  const direct = life.works.filter((sign) => !indirect.includes(sign));
  const signs = [...life.works, ...late];
  if (signs.length === 0) return { life, accepted: [] };
  if (direct.length === 0 && terms.second !== undefined) return { life, accepted: [...indirect, ...late] };
  throw new CliError(
    [
      `the fence cannot be waived: ${site} is not dead as far as can be seen from here. ${ways.undone}`,
      ...signs.map((line) => `  ${plain(line)}`),
      direct.length > 0
        ? `Cut its power or its network, or ${ways.without}: the move's own steps fence it then`
        : `${ways.otherTime} where ${moment(at.disasterSec ?? 0, timeZone)} is wrong. If it is right, and somebody has seen that nothing runs there, a second person must answer for it: --second NAME`,
    ].join("\n"),
  );
}
