import { expect } from "chai";
import type { Store } from "../../journal/store.ts";
import { lockOfProvisioning, lockOfStep, lockStep, strangersEnd } from "../../steps/lock.ts";

/** A store whose leases are these, held by somebody else. */
const held = (...names: string[]): Store => ({
  place: "memory",
  read: () => Promise.resolve(""),
  append: () => Promise.resolve(),
  raw: () => Promise.resolve({ own: "" }),
  restart: () => Promise.resolve([]),
  lease: () => Promise.resolve({ who: "bob", since: "noon" }),
  leases: () => Promise.resolve(names.map((name) => ({ name, who: "bob", since: "noon" }))),
});
const strangers = async (...names: string[]): Promise<readonly string[]> =>
  (await strangersEnd(held(...names), 2, 0, () => undefined)).map((l) => l.name);

describe("locks of steps", () => {
  it("are strangers to an activation when they belong to another one or to provisioning", async () => {
    const others = [lockOfStep(1, "a"), lockOfStep(22, "a"), lockOfProvisioning("park")];
    expect(await strangers(...others)).to.deep.equal(others);
  });

  it("are none when they are its own, the lock of its run, or an exercise that changes nothing", async () => {
    expect(await strangers(lockOfStep(2, "a"), "run", "exercise K2DR01")).to.deep.equal([]);
  });

  it("are waited for within the limit, then refused with who holds them", async () => {
    const said: string[] = [];
    const says = await lockStep(held(), lockOfStep(1, "a"), 0.3, (line) => void said.push(line)).then(
      () => "",
      String,
    );
    expect(says).to.match(/step 1 a: bob has held it since noon/);
    expect(said).not.to.deep.equal([]);
  });
});
