import { dirname } from "node:path";
import { expect } from "chai";
import { folderStore } from "../../journal/folder-store.ts";
import { isLease } from "../../journal/store.ts";
import { rowsOf } from "../../lab/play/checks.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { until as soon } from "../unit/until.ts";
import { declarePlanned, engineMs, failed, ok, provisioned, situationOf, until } from "./stage.ts";

describe("a command that stands still for a whole move, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  before(async () => {
    made = await provisioned({ hours: 2, speed: { restoreMs: 300 } });
  });
  after(() => made.close());

  const abandon = (as: string): readonly string[] => ["abandon", "--as", as, "--reason", "a disk"];
  /** The process and what it has started: as when a laptop is closed, or opened again. */
  const signalTo = (pid: number | undefined, signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void => {
    if (pid === undefined) throw new Error("it has not started");
    process.kill(-pid, signal);
  };

  it("opens nothing and starts nothing at the site that was left, and says what became of its move", async () => {
    ok(await declarePlanned(made));
    const first = made.startCli(["run", "--to", "dr"]);
    await until("a restore runs", async () =>
      [...(await situationOf(made)).begun].some((s) => s.startsWith("k2-data/roll-forward/")),
    );
    signalTo(first.pid, "SIGKILL");
    await first.done;
    const store = folderStore(dirname(made.journalFile), undefined, () => undefined);
    // Opening the databases takes its time: the step that comes after it is locked before she gets there.
    made.lab.network.hostSlow("SQLPRD01", 300);
    const eve = made.startCli(abandon("eve"));
    await soon(
      "she gives back what was taken",
      async () => (await made.entries()).some((e) => e.kind === "step" && e.phase === "reopen"),
      60_000,
    );
    const lock = await store.lease("step 1 k2/again/start/K2PRD01/K2 Server", 60_000);
    made.lab.network.hostSlow("SQLPRD01", 0);
    if (!isLease(lock)) throw new Error(`the lock is held by ${lock.who}`);
    await until("she waits for the lock of a step", () =>
      Promise.resolve(/K2 Server: waiting for .*, who runs this step/.test(eve.said())),
    );
    signalTo(eve.pid, "SIGSTOP");
    await lock.release();
    ok(await made.cli(abandon("ann")));
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("running");
    ok(await declarePlanned(made));
    ok(await made.cli(["run", "--to", "dr"]));
    const before = (await made.entries()).length;
    signalTo(eve.pid, "SIGCONT");
    failed(
      await eve.done,
      /activation 1 was abandoned by ann at .*, and activation 2 toward dr has begun since: this command does nothing more/,
    );
    expect((await situationOf(made)).active).to.equal("dr");
    expect(made.lab.serviceAt("K2PRD01", "K2 Server")).to.equal("stopped");
    const [old] = await rowsOf(
      made.lab,
      "SQLPRD01",
      "SELECT state_desc AS state FROM sys.databases WHERE name = N'K2'",
    );
    expect(old?.["state"]).to.equal("RESTORING");
    const since = (await made.entries()).slice(before).flatMap((e) => (e.kind === "step" ? [e.verdict] : []));
    expect(since.filter((verdict) => verdict !== "refused")).to.deep.equal([]);
  });
});
