import { expect } from "chai";
import { startMove, untilItWaits, withPeople, type People } from "../../lab/play/people.ts";
import type { Rig } from "../../lab/play/rig.ts";
import { played } from "./played.ts";
import {
  declarePlanned,
  engineMs,
  failed,
  k2IsWell,
  ok,
  provisioned,
  situationOf,
  unchanged,
  until,
  up,
  verdictOf,
} from "./stage.ts";

describe("a move that waits for people, on the real engine", function () {
  this.timeout(engineMs);
  let made: Rig;
  let people: People | undefined;
  before(async () => {
    made = await provisioned({
      hours: 1,
      before: async (rig) => void (people = await withPeople(rig, { approve: false, pool: true })),
    });
  });
  after(async () => {
    people?.close();
    await made.close();
  });

  it("ends a manual step when its port answers, leaves out another that is skipped, and completes with that exception", async () => {
    ok(await declarePlanned(made));
    const running = startMove(made);
    await untilItWaits(made, "pool/confirm", running);
    const status = ok(await made.cli(["status"])).stdout;
    expect(status).to.match(
      /waits for\s+pool\/confirm: point the pool k2-web at K2DR01 · Network team · \+44 20 7946 0100 · since .* left/,
    );
    expect(status).to.contain("  parallel-standby approve pool/confirm --as YOUR-NAME");
    failed(
      await made.cli(["skip", "k2/prove-fence", "--as", "test", "--reason", "I am sure"]),
      /k2\/prove-fence can't be skipped/,
    );
    await people?.pointThePool();
    await untilItWaits(made, "phones/confirm", running);
    expect((await situationOf(made)).verdicts.get("pool/confirm")?.says).to.match(
      /^it is done: 127\.20\.1\.50 answers/,
    );
    ok(await made.cli(["skip", "phones/confirm", "--as", "test", "--reason", "they know"]));
    const ran = ok(await running.done);
    expect(ran.all).to.match(/waits until .* for: parallel-standby approve pool\/confirm --as YOUR-NAME/);
    expect(await verdictOf(made, "phones/confirm")).to.equal("skipped");
    const s = await situationOf(made);
    expect(s.active).to.equal("dr");
    expect((await made.entries()).find((e) => e.kind === "completed")).to.deep.include({
      exceptions: ["phones/confirm"],
    });
    await k2IsWell(made);
  });

  it("says so afterwards, and runs nothing of it again", async () => {
    unchanged(await up(made, "dr-active"));
    expect(ok(await made.cli(["report", "--json"])).stdout).to.contain('"completed with exceptions"');
    failed(
      await made.cli(["approve", "phones/confirm", "--as", "test"]),
      /no move is under way: dr is active/,
    );
  });

  it("declares no move on the heels of it, unless somebody says why", async () => {
    const back = ["declare", "--to", "primary", "--mode", "planned", "--as", "other"];
    ok(await made.cli(["reprotect", "--as", "test", "--reason", "the move has ended"]));
    for (const stack of ["standby", "primary"]) ok(await up(made, stack));
    failed(await made.cli(back), /cool-down: test moved the estate to dr .* before .* --override-cool-down/s);
    const { length } = await made.entries();
    ok(await made.cli([...back, "--override-cool-down", "dr has lost its cooling"]));
    expect((await made.entries()).slice(length)[0]).to.include({
      kind: "move declared",
      overrideCoolDown: "dr has lost its cooling",
    });
    ok(await made.cli(["withdraw", "--as", "test"]));
    await made.lab.clock.advance(3_600_000);
    await until("the hour is over", async () => (await made.cli(back)).code === 0, 20_000);
  });
});

describe("the scenario of a declined approval", function () {
  this.timeout(engineMs);

  it("lets nobody in before the colleague approves, and finishes then", async () => {
    const outcome = await played("declined-approval");
    expect(outcome).to.include({ activeSiteAfter: "dr", lossSec: 0 });
    expect(outcome.checked).to.include.members([
      "nobody was let in",
      "the run ends and says who declined, and why",
    ]);
  });
});
