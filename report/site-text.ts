import type { ReportSite } from "./report.ts";

/** A site with its place: `dr (Leeds)`; by its name alone where the place is called that, too. */
export const siteText = ({ id, place }: ReportSite): string => (place === id ? id : `${id} (${place})`);
