import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { folderStore } from "../../journal/folder-store.ts";
import { leaseFiles } from "../../journal/lease-file.ts";
import { leasesOn, type LeaseTable } from "../../journal/leases.ts";
import { isLease, type Store } from "../../journal/store.ts";
import { until } from "./until.ts";

describe("a lease", () => {
  let place: string;
  beforeEach(async () => (place = await fs.mkdtemp(path.join(os.tmpdir(), "parallel-standby-"))));
  afterEach(() => fs.rm(place, { recursive: true, force: true }));
  const put = async (more: Record<string, unknown>): Promise<string> => {
    const file = path.join(place, "leases", "run.json");
    await fs.mkdir(path.dirname(file), { recursive: true });
    const lease = {
      name: "run",
      who: "bob",
      since: "x",
      until: Date.now() - 60_000,
      host: os.hostname(),
      pid: process.pid,
      token: "t",
      beatMs: 200,
      ...more,
    };
    await fs.writeFile(file, JSON.stringify(lease));
    return file;
  };
  /** What a store keeps of leases; each look at it or change waits for those before. */
  const tableOf = (): LeaseTable => {
    let last: Promise<unknown> = Promise.resolve();
    return leaseFiles(place, (work) => {
      const mine = last.then(() => work(() => undefined));
      last = mine.catch(() => undefined);
      return mine;
    });
  };
  const journalStore = (): Store => folderStore(place, undefined, () => undefined);

  it("stays with a holder on this machine that is late and shows that it lives: the machine slept, or its clock was put forward", async () => {
    const file = await put({});
    let looks = 0;
    const seen = <T>(found: T): T => {
      looks += 1;
      return found;
    };
    const files = tableOf();
    const leases = () =>
      leasesOn({
        ...files,
        look: async (name) => seen(await files.look(name)),
        all: async () => seen(await files.all()),
      });
    const taking = leases().lease("run", 60_000);
    const listed = leases().leases();
    await until("both have seen that it is late", () => looks === 2);
    const renewed: unknown = JSON.parse(await fs.readFile(file, "utf8"));
    await fs.writeFile(
      `${file}.next`,
      JSON.stringify({ ...(renewed as object), until: Date.now() + 60_000 }),
    );
    await fs.rename(`${file}.next`, file);
    expect(await taking).to.include({ who: "bob" });
    expect((await listed).map((l) => l.who)).to.deep.equal(["bob"]);
  });

  it("is taken over from a holder that stays late: its process number belongs to another process now", async () => {
    await put({});
    const given = await journalStore().lease("run", 60_000);
    expect(isLease(given)).to.equal(true);
    if (isLease(given)) await given.release();
  });

  it("of another machine ends when its time is over, and not before", async () => {
    await put({ host: "elsewhere", until: Date.now() + 60_000 });
    expect(await journalStore().lease("run", 60_000)).to.include({ who: "bob" });
    await put({ host: "elsewhere" });
    const given = await journalStore().lease("run", 60_000);
    expect(isLease(given)).to.equal(true);
    if (isLease(given)) await given.release();
  });

  it("is gone once it is released, whenever its holder was about to renew it", async () => {
    for (const first of ["the renewal", "the release"]) {
      const files = tableOf();
      const asked = Promise.withResolvers<undefined>();
      const released = Promise.withResolvers<undefined>();
      const renewals: Promise<boolean>[] = [];
      const held = await leasesOn({
        ...files,
        renew: async (mine) => {
          asked.resolve(undefined);
          if (first === "the release") await released.promise;
          const renewal = files.renew(mine);
          renewals.push(renewal);
          return renewal;
        },
      }).lease("run", 20);
      await asked.promise;
      if (isLease(held)) await held.release();
      released.resolve(undefined);
      await until("it has tried to renew it", () => renewals.length > 0);
      await Promise.all(renewals);
      expect(await fs.readdir(path.join(place, "leases")), `${first} first`).to.deep.equal([]);
    }
  });

  it("is not given back by one who has lost it", async () => {
    const store = journalStore();
    const given = await store.lease("run", 60_000);
    await put({ host: "elsewhere", until: Date.now() + 60_000 });
    if (isLease(given)) await given.release();
    expect(await store.leases()).to.have.length(1);
  });

  it("has a file of its own for every name, however long, and whatever the case of its letters", async () => {
    const store = journalStore();
    const names = [
      "step 1 a/stop/K2",
      "step 1 a/stop/k2",
      "データベース".repeat(20),
      'a "b"\n%PATH% $x',
      "ä",
      "ö",
    ];
    const given = [];
    for (const name of names) given.push(await store.lease(name, 60_000));
    expect(given.map(isLease)).to.deep.equal(names.map(() => true));
    expect((await store.leases()).map((l) => l.name)).to.have.members(names);
    const files = await fs.readdir(path.join(place, "leases"));
    expect(new Set(files.map((f) => f.toLowerCase())).size).to.equal(names.length);
    for (const g of given) if (isLease(g)) await g.release();
  });
});
