import { expect } from "chai";
import type { Schedule } from "../../lab/simulator/lab/schedule.ts";
import type { Shape, SystemShape } from "../../lab/simulator/lab/shape.ts";
import { prepareStage, tried } from "../../lab/simulator/lab/try.ts";
import type * as trying from "../../lab/simulator/lab/try.ts";
import { withMistake } from "../../lab/simulator/planted/load.ts";

const system: SystemShape = {
  kind: "service",
  databases: 3,
  alone: false,
  names: ["dependency"],
  after: false,
  optional: [],
  approve: ["open", "clients"],
  manual: true,
};
/** Three databases open side by side while the other systems wait: somebody goes back between the first and the last. */
const estate: Shape = {
  guard: false,
  systems: [
    { ...system, kind: "k2", databases: 1 },
    { ...system, names: ["dependency", "client"], after: true },
    { ...system, alone: true },
  ],
};
/** Where in the move they open changes with the calls that a move makes. */
const schedules = [516, 522, 510, 528, 504, 534, 498].map((at): Schedule => ({
  estate,
  begins: "unplanned",
  events: [{ at, what: "somebody goes back" }],
}));

describe("A step that opens a database while somebody goes back", function () {
  this.timeout(120_000);

  it("breaks no rule where it asked right before: who goes back waits for it, and closes what it opened", async () => {
    await prepareStage(estate);
    const ends = new Set<string>();
    for (const schedule of schedules) {
      const { breach, ended, told } = await tried(schedule);
      expect(breach, told.join("\n")).to.equal(undefined);
      ends.add(ended);
    }
    expect([...ends]).to.include("abandoned");
  });

  it("breaks one where it does not ask again before it acts", async () => {
    const { tried: triedWithout, prepareStage: prepare } = await withMistake<typeof trying>(
      "lab/simulator/lab/try.ts",
      {
        file: "components/sql/log-shipping/run/roll-forward.ts",
        find: "      await io.mayStillAct();\n      await sql.long(recover(database));",
        put: "      await sql.long(recover(database));",
      },
    );
    await prepare(estate);
    let rule: string | undefined;
    for (const schedule of schedules) {
      rule = (await triedWithout(schedule)).breach?.rule;
      if (rule !== undefined) break;
    }
    expect(rule).to.equal("the past rests");
  });
});
