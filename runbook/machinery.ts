import { byHand, type Hand, type HandContext } from "../model/by-hand.ts";
import { durationText } from "../model/time.ts";
import { approval, choosePoint, complete, completeSystem, gate, proveFence } from "../planning/verbs.ts";

/** What the machinery's own steps are when people do them. */
export const machineryHands: readonly Hand[] = [
  byHand(gate, () => ({
    what: "Everything above is done",
    commands: [],
    see: "every step before this one is ticked off",
  })),
  byHand(choosePoint, ({ parts }, c) => ({
    what: `Decide to which moment all databases of ${parts.join(", ")} go: one for all`,
    commands: [
      {
        on: "whoever leads the recovery",
        with: "person",
        type:
          c.request.mode === "planned"
            ? "The end of the tails: no STOPAT anywhere below"
            : pointText(parts, c),
      },
    ],
    see:
      c.request.mode === "planned"
        ? "nothing is lost"
        : `one moment, the loss, and the name of who accepted it, on this paper. Target: ${lost(c.targets.rpoMin)}`,
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
    see: "the journal says so: until then the tool takes the old site for the active one. Do it before anything else is run there",
  })),
];

const lost = (rpoMin: number): string =>
  rpoMin === 0 ? "nothing is lost" : `at most ${durationText(rpoMin * 60)} are lost`;

/** The estate's own rule, and what bounds it: all that a backup holds was written before it began, not before it had ended. */
function pointText(parts: readonly string[], c: HandContext): string {
  const rules = new Set(parts.flatMap((part) => c.pointMinutesBefore(part) ?? []));
  return [
    "The earliest of:",
    ...[...rules].map(
      (minutes) =>
        `- the disaster at <time>${minutes === 0 ? "" : `, less ${durationText(minutes * 60)}`}: the rule of this estate, unless whoever decides on the move says otherwise`,
    ),
    "- the start (BackupStartDate, not its finish) of the newest log that arrived, of the database whose logs end first",
    `Write it in the clock of the old server (${c.clocks.join(", ")}): STOPAT takes that, and so are the times inside a backup. Times in names of files are UTC: where the two differ, as in summer, a point read from a name is wrong by that much.`,
    "<point> <what that loses> <who accepts it>",
  ].join("\n");
}
