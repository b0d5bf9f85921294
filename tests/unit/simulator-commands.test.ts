import { expect } from "chai";
import type { Shape, SystemShape } from "../../lab/simulator/lab/shape.ts";
import { prepareStage, tried, type Played } from "../../lab/simulator/lab/try.ts";

const service: SystemShape = {
  kind: "service",
  databases: 1,
  alone: false,
  names: [],
  after: false,
  optional: [],
  approve: [],
  manual: false,
};
/** One system fails at its tail and stands still, while the others arrive: somebody lets it go on unplanned. */
const estate: Shape = {
  guard: true,
  systems: [
    { ...service, names: ["dependency"], optional: ["smoke-test"] },
    {
      ...service,
      databases: 2,
      alone: true,
      names: ["dependency", "client"],
      optional: ["smoke-test"],
      approve: ["open", "clients"],
      manual: true,
    },
    { ...service, optional: ["health", "smoke-test"], manual: true },
  ],
};

describe("A command of the simulator's people", function () {
  this.timeout(60_000);
  before(() => prepareStage(estate));

  it("can be killed, with nothing left of it; who typed it goes on, and the move ends", async () => {
    const killed = ({ told }: Played): boolean =>
      told.some((line) => line.startsWith("killed before, at command-"));
    // Where in the move the command runs changes with the calls that a move makes: the first that meets it counts.
    let played: Played | undefined;
    for (const at of [881, 875, 860, 890, 845, 905, 830, 920, 935, 950]) {
      played = await tried({
        estate,
        begins: "unplanned",
        events: [
          { at: 19, what: "killed before" },
          { at: 289, what: "lies: failed" },
          { at, what: "killed before" },
          { at: 840, what: "a system goes on unplanned" },
        ],
      });
      if (killed(played)) break;
    }
    expect(played && killed(played), "no command was met").to.equal(true);
    expect(played?.breach, played?.told.join("\n")).to.equal(undefined);
    expect(played?.ended).to.equal("completed");
    // A dead process holds no lease that others would wait for.
    expect(played?.told.filter((line) => line.startsWith("refused: still running"))).to.deep.equal([]);
  });
});
