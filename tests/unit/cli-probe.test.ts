import { expect } from "chai";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { lastRan } from "../../cli/probe/ran.ts";
import type { Opened } from "../../cli/probe/tell.ts";
import { probeBench } from "./probe-bench.ts";
import { toyParts, toyRuns } from "./toy.ts";
import { blind, withVerbs } from "./toy-wrapped.ts";
import { until } from "./until.ts";

describe("a probe that nobody watches", function () {
  this.timeout(20_000);
  const at = probeBench();

  it("ends with what it has found, also where nobody can be told of it, and tells it as soon as somebody can", async () => {
    expect(await at.probed(["no-such-program-here"])).to.equal(6);
    expect(at.terminal.notes.join("\n")).to.contain('--notify: "no-such-program-here" could not be started');
    expect(await at.probed(at.writes())).to.equal(6);
    expect(await at.heard()).to.match(/^toys: ALARM: primary \(London\) answers again and is not fenced/);
    expect(await at.probed(at.writes())).to.equal(6);
    expect((await at.heard()).match(/ALARM/g)).to.have.length(1);
  });

  it("tells that it could not probe: a journal that is cut, or a project that cannot be opened", async () => {
    const file = path.join(at.r.folder, "journal", "journal.jsonl");
    const whole = await fs.readFile(file, "utf8");
    await fs.writeFile(file, whole.replace('"ann"', '"eve"'));
    expect(await at.probed(at.writes())).to.equal(1);
    expect(await at.heard()).to.match(/^toys: could not probe: .*journal/);
    expect(await at.probed(at.writes())).to.equal(1);
    expect((await at.heard()).match(/could not probe/g), "told once").to.have.length(1);
    await fs.writeFile(file, whole);
    expect(await at.probed(at.writes(), () => Promise.reject(new Error("estate.ts has a mistake")))).to.equal(
      1,
    );
    expect(await at.heard()).to.contain("\ncould not probe: estate.ts has a mistake\n");
  });

  it("writes nothing more into the journal while a step ends as it did before, and tries it again once it can be looked at", async () => {
    const cannotLook = { ...at.opened(), registries: { parts: toyParts, runs: blind(toyRuns(at.r.world)) } };
    const probes = (): Promise<number | undefined> => at.probed(undefined, () => Promise.resolve(cannotLook));
    expect(await probes()).to.equal(6);
    const entries = (await at.r.journal.entries()).length;
    expect(await probes()).to.equal(6);
    expect(await at.r.journal.entries()).to.have.length(entries);
    at.r.world.fails.clear();
    expect(await at.probed()).to.equal(0);
    expect(await at.r.verdict("web0/stop/web")).to.equal("done");
    expect(at.r.world.running.has("P:web")).to.equal(false);
  });

  /** Code that hears of each look at a service that is to be stopped, before it. */
  const heeding = (looks: (service: string) => void): Promise<Opened> => {
    const runs = withVerbs(toyRuns(at.r.world), (bound, verb, args) => ({
      ...bound,
      check: async (io) => {
        if (verb === "toy/stop") looks((args as { service: string }).service);
        return bound.check(io);
      },
    }));
    return Promise.resolve({ ...at.opened(), registries: { parts: toyParts, runs } });
  };

  it("looks once before a step that it can look at, whatever it has done before that one", async () => {
    at.r.world.running.add("P:db");
    await at.r.run("web0/stop/db");
    at.r.world.fails.clear();
    const looks: string[] = [];
    expect(await at.probed(undefined, () => heeding((service) => looks.push(service)))).to.equal(0);
    expect(at.r.world.running.has("P:db")).to.equal(false);
    const of = (name: string): number => looks.filter((service) => service === name).length;
    expect(of("db"), "as often as at the first step").to.equal(of("web"));
  });

  it("looks again at what it could not look at, once it has done something there", async () => {
    at.r.world.running.add("P:db");
    await at.r.run("web0/stop/db");
    const once = () =>
      heeding((service) => {
        if (service === "db" && at.r.world.running.has("P:web")) throw new Error("P gives no access");
      });
    expect(await at.probed(undefined, once)).to.equal(6);
    at.r.world.fails.clear();
    expect(await at.probed(undefined, once)).to.equal(0);
    expect(at.r.world.running.has("P:db")).to.equal(false);
  });

  it("writes nothing while the site is dark, and leaves beside the journal that it ran, and how it ended", async () => {
    at.goesDark();
    const folder = path.join(at.r.folder, "journal");
    expect(await lastRan(folder)).to.equal(undefined);
    const entries = (await at.r.journal.entries()).length;
    expect(await at.probed()).to.equal(5);
    expect(await at.r.journal.entries()).to.have.length(entries);
    expect(await lastRan(folder)).to.deep.include({
      at: at.terminal.clock.toISOString(),
      exitCode: 5,
      text: "the fence of primary (London) is owed (1 step), and nothing of it answers",
    });
    at.terminal.clock = new Date(at.terminal.clock.getTime() + 300_000);
    expect(await at.probed()).to.equal(5);
    expect((await lastRan(folder))?.at).to.equal(at.terminal.clock.toISOString());
    const file = path.join(folder, "journal.jsonl");
    await fs.writeFile(file, (await fs.readFile(file, "utf8")).replace('"ann"', '"eve"'));
    expect(await at.probed()).to.equal(1);
    expect((await lastRan(folder))?.text).to.match(/^could not probe: /);
    await fs.writeFile(path.join(folder, "probe-ran.json"), "{");
    expect(await lastRan(folder), "half a file is none").to.equal(undefined);
  });

  it("leaves the work to another probe, and takes one that has been at it for a quarter of an hour for a failure", async () => {
    const other = await at.r.journal.store.lease("probe", 30_000);
    expect(await at.probed(at.writes())).to.equal(0);
    expect(await at.heard()).to.equal("");
    at.terminal.clock = new Date(Date.now() + 16 * 60_000);
    expect(await at.probed(at.writes())).to.equal(1);
    expect(await at.heard()).to.match(
      /could not probe: another probe is at work: .*\. It does not come to an end/,
    );
    if ("release" in other) await other.release();
  });

  it("holds up no other probe while somebody is being told", async () => {
    const slow: [string, ...string[]] = [
      process.execPath,
      "-e",
      "const fs = require('fs'); fs.writeFileSync(process.argv[1], 'x'); const t = setInterval(() => { if (fs.existsSync(process.argv[2])) { clearInterval(t); } }, 20)",
      ...[path.join(at.r.folder, "began"), path.join(at.r.folder, "go")],
    ];
    const first = at.probed(slow);
    await until("it is told", () => existsSync(path.join(at.r.folder, "began")), 10_000);
    const leases = await at.r.journal.store.leases();
    await fs.writeFile(path.join(at.r.folder, "go"), "x");
    expect(leases.map((l) => l.name)).not.to.contain("probe");
    expect(await first).to.equal(6);
  });
});
