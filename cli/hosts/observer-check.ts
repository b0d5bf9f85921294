import type { Server } from "../../model/estate.ts";
import { stops } from "../../model/finding.ts";
import { Host } from "../../model/host.ts";
import { Observer, observerFacts, type ObserverInput } from "../../model/observer.ts";
import type { Io } from "../../steps/act.ts";
import { blindSpots } from "../../steps/observers.ts";
import type { Found } from "./found.ts";

/** Whether an observer lets the runner in, and reaches of the production site what the runner reaches. */
export async function tryObserver(input: ObserverInput, servers: readonly Server[], io: Io): Promise<Found> {
  const parsed = Observer.safeParse(observerFacts([input])[0]);
  if (!parsed.success)
    return {
      has: true,
      findings: [stops(input.name, "it is not looked at", "mend what is named above, then try again")],
    };
  const hosts = servers.flatMap(({ site, host }) => {
    const known = Host.safeParse(host);
    return site === "primary" && known.success ? [known.data] : [];
  });
  const spots = await blindSpots(parsed.data, hosts, io);
  return {
    has: true,
    findings: spots.map((says) =>
      stops(input.name, says, "Let it through: what it does not reach it would call dead in a disaster"),
    ),
  };
}
