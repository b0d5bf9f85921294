import type { ObserverInput } from "../../model/observer.ts";
import { observerFacts, Observer } from "../../model/observer.ts";
import { stops } from "../../model/finding.ts";
import type { Io } from "../../steps/act.ts";
import { seenFrom } from "../../steps/transports/seen-from.ts";
import type { Found } from "./found.ts";

/** Whether an observer lets the runner in and connects where it is asked to: to itself, which nobody else notices. */
export async function tryObserver(input: ObserverInput, io: Io): Promise<Found> {
  const parsed = Observer.safeParse(observerFacts([input])[0]);
  if (!parsed.success)
    return {
      has: true,
      findings: [stops(input.name, "it is not looked at", "mend what is named above, then try again")],
    };
  await seenFrom(parsed.data, [{ address: "127.0.0.1", port: parsed.data.ssh.port }], io);
  return { has: true, findings: [] };
}
