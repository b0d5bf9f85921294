import { inTwo, type Finding } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import type { SiteId } from "../model/site.ts";
import type { Look } from "../steps/act.ts";
import { blindSpots } from "../steps/observers.ts";

/**
 * Whether observers can be asked, and reach of the site that would be lost what the runner reaches. A move goes without
 * them; but then nothing but people can tell a dead site from a dead line, at the hour when that is the question.
 */
export const observerLooks = (
  { observers = [], hosts }: Pick<Recovery, "observers" | "hosts">,
  from: SiteId,
): readonly Look[] =>
  observers.map((observer) => ({
    id: `observer:${observer.id}`,
    at: observer.id,
    failing: "risk",
    run: async (io) => {
      const finding = (says: string, nth: number): Finding => ({
        id: `observer:${observer.id}${nth === 0 ? "" : `/${String(nth)}`}`,
        severity: "risk",
        at: observer.id,
        ...inTwo(
          says,
          `let it through, then "parallel-standby hosts check ${observer.id}": until then it would say of a living site that nothing there answers`,
        ),
      });
      try {
        return (
          await blindSpots(
            observer,
            hosts.filter((h) => h.site === from),
            io,
          )
        ).map(finding);
      } catch (error) {
        return [finding(error instanceof Error ? error.message : String(error), 0)];
      }
    },
  }));
