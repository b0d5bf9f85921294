import { expect } from "chai";
import { isLease } from "../../journal/store.ts";
import { lockOfProvisioning } from "../../steps/lock.ts";
import { failureOf, started, write } from "./cli-fixture.ts";
import { exerciseBench, type ExerciseBench } from "./exercise-bench.ts";

describe("An exercise beside others", function () {
  this.timeout(60_000);
  let at: ExerciseBench;
  beforeEach(async () => {
    at = await exerciseBench();
  });
  afterEach(() => at.close());

  const moveBegins = (): Promise<void> =>
    write(at.project, [
      { kind: "move declared", to: "dr", mode: "unplanned", as: "op", acceptLossSec: 1 },
      started(2),
    ]);
  /** Has a move begin when the exercise takes the lock of what a move must not meet half done: 1 before its look, 2 before it parks. */
  const moveBeginsAt = (turn: number): void => {
    const { store } = at.project.journal;
    let turns = 0;
    const lease = store.lease.bind(store);
    store.lease = async (name, ttlMs) => {
      if (name === lockOfProvisioning("exercise K2DR01") && ++turns === turn) await moveBegins();
      return lease(name, ttlMs);
    };
  };

  it("leaves a server to a move that begins while it starts, with its services untouched, and judges nothing", async () => {
    const service = at.bench.server.services.find("K2 Server");
    if (!service) throw new Error("no service");
    service.startType = "auto";
    moveBeginsAt(1);
    expect((await failureOf(at.run())).message).to.match(
      /a move began while K2DR01 was exercised: it is left to the move as it is/,
    );
    expect([at.power(), service.startType]).to.deep.equal(["running", "auto"]);
    expect(await at.kept()).to.deep.equal([]);
    expect(await at.project.journal.store.leases()).to.deep.equal([]);
  });

  it("leaves it running for a move that begins while it is looked at, and says so", async () => {
    moveBeginsAt(2);
    await at.run();
    expect(at.power()).to.equal("running");
    expect((await at.kept()).map((e) => [e.ok, e.findings.map((f) => f.says)])).to.deep.equal([
      [true, ["a move began while it was exercised: it was left running"]],
    ]);
    await write(at.project, [{ kind: "abandoned", epoch: 1, as: "op", reason: "it was a false alarm" }]);
    await at.run();
    expect(at.power(), "exercised again once the move is abandoned").to.equal("deallocated");
  });

  it("touches nothing of a move that came while it slept between its question and its act", async () => {
    const { store } = at.project.journal;
    const entries = at.project.journal.entries.bind(at.project.journal);
    const lease = store.lease.bind(store);
    let asked = 0;
    let parking = 0;
    store.lease = (name, ttlMs) => {
      if (name === lockOfProvisioning("exercise K2DR01")) parking++;
      return lease(name, ttlMs);
    };
    at.project.journal.entries = async () => {
      const found = await entries();
      // The first question before it parks is answered; then it sleeps, and a move begins.
      if (parking === 2 && ++asked === 1) await moveBegins();
      return found;
    };
    await at.run();
    expect(asked).to.be.greaterThan(1);
    expect(at.power()).to.equal("running");
  });

  it("is not waited for by a move but in the moments in which it changes something", async () => {
    const { store } = at.project.journal;
    const lease = store.lease.bind(store);
    const changing: [string, string | undefined][] = [];
    store.lease = async (name, ttlMs) => {
      const given = await lease(name, ttlMs);
      if (!isLease(given)) return given;
      changing.push([name, at.power()]);
      return {
        ...given,
        release: async () => {
          changing.push([`${name} ends`, at.power()]);
          await given.release();
        },
      };
    };
    await at.run();
    const own = "provision exercise K2DR01";
    expect(changing.map(([name, p]) => [name, p === "deallocating" ? "deallocated" : p])).to.deep.equal([
      ["exercise K2DR01", "deallocated"],
      [own, "running"],
      [`${own} ends`, "running"],
      [own, "running"],
      [`${own} ends`, "deallocated"],
      ["exercise K2DR01 ends", "deallocated"],
    ]);
  });

  it("is refused while another one looks at the same server, and says who", async () => {
    const other = await at.project.journal.store.lease("exercise K2DR01", 30_000);
    expect((await failureOf(at.run())).message).to.match(
      /K2DR01 is being exercised by .* since .*Wait until/,
    );
    expect(at.power()).to.equal("deallocated");
    if (isLease(other)) await other.release();
  });
});
