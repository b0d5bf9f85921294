import { expect } from "chai";
import { parts } from "../../components/registry/parts.ts";
import { noGuardFindings } from "../../readiness/no-guard.ts";
import type { Estate } from "../../model/estate.ts";
import { runs } from "../../components/registry/runs.ts";
import { looksFor } from "../../readiness/looks.ts";
import { describe as describeEstate } from "../../model/describe.ts";
import { guardedHosts } from "../../planning/guarded.ts";
import { leaseLooks } from "../../readiness/lease-looks.ts";
import { exampleEstate } from "./example-estate.ts";
import { exampleGuard } from "./guard-fixture.ts";
import { wordFindings } from "../../steps/own-words.ts";
import { consent } from "../../cli/declare/consent.ts";
import { dueOf } from "../../cli/probe/due.ts";
import type { Fact } from "../../journal/entries.ts";
import type { WordsFile } from "../../journal/words-text.ts";
import { plan } from "../../planning/plan.ts";
import {
  completed,
  declared,
  entriesFor,
  genesis,
  moveTo,
  noReturn,
  started,
  word,
} from "./journal-facts.ts";
import { toyParts, toyRecovery } from "./toy.ts";

describe("what readiness finds of the guards of the active site", () => {
  it("is a risk where their lease is not renewed: probe does not run, or fails where nobody sees it", async () => {
    const recovery = { ...describeEstate(exampleEstate(), parts), guard: exampleGuard };
    const hosts = guardedHosts(recovery, parts).filter((h) => h.host.site === "primary");
    const nowSec = Date.now() / 1000;
    const words = (untilSec: number): WordsFile => ({
      estate: recovery.estate,
      seq: 1,
      epoch: 0,
      publishedSec: untilSec - 24 * 3600,
      untilSec,
      hosts: new Map(hosts.map((h) => [h.host.id, "run"])),
    });
    const looked = async (untilSec: number, mode: "planned" | "unplanned" = "planned") => {
      const looks = leaseLooks(recovery, { from: "primary", to: "dr", mode }, parts, () =>
        Promise.resolve(words(untilSec)),
      );
      const journal = { entries: () => Promise.resolve(entriesFor(genesis)) };
      const found = await Promise.all(
        looks.map((l) => l.run({ journal } as never, { before: () => [], note: () => undefined })),
      );
      return found.flat();
    };
    expect(hosts.length).to.be.greaterThan(0);
    expect(await looked(nowSec + 24 * 3600)).to.deep.equal([]);
    const late = await looked(nowSec + 3600);
    expect(late.map((f) => `${f.severity} ${f.id}`)).to.deep.equal(
      hosts.map((h) => `risk guard-lease:${h.host.id}`),
    );
    expect(late[0]?.says).to.contain("not renewed");
    expect((await looked(nowSec - 60))[0]?.says).to.contain("its lease ended");
    expect(await looked(nowSec - 60, "unplanned"), "of a lost site nothing is asked").to.deep.equal([]);
  });
});

describe("what readiness looks at so that nothing starts by itself", () => {
  it("is each guard of both sites; without one, the services of the passive site that run at one site at a time", async () => {
    const recovery = describeEstate(exampleEstate(), parts);
    const ids = async (guarded: boolean): Promise<readonly string[]> =>
      (
        await looksFor(
          { ...recovery, ...(guarded ? { guard: exampleGuard } : {}) },
          { from: "primary", to: "dr", mode: "planned" },
          { journal: {} as never, parts, runs },
        )
      )
        .map(({ id }) => id)
        .filter((id) => /^(guard|start-types):/.test(id))
        .toSorted();
    expect(await ids(true)).to.deep.equal([
      "guard:K2DR01",
      "guard:K2PRD01",
      "guard:SQLDR01",
      "guard:SQLPRD01",
    ]);
    expect(await ids(false)).to.deep.equal(["start-types:k2/K2DR01"]);
  });
});

