import { byHand, placeOf, type Hand } from "../../../model/by-hand.ts";
import { instanceFacts } from "./tsql.ts";
import { instanceReachable } from "./verbs.ts";

/** What is typed for the verbs of SQL Server as a whole. */
export const hands: readonly Hand[] = [
  byHand(instanceReachable, ({ host, agent }, c) => ({
    what: `SQL Server on ${host} lets you in${agent ? ", and its Agent runs" : ""}`,
    commands: [
      { on: placeOf(c, host), with: "T-SQL", type: instanceFacts },
      ...(agent
        ? [
            {
              on: placeOf(c, host),
              with: "cmd" as const,
              type: "sc query SQLSERVERAGENT",
            },
          ]
        : []),
    ],
    see: `one row, with the name ${host} and a clock that is right${agent ? "; RUNNING. A named instance's Agent is SQLAgent$NAME" : ""}`,
  })),
];
