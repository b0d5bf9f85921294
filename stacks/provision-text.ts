import type { Situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";

/**
 * What the provisioning of a site begins with. After a move a site has the other role: Pulumi shows the steps of the
 * one that it had as deleted, which looks worse than it is.
 */
export const provisioningText = (
  estate: string,
  site: SiteId,
  place: string,
  { active, epoch }: Pick<Situation, "active" | "epoch">,
): string =>
  [
    `${estate}: provisioning ${site} (${place}); ${active === site ? "it is the active site: nothing there is stopped, parked or overwritten" : "it is the passive site"}`,
    ...(epoch > 0
      ? [
          'A "delete" of a step only forgets it, since the site has another role now: nothing is deleted on a server',
        ]
      : []),
  ].join(". ");
