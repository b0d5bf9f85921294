import { byHand, type Hand } from "../model/by-hand.ts";
import { approval, choosePoint, complete, completeSystem, gate, proveFence } from "../planning/verbs.ts";

/** What the machinery's own steps are when people do them. */
export const machineryHands: readonly Hand[] = [
  byHand(gate, () => ({
    what: "Everything above is done",
    commands: [],
    see: "every step before this one is ticked off",
  })),
  byHand(choosePoint, ({ parts }, { request }) => ({
    what: `Decide to which moment all databases of ${parts.join(", ")} go: one for all`,
    commands: [
      {
        on: "whoever leads the recovery",
        with: "person",
        type:
          request.mode === "planned"
            ? "The end of the tails: no STOPAT anywhere below"
            : "The earliest of: the moment before the disaster that was agreed on; the finish of the newest log that arrived, taken of the database whose logs end first. Write it down in the clock of the old server, and what that loses, and who accepts it: <point> <lost> <name>",
      },
    ],
    see: "one moment, the loss, and the name of who accepted it, on this paper",
    careful: "Databases of one system at different moments don't fit together, and nobody notices for days",
  })),
  byHand(proveFence, ({ site, hosts }) => ({
    what: `Nothing at ${site} can write any more: ${Object.keys(hosts).join(", ")}`,
    commands: [
      {
        on: "whoever leads the recovery",
        with: "person",
        type: Object.keys(hosts)
          .map((host) => `${host}: seen stopped, closed, or without power, by <name> at <time>`)
          .join("\n"),
      },
    ],
    see: "a name and a time behind each server",
    careful:
      "A site that does not answer you is not dead: the line may be. Two sites that write can't be joined again",
  })),
  byHand(approval, ({ group, before }) => ({
    what: `Ask before ${before === "open" ? "a database is opened" : "people are let in"} (${group})`,
    commands: [{ on: "whoever may say so", with: "person", type: "<name> says <yes or no> at <time>" }],
    see: "a yes, with name and time, on this paper",
  })),
  byHand(completeSystem, ({ system }) => ({
    what: `${system} is up at the new site`,
    commands: [],
    see: "its steps are ticked off; tell the people who wait for it",
  })),
  byHand(complete, ({ to }) => ({
    what: `${to} is the active site`,
    commands: [
      {
        on: "the runner, as soon as the tool runs again",
        with: "cmd",
        type: `npx --no parallel-standby journal adopt --active ${to} --as <name> --reason "by hand, with the runbook"`,
      },
    ],
    see: "the journal says so: until then the tool takes the old site for the active one. Do it before anything else is run",
  })),
];
