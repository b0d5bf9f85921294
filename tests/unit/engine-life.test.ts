import { expect } from "chai";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { whenEngineIsGone } from "../../stacks/engine-life.ts";

describe("the program of an engine that is killed", () => {
  it("is told when its engine takes no connections any more, once, and not before", async () => {
    const engine = createServer((socket) => socket.destroy());
    await new Promise<void>((listening) => engine.listen(0, "127.0.0.1", () => listening()));
    let asked = 0;
    engine.on("connection", () => (asked += 1));
    let told = 0;
    const gone = new Promise<void>((resolve) => {
      whenEngineIsGone(`127.0.0.1:${String((engine.address() as AddressInfo).port)}`, () => {
        told += 1;
        resolve();
      });
    });
    await new Promise<void>((twice) => engine.on("connection", () => asked === 2 && twice()));
    expect(told).to.equal(0);
    engine.close();
    await gone;
    expect(told).to.equal(1);
  });

  it("is told nothing where no engine has started it", async () => {
    let told = false;
    whenEngineIsGone(undefined, () => (told = true));
    whenEngineIsGone("nowhere", () => (told = true));
    await new Promise((turn) => setImmediate(turn));
    expect(told).to.equal(false);
  });
});
