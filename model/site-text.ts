import { plain } from "./plain.ts";
import type { BySite, SiteId } from "./site.ts";

/** A site with its place, as people read it: `dr (Leeds)`; by its name alone where the place is called that, or not known. */
export const siteNamed = (id: SiteId, place: string | undefined): string =>
  place === undefined || place === id ? id : `${id} (${plain(place)})`;

/** A site of an estate with its place, as people read it: `dr (Leeds)`. */
export const siteText = (
  id: SiteId,
  { sites }: { readonly sites: BySite<{ readonly place: string }> },
): string => siteNamed(id, sites[id].place);
