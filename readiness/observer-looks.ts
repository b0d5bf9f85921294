import { inTwo } from "../model/finding.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Look } from "../steps/act.ts";
import { seenFrom } from "../steps/transports/seen-from.ts";

/**
 * Whether observers can be asked, each by a connection to itself. A move goes without them; but then nothing but people
 * can tell a dead site from a dead line, at the hour when that is the question.
 */
export const observerLooks = ({ observers = [] }: Pick<Recovery, "observers">): readonly Look[] =>
  observers.map((observer) => ({
    id: `observer:${observer.id}`,
    at: observer.id,
    run: async (io) => {
      try {
        await seenFrom(observer, [{ address: "127.0.0.1", port: observer.ssh.port }], io);
        return [];
      } catch (error) {
        const says = error instanceof Error ? error.message : String(error);
        return [
          {
            id: `observer:${observer.id}`,
            severity: "risk",
            at: observer.id,
            ...inTwo(
              says,
              `mend it, then "parallel-standby hosts check": while it is silent nobody in a third place is asked whether a site is dead or cut off`,
            ),
          },
        ];
      }
    },
  }));
