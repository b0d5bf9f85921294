import { expect } from "chai";
import type { Fact, Verdict } from "../../journal/entries.ts";
import { situation } from "../../journal/situation.ts";
import { unfinishedStandby, withoutStandby, type WithoutStandby } from "../../journal/standby.ts";
import { statusOf } from "../../cli/status/status.ts";
import { statusText } from "../../cli/status/text.ts";
import { begunActivation, completed, recovery, type Scribe } from "./report-fixture.ts";

/** A word of a step of provisioning. The passive site's server is P, the active one's D. */
const did = (step: string, says: string, verdict: Verdict = "done"): Fact => ({
  kind: "step",
  step,
  verdict,
  critical: true,
  says,
});
const moved = (): Scribe => begunActivation().add(completed, 60);
const seen = ({ entries }: Scribe): WithoutStandby | undefined => withoutStandby(entries, situation(entries));

describe("whether the active site has a standby", () => {
  it("is no question before the first move, in a move, and after one that was abandoned", () => {
    expect(seen(begunActivation())).to.equal(undefined);
    const s = begunActivation().add({ kind: "abandoned", epoch: 1, as: "op", reason: "x" });
    expect(seen(s)).to.equal(undefined);
  });

  it("is denied after a move that was gone back from past no return: what it opened follows nothing", () => {
    const s = begunActivation().add({ kind: "abandoned", epoch: 1, as: "op", reason: "x", lossSec: 60 });
    expect(seen(s)).to.include({ site: "dr" });
    const text = statusText(
      statusOf(s.entries, { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [] }),
      "linux",
    );
    expect(text).to.match(/give primary a standby again, .*parallel-standby reprotect/);
  });

  it("is denied from the end of a move until something was provisioned at the site that was left", () => {
    const s = moved();
    expect(seen(s)).to.deep.equal({ site: "primary", since: "2026-11-22T05:47:03.000Z", failed: [] });
    s.add(did("data0/source-jobs/db", "the log of db is backed up on D every 60 minutes"), 60);
    s.add({ kind: "declared", factsHash: "facts2", recovery });
    expect(seen(s), "the active site's own stack does not copy anything").to.not.equal(undefined);
    s.add(did("data0/standby-jobs/db", "logs of db are copied to P every 15 minutes"), 60);
    expect(seen(s)).to.equal(undefined);
  });

  it("is said together with the backups that lie on one server until it has one", () => {
    const alone = [{ says: "backups of db lie on D alone", todo: "name a share" }];
    const text = (s: Scribe): string =>
      statusText(
        statusOf(s.entries, { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [], alone }),
        "linux",
      );
    const s = moved();
    expect(text(s))
      .to.match(/^backups +backups of db lie on D alone$/m)
      .and.match(
        /^ {2}give dr a standby again.*\n {2}until then backups of db lie on D alone: name a share, then pulumi up -s standby; or copy/m,
      );
    s.add(did("data0/standby-jobs/db", "logs of db are copied to P every 15 minutes"), 60);
    expect(text(s)).to.not.contain("backups");
  });

  it("is not denied by a journal that begins anew, which has lost what would show one, but by what is seen since", () => {
    const s = moved().add({
      kind: "break-glass",
      estate: "toys",
      active: "dr",
      epoch: 2,
      as: "op",
      reason: "a bad disk",
      seen: [],
      lastHash: "",
      lines: 0,
      gaveUp: [],
    });
    s.add({ kind: "declared", factsHash: "facts2", recovery });
    expect(seen(s)).to.equal(undefined);
    s.add(did("data0/seed/db", "P is full", "failed"), 60);
    expect(seen(s)).to.include({ site: "primary" });
  });

  it("counts nothing that was provisioned before the move, and no server whose name only begins alike", () => {
    const s = begunActivation()
      .add(did("data0/standby-jobs/db", "logs of db are copied to P every 15 minutes"))
      .add(completed)
      .add(did("data0/park/P2", "P2 and P-OLD are parked"));
    expect(seen(s)).to.not.equal(undefined);
  });

  it("is denied with the reason where a step there failed, until what follows it has succeeded", () => {
    const s = moved()
      .add(did("data0/facts-database/P", "ParallelStandby is on P"))
      .add(did("data0/seed/db", "db on P is ONLINE and is never overwritten", "failed"))
      .add(did("data0/standby-jobs/other", "logs of other are copied to P"));
    expect(seen(s)?.failed).to.deep.equal([
      { step: "data0/seed/db", says: "db on P is ONLINE and is never overwritten" },
    ]);
    s.add(did("data0/standby-jobs/db", "logs of db are copied to P"));
    expect(seen(s)).to.equal(undefined);
  });

  it("is not denied for a step that failed once, and was found done when it ran again", () => {
    const s = moved().add(did("data0/working/db", "P broke the connection", "failed"));
    expect(seen(s)?.failed).to.have.length(1);
    s.add(did("data0/working/db", "db on P works", "already"));
    expect(seen(s)).to.equal(undefined);
    s.add(did("data0/working/db", "P broke the connection", "failed"));
    expect(seen(s)?.failed, "what fails after it stands").to.have.length(1);
  });

  it("takes a probe of a server that failed for good once anything of that part was done after it", () => {
    const s = moved().add(did("data0/instance/P", "P did not answer in 10 s", "failed"));
    expect(seen(s)?.failed).to.have.length(1);
    expect(seen(s.add(did("data0/seed/db", "db on P follows D")))).to.equal(undefined);
  });

  it("is denied while readiness finds nothing to go to there, and not for a point that is only late", () => {
    const looked = (severity: "stops" | "risk", id: string, to: "primary" | "dr" = "primary"): Fact => ({
      kind: "readiness",
      to,
      verdict: "not ready",
      findings: [{ id, severity, at: "k2", says: "there is no point as things stand: x" }],
      noted: {},
    });
    const s = moved().add(did("data0/standby-jobs/db", "logs of db are copied to P every 15 minutes"), 60);
    s.add(looked("stops", "no-point:k2"), 60);
    expect(seen(s)).to.deep.equal({
      site: "primary",
      since: "2026-11-22T05:47:03.000Z",
      failed: [],
      noPoint: { at: "2026-11-22T05:49:03.000Z", says: "k2: there is no point as things stand: x" },
    });
    const args = { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [] };
    const text = statusText(statusOf(s.entries, args), "linux");
    expect(text).to.match(
      /standby\s+none since 2026-11-22 05:47:03 UTC: primary was provisioned, but readiness found at 2026-11-22 05:49:03 UTC that k2: there is no point as things stand: x/,
    );
    expect(text).to.contain("look whether the standby has a point by now: parallel-standby readiness");
    expect(text).to.not.contain("give dr a standby again");
    for (const other of [
      looked("stops", "point-unseen:k2"),
      looked("risk", "no-point:k2"),
      looked("stops", "no-point:k2", "dr"),
    ]) {
      const again = moved().add(did("data0/standby-jobs/db", "logs of db are copied to P"), 60);
      expect(seen(again.add(other, 60))).to.equal(undefined);
    }
    expect(seen(s.add(looked("risk", "no-point:k2"), 60)), "the newest look counts").to.equal(undefined);
  });

  it("is not denied where provisioning had nothing to do: reprotect ended well there, or readiness saw that a move would work", () => {
    const found = (to: "primary" | "dr", verdict: "ready" | "warnings" | "not ready"): Fact => ({
      kind: "readiness",
      to,
      verdict,
      findings: verdict === "ready" ? [] : [{ id: "x:k2", severity: "risk", at: "k2", says: "x" }],
      noted: {},
    });
    const followed = (site: "primary" | "dr"): Fact => ({
      kind: "re-protected",
      epoch: 1,
      site,
      as: "op",
      saved: [],
    });
    for (const shows of [followed("primary"), found("primary", "ready"), found("primary", "warnings")]) {
      expect(seen(begunActivation().add(shows).add(completed, 60)), "before the move").to.not.equal(
        undefined,
      );
      expect(seen(moved().add(shows, 60))).to.equal(undefined);
      const failed = moved()
        .add(did("data0/seed/db", "P is full", "failed"))
        .add(shows, 60);
      expect(seen(failed)?.failed, "a failed step").to.have.length(1);
    }
    for (const other of [followed("dr"), found("dr", "ready"), found("primary", "not ready")])
      expect(seen(moved().add(other, 60))).to.include({ site: "primary" });
    const noPoint: Fact = {
      kind: "readiness",
      to: "primary",
      verdict: "not ready",
      findings: [{ id: "no-point:k2", severity: "stops", at: "k2", says: "there is no point" }],
      noted: {},
    };
    expect(seen(moved().add(followed("primary"), 60).add(noPoint, 60))).to.have.property("noPoint");
    expect(seen(moved().add(noPoint, 60).add(followed("primary"), 60)), "a look from before it").to.equal(
      undefined,
    );
  });

  it("is asked of both stacks after reprotect, until each did something or readiness saw the standby", () => {
    const followed: Fact = { kind: "re-protected", epoch: 1, site: "primary", as: "op", saved: [] };
    const look = (verdict: "ready" | "not ready", to: "primary" | "dr" = "primary"): Fact => ({
      kind: "readiness",
      to,
      verdict,
      findings: [],
      noted: {},
    });
    const stacks = ({ entries }: Scribe): readonly string[] | undefined =>
      unfinishedStandby(entries, situation(entries))?.stacks;
    const here = did("data0/source-jobs/db", "the log of db is backed up on D every 60 minutes");
    const there = did("data0/standby-jobs/db", "logs of db are copied from D to P every 15 minutes");
    // What reprotect itself does is provisioning, too.
    const s = moved().add(did("data0/seed/db", "db on P follows D"), 60);
    expect(stacks(s), "before reprotect has ended").to.equal(undefined);
    s.add(followed, 60);
    expect(stacks(s)).to.deep.equal(["standby", "primary"]);
    expect(seen(s), "a planned move is not refused meanwhile").to.equal(undefined);
    const text = (): string =>
      statusText(
        statusOf(s.entries, { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [] }),
        "linux",
      );
    expect(text()).to.match(/state\s+active, the standby may not be whole\n/);
    expect(text()).to.match(
      /standby\s+primary is re-protected: databases of dr \(Leeds\) are copied there; the journal does not show that its services, names and facts are provisioned since/,
    );
    expect(text()).to.contain(
      "make the standby whole, its services, names and facts: pulumi up -s standby, then pulumi up -s primary, then look at it: parallel-standby readiness",
    );
    expect(stacks(moved().add(followed).add(there, 60)), "names both servers").to.deep.equal(["standby"]);
    expect(stacks(moved().add(followed).add(look("not ready"))), "not ready").to.have.length(2);
    expect(stacks(moved().add(followed).add(look("ready", "dr"))), "the other way").to.have.length(2);
    expect(stacks(moved().add(look("ready")).add(followed)), "a look before it").to.have.length(2);
    expect(stacks(moved().add(followed).add(look("ready"))), "unchanged stacks").to.equal(undefined);
    s.add(here, 60);
    expect(stacks(s)).to.deep.equal(["primary"]);
    s.add(there, 60).add(did("web0/service/P", "P refuses", "failed"), 60);
    expect(stacks(s), "one of its steps failed").to.deep.equal(["primary"]);
    s.add(did("web0/service/P", "K2 is disabled on P"), 60);
    expect(stacks(s)).to.equal(undefined);
    expect(text()).to.match(/state\s+at rest\n/);
  });

  it("is said in the status, with the stacks in their order and the last try", () => {
    const args = { now: new Date("2026-11-22T06:00:00Z"), place: "/j", leases: [] };
    const s = moved().add(did("data0/seed/db", "db on P is ONLINE", "failed"));
    const text = statusText(statusOf(s.entries, args), "linux");
    expect(text).to.match(
      /standby\s+none since 2026-11-22 05:47:03 UTC, as far as the journal shows: nothing of dr \(Leeds\) is copied to primary until that is re-protected\nfailed\s+data0\/seed\/db: db on P is ONLINE/,
    );
    expect(text).to.contain(
      "give dr a standby again, once primary can be reached: parallel-standby reprotect --as YOUR-NAME --reason WHY (saves what primary alone holds), then pulumi up -s standby, then pulumi up -s primary",
    );
  });
});
