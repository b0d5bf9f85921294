import type { Situation } from "../journal/situation.ts";
import type { SiteId } from "../model/site.ts";
import { siteNamed } from "../model/site-text.ts";

/**
 * What the provisioning of a site begins with. After a move a site has the other role: Pulumi shows the steps of the
 * one that it had as deleted, which looks worse than it is. `overwrites`: what parts say that they overwrite at a passive one.
 */
export const provisioningText = (
  estate: string,
  site: SiteId,
  place: string,
  { active, epoch }: Pick<Situation, "active" | "epoch">,
  overwrites: readonly string[],
): string =>
  [
    `${estate}: provisioning ${siteNamed(site, place)}; ${active === site ? "it is the active site: nothing there is stopped, parked or overwritten" : passiveText(overwrites)}`,
    ...(epoch > 0
      ? [
          'A "delete" of a step only forgets it, since the site has another role now: nothing is deleted on a server',
        ]
      : []),
  ].join(". ");

/** A preview lists steps as "create", and none of those lines says what is lost by them. */
const passiveText = (overwrites: readonly string[]): string =>
  overwrites.length === 0
    ? "it is the passive site"
    : `it is the passive site. Where it does not follow yet: ${overwrites.join("; ")}`;
