import { expect } from "chai";
import * as os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isLease, type Lease, type Store } from "../../journal/store.ts";
import { stopAzurite } from "./azurite.ts";
import { endHolders, holderElsewhere, storeKinds, storeOf, type StoreBench } from "./store-benches.ts";

async function held(store: Store, name: string, ttlMs: number): Promise<Lease> {
  const given = await store.lease(name, ttlMs);
  if (!isLease(given)) throw new Error(`${given.who} holds ${name}`);
  return given;
}

after(stopAzurite);

for (const kind of storeKinds)
  describe(`a journal in ${kind.name}`, function () {
    this.timeout(90_000);
    let bench: StoreBench;
    const open = async (): Promise<StoreBench> => (bench = await kind.open());
    afterEach(async () => {
      await endHolders();
      await bench.close();
    });

    it("gives a lease to one holder, tells all others who and since when, and gives it again once it is released", async () => {
      await open();
      const stores = Array.from({ length: 5 }, () => storeOf(bench));
      const given = await Promise.all(stores.map((s) => s.lease("run", 20_000)));
      const mine = given.filter(isLease);
      expect(mine).to.have.length(1);
      for (const other of given)
        if (!isLease(other)) {
          expect(other.who).to.match(new RegExp(`@${os.hostname()}#${String(process.pid)}$`));
          expect(other.since).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
        }
      expect((await storeOf(bench).leases()).map((l) => l.name)).to.deep.equal(["run"]);
      await mine[0]?.release();
      expect(await storeOf(bench).leases()).to.deep.equal([]);
      await (await held(storeOf(bench), "run", 20_000)).release();
    });

    it("keeps leases of different names apart, however long, and whatever the case of their letters", async () => {
      await open();
      const store = storeOf(bench);
      const names = [
        "step 1 a/stop/K2",
        "step 1 a/stop/k2",
        "データベース".repeat(20),
        'a "b"\n%PATH% $x',
        "ä",
        "ö",
      ];
      const given = await Promise.all(names.map((n) => held(store, n, 20_000)));
      expect((await store.leases()).map((l) => l.name)).to.have.members(names);
      for (const g of given) await g.release();
      expect(await store.leases()).to.deep.equal([]);
    });

    it("takes a lease over at once whose process on this machine has ended", async () => {
      await open();
      const there = await holderElsewhere(bench, "run", 60_000, 0, os.hostname());
      expect(await storeOf(bench).lease("run", 60_000)).to.have.keys("who", "since");
      await there.kill();
      const began = performance.now();
      await (await held(storeOf(bench), "run", 60_000)).release();
      expect(performance.now() - began).to.be.lessThan(2_000);
    });

    it("takes a lease over from another machine only after its time, whatever the clock there says", async () => {
      await open();
      const ttlMs = Math.max(2_000, bench.shortestLeaseMs);
      const there = await holderElsewhere(bench, "run", ttlMs, 3_600_000);
      const other = await storeOf(bench).lease("run", ttlMs);
      expect(isLease(other) ? "" : other.who).to.match(/@elsewhere#\d+$/);
      await wait(ttlMs * 1.15);
      expect(isLease(await storeOf(bench).lease("run", ttlMs)), "it lives beyond its time").to.equal(false);
      await there.kill();
      const store = storeOf(bench);
      const began = performance.now();
      let given = await store.lease("run", ttlMs);
      expect(isLease(given), "at once").to.equal(false);
      while (!isLease(given) && performance.now() - began < ttlMs * 3 + 4_000) {
        await wait(100);
        given = await store.lease("run", ttlMs);
      }
      expect(isLease(given)).to.equal(true);
      expect(performance.now() - began).to.be.greaterThan(ttlMs * 0.5);
      if (isLease(given)) await given.release();
    });

    it("does not take a lease from a living holder on another machine because the own clock is ahead", async () => {
      await open();
      const ttlMs = Math.max(2_000, bench.shortestLeaseMs);
      const there = await holderElsewhere(bench, "run", ttlMs, -3_600_000);
      expect(isLease(await storeOf(bench).lease("run", ttlMs))).to.equal(false);
      expect((await storeOf(bench).leases()).map((l) => l.name)).to.deep.equal(["run"]);
      await there.kill();
    });
  });
