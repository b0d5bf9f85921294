import * as z from "zod";

/** The two sites of an estate, by their roles at the beginning: they keep these names whichever is active. */
export const SiteId = z.enum(["primary", "dr"]);
export type SiteId = z.infer<typeof SiteId>;

/** Both sites, in the order in which they are listed everywhere. */
export const siteIds: readonly SiteId[] = ["primary", "dr"];

/** The other of the two sites. */
export const otherSite = (site: SiteId): SiteId => (site === "primary" ? "dr" : "primary");

/** One value for each site. */
export const bySite = <T extends z.ZodType>(value: T): z.ZodObject<{ primary: T; dr: T }, z.core.$strict> =>
  z.strictObject({ primary: value, dr: value });
/** One value for each site. */
export type BySite<T> = Readonly<Record<SiteId, T>>;

/** The stack that provisions a site. */
export const stackOf: BySite<string> = { primary: "primary", dr: "standby" };

/** The stack that makes a site active. */
export const activeStack = (site: SiteId): string => `${site}-active`;
