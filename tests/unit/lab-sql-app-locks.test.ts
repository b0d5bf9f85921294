import { expect } from "chai";
import { startInstance } from "./lab-sql-engine-support.ts";
import { until } from "./until.ts";

describe("application locks of the lab's SQL Server", () => {
  type Instance = Awaited<ReturnType<typeof startInstance>>["instance"];
  let instance: Instance;
  beforeEach(async () => ({ instance } = await startInstance()));
  afterEach(() => instance.stop());

  const get = (mode = "Exclusive", owner = "Transaction", resource = "R", timeout = 0): string =>
    `DECLARE @got int; EXEC @got = sp_getapplock @Resource = N'${resource}', @LockMode = '${mode}', @LockOwner = '${owner}', @LockTimeout = ${String(timeout)}; SELECT @got AS got;`;
  const rows = async (sql: string, database = "master"): Promise<readonly unknown[]> => {
    const { errors, results } = await instance.run(sql, database);
    if (errors[0]) throw new Error(errors[0].text);
    return results.flatMap((r) => r.rows.map(([got]) => got));
  };
  /** Until another session has come to its WAITFOR. */
  const waits = (): Promise<void> =>
    until("a session waits", () =>
      [...instance.sessions.values()].some((s) => s.running?.command === "WAITFOR"),
    );
  /** Runs work while another session holds what it asked for. */
  const whileHeld = async (asked: string, work: () => Promise<void>, after = ""): Promise<void> => {
    const stop = new AbortController();
    const other = instance.run(`${asked} ${after} WHILE 1 = 1 WAITFOR DELAY '00:00:01'`, "master", {
      signal: stop.signal,
    });
    await waits();
    try {
      await work();
    } finally {
      stop.abort();
      await other.catch(() => undefined);
    }
  };

  it("give 0 at once, -1 after the time that one waits, and -999 for what is no call", async () => {
    expect(await rows(`BEGIN TRAN; ${get()} COMMIT`)).to.deep.equal([0]);
    await whileHeld(get("Exclusive", "Session"), async () => {
      expect(await rows(`BEGIN TRAN; ${get()} COMMIT`)).to.deep.equal([-1]);
    });
    expect(await rows(get()), "a transaction's lock without a transaction").to.deep.equal([-999]);
    expect(await rows(get("Whole", "Session"))).to.deep.equal([-999]);
    expect(await rows(get("Exclusive", "Nobody"))).to.deep.equal([-999]);
  });

  it("give 1 to whoever had to wait", async () => {
    const first = instance.run(`${get("Exclusive", "Session")} WAITFOR DELAY '00:00:00.200'`);
    await waits();
    expect(await rows(get("Exclusive", "Session", "R", 5000))).to.deep.equal([1]);
    await first;
  });

  it("end with their transaction, or with their session", async () => {
    await whileHeld(`BEGIN TRAN; ${get()} COMMIT;`, async () => {
      expect(await rows(get("Exclusive", "Session")), "after COMMIT").to.deep.equal([0]);
    });
    await whileHeld(`BEGIN TRAN; ${get()} ROLLBACK;`, async () => {
      expect(await rows(get("Exclusive", "Session")), "after ROLLBACK").to.deep.equal([0]);
    });
    await whileHeld(`BEGIN TRAN; ${get("Exclusive", "Session")} COMMIT;`, async () => {
      expect(await rows(get("Exclusive", "Session")), "a session's outlives a transaction").to.deep.equal([
        -1,
      ]);
    });
    expect(await rows(get("Exclusive", "Session")), "after the session").to.deep.equal([0]);
  });

  it("let readers stand beside each other, and tell names apart by their case and their database", async () => {
    await instance.run("CREATE DATABASE Other");
    await whileHeld(get("Shared", "Session"), async () => {
      expect(await rows(get("Shared", "Session"))).to.deep.equal([0]);
      expect(await rows(get("Exclusive", "Session"))).to.deep.equal([-1]);
      expect(await rows(get("Exclusive", "Session", "r"))).to.deep.equal([0]);
      expect(await rows(get("Exclusive", "Session"), "Other")).to.deep.equal([0]);
    });
  });

  it("are released as often as they were taken, and not by those who have none", async () => {
    const release = "EXEC sp_releaseapplock @Resource = N'R', @LockOwner = 'Session';";
    const twice = get("Exclusive", "Session") + get("Exclusive", "Session").replaceAll("@got", "@second");
    await whileHeld(
      twice,
      async () => {
        expect(await rows(get("Exclusive", "Session"))).to.deep.equal([-1]);
      },
      release,
    );
    await whileHeld(
      twice,
      async () => {
        expect(await rows(get("Exclusive", "Session"))).to.deep.equal([0]);
      },
      release + release,
    );
    expect((await instance.run(release)).errors.map((e) => e.number)).to.deep.equal([1223]);
  });
});
