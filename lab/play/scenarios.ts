import { cutOver } from "./acts.ts";
import { declareLost, declarePlanned, lookAtStandby, middleOfAnHour, production } from "./k2-acts.ts";
import { drill } from "./scenarios/drill.ts";
import { abandonedMove } from "./scenarios/abandoned.ts";
import { declinedApproval } from "./scenarios/declined-approval.ts";
import { failback } from "./scenarios/failback.ts";
import { failbackForced } from "./scenarios/failback-forced.ts";
import { killed } from "./scenarios/killed.ts";
import { tamperedJournal } from "./scenarios/tampered-journal.ts";
import { linkCut } from "./scenarios/link-cut.ts";
import { primaryReturns } from "./scenarios/primary-returns.ts";
import { thereAndBack } from "./scenarios/there-and-back.ts";
import { twoOperators } from "./scenarios/two-operators.ts";
import { twoSystems } from "./scenarios/two-systems.ts";
import type { Scenario } from "./scenario.ts";

/** All scenarios, the default first. */
export const scenarios: readonly Scenario[] = [
  {
    name: "k2-lost",
    about:
      "the primary site loses its power in the middle of an hour; K2 is brought up at the standby, two hours before",
    acts: [...production, middleOfAnHour, declareLost, cutOver, lookAtStandby],
  },
  {
    name: "k2-planned",
    about: "the planned move: K2 is stopped, the tail of its logs brought over, nothing is lost",
    acts: [...production, declarePlanned, cutOver, lookAtStandby],
  },
  twoSystems,
  twoOperators,
  failback,
  failbackForced,
  killed,
  drill,
  abandonedMove,
  tamperedJournal,
  declinedApproval,
  primaryReturns,
  linkCut,
  thereAndBack,
];
