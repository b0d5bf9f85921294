import { expect } from "chai";
import { guardFile } from "../../components/windows/guard/place.ts";
import { strayGuard } from "../../components/windows/guard/stray.ts";
import { parts } from "../../components/registry/parts.ts";
import * as windows from "../../components/windows/run.ts";
import { guardFolder } from "../../model/guard.ts";
import { guardRemoval, unguardedHosts } from "../../planning/guarded.ts";
import { entryText } from "../../report/entry-text.ts";
import { Refused } from "../../steps/act.ts";
import { failureOf } from "./cli-fixture.ts";
import { guarded, guardedBench, tasks, type GuardedBench } from "./guarded-bench.ts";
import { bound, failure, run as runStep } from "./step-io.ts";

describe("guard remove", function () {
  this.timeout(60_000);
  let bench: GuardedBench;
  beforeEach(async () => {
    bench = await guardedBench();
  });
  afterEach(() => bench.close());
  const strays = (host: string): Promise<readonly string[]> =>
    bench.at(host, async (io) =>
      (await strayGuard(host, false).run(io, { before: () => [], note: () => undefined })).map((f) => f.todo),
    );

  it("leaves nothing of a guard at both sites, and every service as it starts without one", async () => {
    await bench.expectUntouched();
    expect((await strays("K2PRD01"))[0]).to.contain("parallel-standby guard remove K2PRD01 --as");
    await bench.remove();
    for (const host of ["K2PRD01", "K2DR01"] as const) {
      expect(await bench.left(host), host).to.deep.equal([]);
      expect(await strays(host), host).to.deep.equal([]);
    }
    expect(bench.startTypes("K2PRD01")).to.deep.equal(["auto", "auto", "delayed-auto"]);
    expect(bench.startTypes("K2DR01")).to.deep.equal(["auto", "auto", "disabled"]);
    expect(bench.terminal.lines.map((l) => l.slice(0, 60))).to.deep.equal([
      'K2PRD01: done: set the start type of "MSSQLSERVER" from manu',
      'K2DR01: done: set the start type of "MSSQLSERVER" from manua',
    ]);
    expect((await bench.removals()).map((e) => entryText(e))).to.deep.equal([
      "ann has the guard removed from K2PRD01, K2DR01: we live without",
    ]);

    bench.terminal.lines.length = 0;
    await bench.remove();
    expect(bench.terminal.lines).to.deep.equal(["K2PRD01 has no guard", "K2DR01 has no guard"]);
    expect(await bench.removals(), "where nothing is changed, nothing is written").to.have.length(1);
  });

  it("changes nothing in a preview, and says what it would do", async () => {
    await bench.remove([], { preview: true });
    expect(bench.terminal.lines).to.have.length(2);
    expect(bench.terminal.lines[0]).to.match(
      /^K2PRD01: would be done: .*"K2 Server" from manual to delayed-auto.*; delete the scheduled tasks .*; delete .*guard\.cmd in /,
    );
    expect(bench.terminal.lines[1]).to.not.contain("K2 Server");
    await bench.expectUntouched();
    expect(await bench.removals()).to.deep.equal([]);
  });

  it("goes on where it was interrupted, at each point", async () => {
    const [prd] = unguardedHosts(bench.recovery(), parts, "primary");
    const draft = prd && guardRemoval(prd, bench.recovery());
    for (const mayAsk of [0, 1, 2])
      await bench.at("K2PRD01", async (io) => {
        let asked = 0;
        const cut = {
          ...io,
          mayStillAct: () => (asked++ < mayAsk ? Promise.resolve() : Promise.reject(new Refused("cut"))),
        };
        const { message } = await failure(runStep(bound(windows, draft?.verb ?? "", draft?.args), cut));
        expect(message).to.equal("cut");
        // Never the other way round: without its guard, a service left at manual would not start any more.
        expect(await bench.left("K2PRD01")).to.include.members([guardFile, ...tasks]);
      });
    expect(bench.startTypes("K2PRD01")).to.deep.equal(["auto", "auto", "delayed-auto"]);
    await bench.remove(["k2prd01"]);
    expect(bench.terminal.lines).to.have.length(1);
    expect(bench.terminal.lines[0]).to.match(/^K2PRD01: done: delete the scheduled tasks/);
    expect(await bench.left("K2PRD01")).to.deep.equal([]);

    await bench.install();
    for (const name of tasks) bench.servers.K2PRD01.tasks.remove(name);
    await bench.servers.K2PRD01.disk.remove(guardFile);
    await bench.remove(["K2PRD01"]);
    expect(await bench.left("K2PRD01")).to.deep.equal([]);
    expect(bench.startTypes("K2PRD01")).to.deep.equal(["auto", "auto", "delayed-auto"]);
  });

  it("leaves what somebody else has put into its folder", async () => {
    const own = `${guardFolder}\\notes.txt`;
    await bench.servers.K2DR01.disk.write(own, Buffer.from("mine"));
    await bench.remove(["K2DR01"]);
    expect(await bench.left("K2DR01")).to.deep.equal([guardFolder]);
    expect(await bench.servers.K2DR01.disk.exists(own)).to.equal(true);
  });

  it("does the others where a server is not reached, or has the guard of another estate, and ends with 1", async () => {
    const text = (await bench.servers.K2DR01.disk.read(guardFile)).toString();
    await bench.servers.K2DR01.disk.write(
      guardFile,
      Buffer.from(text.replace("the estate toys", "the estate fabrikam")),
    );
    const failed = await failureOf(bench.remove());
    expect(failed.exitCode).to.equal(1);
    expect(failed.message).to.match(/^K2DR01 may still have a guard: .*type the same again/);
    expect(bench.terminal.lines[1]).to.match(/^K2DR01: LEFT AS IT IS: .*is of the estate "fabrikam"/);
    expect(bench.startTypes("K2DR01")).to.deep.equal(guarded.K2DR01);
    expect(await bench.left("K2DR01")).to.include.members(tasks);
    expect(await bench.left("K2PRD01")).to.deep.equal([]);
    await bench.lab.network.hostDown("K2DR01");
    expect((await failureOf(bench.remove())).exitCode).to.equal(1);
    expect(bench.terminal.lines.slice(2)).to.deep.equal([
      "K2PRD01 has no guard",
      "K2DR01: NOT REACHED: 127.20.1.4 does not answer SSH",
    ]);
  });

  it("tells of a parked VM as such, which is no mistake", async () => {
    await bench.remove(["K2DR02"], {}, bench.estateOf(false, true));
    expect(bench.terminal.lines).to.have.length(1);
    expect(bench.terminal.lines[0]).to.match(/^K2DR02 is parked: its VM is off/);
  });
});
