import { expect } from "chai";
import type { Opened } from "../../cli/probe/tell.ts";
import type { Fact } from "../../journal/entries.ts";
import type { Runs, Sign } from "../../steps/act.ts";
import { probeBench, works } from "./probe-bench.ts";
import { toyParts, toyRuns } from "./toy.ts";
import { blind, withSigns } from "./toy-wrapped.ts";

describe("a probe that nobody watches", function () {
  this.timeout(20_000);
  const at = probeBench();
  /** Code that sees these signs. */
  const seeing =
    (signs: readonly Sign[], from: Runs = toyRuns(at.r.world)): (() => Promise<Opened>) =>
    () =>
      Promise.resolve({
        ...at.opened(),
        registries: { parts: toyParts, runs: withSigns(from, () => Promise.resolve(signs)) },
      });
  const isOpen: Fact = { kind: "no return", epoch: 1, step: "data0/open/db0-0" };
  const keptBeside = async (): Promise<readonly unknown[]> =>
    (await at.r.journal.entries()).flatMap((e) => (e.kind === "worked beside" ? [e.found] : []));

  it("takes nothing for a second writer while nothing is open at the new site", async () => {
    at.r.world.fails.clear();
    expect(await at.probed(at.writes(), seeing([works]))).to.equal(0);
    expect(await at.heard()).to.match(/answered again and is fenced: web0\/stop\/web\n$/);
    expect(await keptBeside()).to.deep.equal([]);
  });

  it("takes a name that leads there for no work", async () => {
    await at.r.journal.append(isOpen);
    at.r.world.fails.clear();
    const leads: Sign = { site: "primary", shows: "active", says: "k2.corp.example leads to P (primary)" };
    expect(await at.probed(at.writes(), seeing([leads]))).to.equal(0);
    expect(await at.heard()).to.match(/answered again and is fenced: web0\/stop\/web\n$/);
    expect(await keptBeside()).to.deep.equal([]);
  });

  it("keeps what works there also where a run is under way, which fences it", async () => {
    await at.r.journal.append(isOpen);
    const run = await at.r.journal.store.lease("run", 30_000);
    expect(await at.probed(undefined, seeing([works]))).to.equal(0);
    expect(at.terminal.lines.join("\n")).to.match(
      /a run is under way and fences it: .*\. primary \(London\) worked beside the new site/,
    );
    expect(await keptBeside()).to.deep.equal([["K2 Server on P is running"]]);
    if ("release" in run) await run.release();
  });

  it("tells that the site worked beside the new one before it was fenced, and keeps what it found", async () => {
    await at.r.journal.append(isOpen);
    at.r.world.fails.clear();
    expect(
      await at.probed(
        at.writes(),
        seeing([works, { site: "dr", host: "D", shows: "passive", says: "db of D is RESTORING" }]),
      ),
    ).to.equal(0);
    expect(await at.heard()).to.contain(
      "primary (London) worked beside the new site (K2 Server on P is running): workflows and mails may have run twice, and what it wrote since the cutover is in no figure",
    );
    const paid = (await at.r.journal.entries()).findLast((e) => e.kind === "step" && e.verdict === "done");
    const seen = (await at.r.journal.entries()).find((e) => e.kind === "worked beside");
    expect(seen).to.deep.include({ epoch: 1, site: "primary", found: ["K2 Server on P is running"] });
    expect(seen?.seq, "before it is stopped").to.be.lessThan(paid?.seq ?? 0);
  });

  it("writes once what it finds at work, however often it finds it before it can be fenced", async () => {
    await at.r.journal.append(isOpen);
    const signs = [works];
    const found = async (): Promise<readonly unknown[]> => {
      await at.probed(undefined, seeing(signs, blind(toyRuns(at.r.world))));
      return keptBeside();
    };
    expect(await found()).to.deep.equal([["K2 Server on P is running"]]);
    expect(await found()).to.have.length(1);
    signs.push({ ...works, says: "db on P is ONLINE" });
    expect(await found()).to.have.length(2);
  });
});
