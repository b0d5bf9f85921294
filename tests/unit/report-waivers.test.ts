import { expect } from "chai";
import type { Fact } from "../../journal/entries.ts";
import { renderHtml } from "../../report/html.ts";
import { reportOf } from "../../report/report.ts";
import { reportText } from "../../report/text.ts";
import { begunActivation, completed, point, recovery, reported, Scribe } from "./report-fixture.ts";

const moved = (more: Parameters<typeof begunActivation>[0] = {}): Scribe =>
  begunActivation(more).add(point(9000)).add({ kind: "no return", epoch: 1, step: "data0/open" });
const paid = (step: string, says = "stopped and disabled"): Fact => ({
  kind: "step",
  epoch: 1,
  step,
  phase: "fence-apps",
  verdict: "done",
  critical: false,
  attempt: 1,
  says,
});

describe("waivers in a report", () => {
  const waivedAway = (): Scribe =>
    moved({ waiveFence: "power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add({ ...completed, owed: ["web0/stop"] } as typeof completed);

  const ends: readonly (readonly [what: string, write: () => Scribe, how: RegExp | undefined])[] = [
    ["stands red while the old site was never fenced", waivedAway, undefined],
    [
      "is settled by the step that fences it later",
      () => waivedAway().add(paid("web0/stop"), 3600),
      /^primary was fenced after all, last web0\/stop: stopped and disabled$/,
    ],
    [
      "is settled by a re-protection, which saves and closes the old site",
      () => waivedAway().add({ kind: "re-protected", epoch: 1, site: "primary", as: "ann", saved: [] }, 60),
      /^primary is re-protected and follows/,
    ],
    [
      "is void where the move was abandoned",
      () =>
        begunActivation({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
          .add({ kind: "abandoned", epoch: 1, as: "ann", reason: "it is back" }, 5),
      /^void: the move was abandoned, and primary is active as before$/,
    ],
    [
      "was not needed where every step at the old site was done",
      () =>
        moved({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "done", "stopped", false)
          .add(completed),
      /^not needed: every step at primary was done$/,
    ],
    [
      "is not settled by the proof that goes by the waiver itself",
      () =>
        moved({ waiveFence: "x" })
          .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
          .step("web0/prove-fence", "fence-site", 1, "failed", "nothing proves it")
          .step("web0/prove-fence", "fence-site", 1, "already", "waived by R. Okafor")
          .add(completed),
      undefined,
    ],
  ];
  for (const [what, write, how] of ends)
    it(`one of the fence ${what}`, () => {
      const r = reported(write());
      const [fence] = r.waivers;
      expect(fence?.what).to.equal("the proof that primary cannot write");
      const page = renderHtml(r);
      const mark = reportText(r).some((line) => line.startsWith("! WAIVED, NOT SETTLED: the proof"));
      if (how === undefined) {
        expect(fence?.settled).to.equal(undefined);
        expect(page).to.match(/<section class="note waived"><h2>Waived and NOT SETTLED/);
        expect(mark, "a mark in text").to.equal(true);
      } else {
        expect(fence?.settled?.says).to.match(how);
        expect(page).not.to.contain("NOT SETTLED");
        expect(page).to.contain("Waived, and settled since");
        expect(mark).to.equal(false);
      }
    });

  it("one that was given while the move ran is named with both who answer and what spoke against it", () => {
    const r = reported(
      begunActivation()
        .step("web0/stop", "fence-apps", 5, "failed", "no answer", false)
        .add({
          kind: "waiver",
          epoch: 1,
          as: "ann",
          second: "ben",
          reason: "I stand before it",
          accepted: ["a log of 03:20"],
        }),
    );
    expect(r.waivers[0]).to.deep.include({
      by: "ann",
      second: "ben",
      although: ["a log of 03:20"],
      open: ["web0/stop"],
    });
    expect(renderHtml(r)).to.match(/I stand before it \(ann and ben,.*although: a log of 03:20/);
  });

  it("one that an earlier activation was given is told in the report of the one that goes on", () => {
    const systems = [
      { system: "web0", parts: ["data0", "web0"], after: [] },
      { system: "web1", parts: ["data1", "web1"], after: [] },
    ];
    const start = { factsHash: "facts1", planHash: "p", from: "primary" } as const;
    const asked = { to: "dr", mode: "unplanned", as: "ann", acceptLossSec: 9000 } as const;
    const s = new Scribe()
      .add({ kind: "genesis", estate: "toys", active: "primary" })
      .add({ kind: "declared", factsHash: "facts1", recovery })
      .add({ kind: "move declared", ...asked })
      .add({ kind: "activation started", epoch: 1, ...start, ...asked, declaration: 2, systems })
      .add({ kind: "waiver", epoch: 1, as: "ben", reason: "its power is cut" })
      .step("web0/stop", "fence-apps", 5, "waived", "no answer", false)
      .add({ kind: "no return", epoch: 1, step: "data0/open" });
    s.add({ kind: "move declared", ...asked, as: "cy" }, 60).add({
      kind: "activation started",
      epoch: 2,
      ...start,
      ...asked,
      as: "cy",
      declaration: s.entries.length - 1,
      systems,
    });
    expect(reported(s).waivers.map((w) => [w.what, w.by, w.open])).to.deep.equal([
      ["the proof that primary cannot write", "ben", ["web0/stop"]],
      ["step web0/stop", "ann", ["web0/stop"]],
    ]);
    const { waivers } = reportOf(s.entries, recovery, 1);
    expect(waivers[0]?.settled, "what is open rests on it still").to.equal(undefined);
    s.add({ ...paid("web0/stop"), epoch: 2 } as Fact, 60);
    expect(reported(s).waivers.every((w) => w.settled)).to.equal(true);
  });

  it("one of an activation that another replaced before anything was opened is void", () => {
    const s = begunActivation({ waiveFence: "x" });
    s.add({
      kind: "activation started",
      epoch: 2,
      from: "primary",
      to: "dr",
      mode: "planned",
      as: "ann",
      factsHash: "facts1",
      planHash: "p",
      declaration: 2,
      acceptLossSec: 0,
    });
    expect(reportOf(s.entries, recovery, 1).waivers[0]?.settled?.says).to.match(/^void: activation 2 took/);
    expect(reported(s).waivers).to.deep.equal([]);
  });

  it("a tail that could not be had is counted in the loss, once a point was chosen", () => {
    const tail = (s: Scribe): Scribe => s.step("data0/tail", "final-sync", 5, "waived", "no answer", false);
    expect(reported(tail(begunActivation({ waiveFence: "x" }))).waivers.at(-1)?.settled).to.equal(undefined);
    expect(
      reported(tail(begunActivation({ waiveFence: "x" })).add(point(9000))).waivers.at(-1)?.settled?.says,
    ).to.equal("what it would have brought is counted in the loss");
  });

  it("says each open step once: in red, and not again among what is owed", () => {
    const page = renderHtml(reported(waivedAway()));
    expect(page.match(/step web0\/stop/g)).to.have.length(1);
    expect(page).not.to.contain("Still owed");
    expect(page).to.contain("pulumi up -s dr-active");
  });
});
