import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { probe, type Found } from "../../cli/probe/run.ts";
import { armEndpointVariable, armTokenVariable } from "../../steps/transports/arm.ts";
import { writtenTerminal, type Written } from "./cli-fixture.ts";
import { fenceOwed, projectOf } from "./probe-bench.ts";
import { inFolder, type Rig } from "./runner-rig.ts";
import { toyParts, toyRuns } from "./toy.ts";
import { withSigns } from "./toy-wrapped.ts";

describe("a probe of a dark site of Azure VMs", function () {
  this.timeout(20_000);
  let r: Rig;
  let terminal: Written;
  /** How often what works beside the new site was looked for. */
  let looked: number;
  let arm: Server;
  const before = [armEndpointVariable, armTokenVariable].map((name) => [name, process.env[name]] as const);
  beforeEach(async () => {
    // No server of it answers, and Azure has none that runs; what it shows of a step the toys say.
    arm = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => arm.listen(0, "127.0.0.1", resolve));
    process.env[armEndpointVariable] = `http://127.0.0.1:${String((arm.address() as AddressInfo).port)}`;
    process.env[armTokenVariable] = "lab";
    r = await fenceOwed("the region is down", {
      azure: { subscriptionId: "s", resourceGroup: "g", vm: "P" },
    });
    terminal = writtenTerminal(new Date());
    looked = 0;
  });
  afterEach(() => {
    arm.close();
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });
  const probed = (): Promise<Found | undefined> => {
    const runs = withSigns(toyRuns(r.world), () => {
      looked += 1;
      return Promise.resolve([{ site: "primary", host: "P", shows: "active", says: "K2 on P runs" }]);
    });
    return inFolder(r.folder, () => probe(projectOf(r), { parts: toyParts, runs }, terminal));
  };

  it("records what Azure shows paid, and does not say that the site answers", async () => {
    r.world.fails.clear();
    r.world.running.delete("P:web");
    expect(await probed()).to.deep.equal({
      about: "fenced 1",
      text: "nothing of primary (London) answers, and Azure shows it fenced: web0/stop/web",
      exitCode: 0,
    });
    expect(await r.verdict("web0/stop/web")).to.equal("already");
    expect(terminal.notes[0]).to.equal(
      "nothing of primary (London) answers, and Azure shows what is owed there: recording it",
    );
    expect(looked, "looks for what works beside the new site").to.equal(0);
  });

  it("says so, too, while a run is under way", async () => {
    r.world.running.delete("P:web");
    const run = await r.journal.store.lease("run", 30_000);
    const found = await probed();
    expect(found?.text).to.match(
      /^nothing of primary \(London\) answers, and Azure shows what is owed there; a run is under way and records it: /,
    );
    if ("release" in run) await run.release();
  });

  it("leaves owed what Azure does not show", async () => {
    expect(await probed()).to.deep.include({
      about: "",
      text: "the fence of primary (London) is owed (1 step), and nothing of it answers",
    });
    expect(looked).to.equal(0);
  });
});
