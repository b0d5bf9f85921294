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

/**
 * The command with which every step of provisioning at a site looks again, and mends what is no longer as it left it:
 * `up` alone repeats those only whose input has changed. Nothing else is replaced. Double quotes keep the pattern whole
 * in cmd.exe, PowerShell and sh alike.
 */
export const provisionAgain = (site: SiteId): string =>
  `pulumi up -s ${stackOf[site]} --replace "**command:local:Command::**"`;

/** The stack that makes a site active. */
export const activeStack = (site: SiteId): string => `${site}-active`;