describe("what readiness finds of an estate without a guard", () => {
  const recovery = describeEstate(exampleEstate(), parts);
  const of = (guard: Estate["guard"], facts = recovery, active: "primary" | "dr" = "primary") =>
    noGuardFindings({ ...(guard === undefined ? {} : { guard }) }, facts, parts, active).map(
      (f) => `${f.severity} ${f.id}: ${f.says}; ${f.todo}`,
    );
  const adopted = {
    ...recovery,
    parts: recovery.parts.map((p) =>
      p.kind === "sql/log-shipping" ? { ...p, facts: { ...(p.facts as object), manage: "adopt" } } : p,
    ),
  };
  const wanted: Estate["guard"] = { witnesses: [{ share: "\\\\FILE03\\Witness" }] };
  it("is a risk that names what may start by itself at the active site, whichever that is", () => {
    expect(of(undefined)).to.have.length(1);
    expect(of(undefined)[0])
      .to.match(
        /^risk guard-none: the estate has no guard: when the power of primary returns after a disaster, /,
      )
      .and.match(/"K2[^"]*" on K2PRD01/)
      .and.contain('"MSSQLSERVER" on SQLPRD01')
      .and.contain("or guard: false to live without")
      .and.not.contain("DR01");
    expect(of(undefined, recovery, "dr")[0])
      .to.contain('"MSSQLSERVER" on SQLDR01')
      .and.not.contain("PRD01");
  });
  it("is nothing where somebody has chosen to live without one, or where it has one", () => {
    expect(describeEstate({ ...exampleEstate(), guard: false }, parts)).to.deep.equal(recovery);
    expect(of(false)).to.deep.equal([]);
    expect(of(wanted, { ...recovery, guard: exampleGuard })).to.deep.equal([]);
  });
  it("is another one where estate.ts has a guard that nobody has provisioned: what puts it there", () => {
    expect(of(wanted)).to.deep.equal([
      "risk guard-none: estate.ts has a guard, and the journal's facts have none yet: none stands on a server; pulumi up -s standby, then pulumi up -s primary",
    ]);
  });
  it("names adopted SQL Servers, which no guard covers, with one and without", () => {
    expect(of(undefined, adopted)[0]).to.contain(
      "SQL Server on SQLPRD01 is adopted: a guard would not cover it",
    );
    const guarded = { ...adopted, guard: exampleGuard };
    expect(of(wanted, guarded)[0]).to.match(
      /^note guard-adopted: no guard covers SQL Server on SQLPRD01, which is adopted/,
    );
    expect(guardedHosts(guarded, parts).map((h) => h.host.id)).to.deep.equal(["K2PRD01", "K2DR01"]);
  });
});

describe("what guard status finds of a server's word", () => {
  const own = (knows: "run" | "standby" | "stop", untilSec: number): WordsFile => ({
    estate: "x",
    seq: 1,
    epoch: 0,
    publishedSec: 0,
    untilSec,
    hosts: new Map([["A", knows]]),
  });
  it("is nothing where it goes by the journal's word with a lease that is renewed", () => {
    expect(wordFindings("run", own("run", 24 * 3600), "A", 24, 3600)).to.deep.equal([]);
    expect(wordFindings("stop", own("stop", 0), "A", 24, 99_999)).to.deep.equal([]);
  });
  it("is each thing that would keep it from starting, or let it start what it must not", () => {
    expect(wordFindings("run", undefined, "A", 24, 0)[0]).to.contain("no word has reached it");
    expect(wordFindings("stop", own("run", 9), "A", 24, 0)[0])
      .to.contain('goes by "run"')
      .and.contain('says "stop"');
    expect(wordFindings("run", own("run", 10), "A", 24, 20)[0]).to.contain("its lease ended");
    expect(wordFindings("run", own("run", 3600), "A", 24, 0)[0]).to.contain("not renewed");
    expect(wordFindings("run", own("run", 3600), "A", 24, -3600)[0]).to.match(
      /published at 1970-01-01 00:00:00 UTC, which is in the future: .*guard publish/,
    );
  });
});

describe("two people who answer for something", () => {
  it("are two: one name written in two ways is one person", () => {
    consent({ as: "R.Okafor", second: "S.Lee", reason: "x" });
    for (const second of ["R.Okafor", " r. okafor ", "R OKAFOR"])
      expect(() => {
        consent({ as: "R.Okafor", second });
      }).to.throw("two people");
    expect(() => {
      consent({ as: "R.Okafor", reason: "a\nb" });
    }).to.throw("--reason: it has a line break");
  });
});

describe("the fence that a probe pays", () => {
  /** A step of the toys' plan that fences the old site. */
  const fence = plan(toyRecovery(), { from: "primary", to: "dr", mode: "unplanned" }, toyParts).steps.find(
    (step) => step.phase === "fence-apps",
  );
  const ids = { fence: fence?.id ?? "" };
  const of = (...facts: readonly Fact[]) =>
    dueOf(entriesFor(genesis, declared, moveTo("dr"), started(1), ...facts), toyParts)?.steps.map((d) => [
      d.step.id,
      d.attempt,
    ]);
  it("is what the move went on without at the old site, with the number of vain tries, while it moves and after", () => {
    expect(of()).to.equal(undefined);
    expect(of(word(ids.fence, "failed"))).to.deep.equal([[ids.fence, 1]]);
    expect(of(word(ids.fence, "waived"), noReturn(1), completed(1))).to.deep.equal([[ids.fence, 1]]);
    expect(
      of(word(ids.fence, "failed"), completed(1), word(ids.fence, "failed", { attempt: 1 })),
    ).to.deep.equal([[ids.fence, 2]]);
  });
  it("is nothing once it was done, where it is critical, or where the move is abandoned", () => {
    expect(of(word(ids.fence, "failed"), word(ids.fence, "done", { attempt: 1 }))).to.equal(undefined);
    expect(of(word(ids.fence, "failed", { critical: true }))).to.equal(undefined);
    const begun = { kind: "abandoning", epoch: 1, as: "a", reason: "x" } as const;
    expect(of(word(ids.fence, "failed"), begun)).to.equal(undefined);
    expect(of(word(ids.fence, "failed"), begun, { ...begun, kind: "abandoned" })).to.equal(undefined);
  });
});
