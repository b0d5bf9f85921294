import { expect } from "chai";
import { faultyWires, Runner, running, type Fault } from "../../lab/simulator/lab/points.ts";
import type { Wires } from "../../steps/transports/wires.ts";
import { Unreachable } from "../../steps/transports/unreachable.ts";

describe("A knock in the simulator", () => {
  const knock = (fault: Fault | undefined, inner: () => Promise<boolean>): Promise<boolean> =>
    running.run({ runner: new Runner("first") }, () =>
      faultyWires({ answers: inner } as unknown as Wires, {
        reached: () => Promise.resolve(fault),
        killed: () => undefined,
        asks: () => undefined,
      }).answers("127.0.0.1", 1),
    );

  it("is answered as the server does, and not at all where the connection breaks: it never throws, as the transport's", async () => {
    expect(await knock(undefined, () => Promise.resolve(true))).to.equal(true);
    expect(await knock(undefined, () => Promise.resolve(false))).to.equal(false);
    expect(await knock("lies: failed", () => Promise.resolve(true))).to.equal(false);
    const broken = new Unreachable("a", "", 0, "broken", "broke the connection.");
    expect(await knock(undefined, () => Promise.reject(broken))).to.equal(false);
  });

  it("lets a mistake of the simulator through", async () => {
    expect(await knock(undefined, () => Promise.reject(new Error("mistake"))).then(String, String)).to.equal(
      "Error: mistake",
    );
  });
});
