import { expect } from "chai";
import { logShipping as part } from "../../components/sql/log-shipping/part.ts";
import { runnables } from "../../components/sql/log-shipping/run.ts";
import * as drillVerbs from "../../components/sql/log-shipping/drill-verbs.ts";
import * as verbs from "../../components/sql/log-shipping/verbs.ts";
import { lookupOf } from "../../model/recovery.ts";
import { factsOf, hosts, planOf } from "./log-shipping-fixture.ts";

describe("log shipping: the plan", () => {
  it("has code for every verb, and no verb without a test of its name", () => {
    const names = Object.values({ ...verbs, ...drillVerbs })
      .flatMap((v) => (typeof v === "object" && "step" in v ? [v.name] : []))
      .sort();
    expect(runnables.map((r) => r.name).sort()).to.deep.equal(names);
  });

  it("is these steps for one database; their names are public", () => {
    expect(planOf("planned").steps.map((s) => `${s.phase} ${s.id}`)).to.deep.equal([
      "preflight k2-data/instance/SQLDR01",
      "preflight k2-data/instance/SQLPRD01",
      "preflight k2-data/standby-ready/K2",
      "preflight k2-data/source-ready/K2",
      "hold k2-data/hold/K2",
      "final-sync k2-data/copy/K2",
      "final-sync k2-data/tail/K2",
      "final-sync k2-data/tail-arrived/K2",
      "fence-site k2-data/prove-fence",
      "choose-point k2-data/choose-point",
      "roll-forward k2-data/roll-forward/K2",
      "open k2-data/open/K2",
      "fence-data k2-data/close-old/K2",
      "repair-databases k2-data/repair-identity/K2",
      "protect k2-data/first-full/K2",
      "protect k2-data/source-jobs/K2",
      "protect k2-data/retire-standby-jobs/K2",
      "complete k2-data/complete",
      "complete complete",
    ]);
  });

  it("asks the source for nothing in the preflight of an unplanned move, and waits there for minutes at most", () => {
    const { steps } = planOf("unplanned");
    expect(steps.filter((s) => s.phase === "preflight").map((s) => s.id)).to.deep.equal([
      "k2-data/instance/SQLDR01",
      "k2-data/standby-ready/K2",
    ]);
    for (const s of steps.filter((x) => x.phase === "final-sync")) {
      expect(s.critical, s.id).to.equal(false);
      expect(s.timeoutSec, s.id).to.equal(600);
    }
  });

  it("opens no database of the group before all are rolled forward", () => {
    const { steps } = planOf("planned", ["K2", "Claims", "Forms"]);
    const byId = new Map(steps.map((s) => [s.id, s]));
    const all = (id: string, seen = new Set<string>()): Set<string> => {
      for (const n of byId.get(id)?.needs ?? []) if (!seen.has(n.id)) all(n.id, seen.add(n.id));
      return seen;
    };
    for (const db of ["K2", "Claims", "Forms"])
      expect([...all(`k2-data/open/${db}`)]).to.include.members(
        ["K2", "Claims", "Forms"].flatMap((d) => [`k2-data/roll-forward/${d}`, `k2-data/tail/${d}`]),
      );
  });

  it("proves the fence of the source by the tails of all its databases together", () => {
    const fence = planOf("planned", ["K2", "Claims"]).steps.find((s) => s.id === "k2-data/prove-fence");
    expect(fence?.args).to.deep.include({
      hosts: { SQLPRD01: { strong: [], together: ["k2-data/tail/K2", "k2-data/tail/Claims"] } },
    });
  });

  it("turns round for the way back", () => {
    const steps = planOf("planned", ["K2"], false).steps;
    expect(steps.find((s) => s.id === "k2-data/tail/K2")?.args).to.deep.include({ host: "SQLDR01" });
    expect(steps.find((s) => s.id === "k2-data/source-jobs/K2")?.args).to.deep.include({
      host: "SQLPRD01",
      standby: "SQLDR01",
      backupShare: "\\\\SQLPRD01\\LogShip",
    });
  });

  it("keeps every input small, and free of times and points", () => {
    for (const s of planOf("planned").steps) {
      const text = JSON.stringify(s.args);
      expect(text.length, s.id).to.be.below(400);
      expect(JSON.parse(text), s.id).to.deep.equal(s.args);
    }
  });

  it("releases at the standby what it held", () => {
    expect(
      part
        .release?.(
          "k2-data",
          factsOf(),
          { from: "primary", to: "dr", mode: "unplanned" },
          lookupOf({ hosts, parts: [] }),
        )
        .map((d) => [d.id, d.verb]),
    ).to.deep.equal([["k2-data/release/K2", "sql/log-shipping/release"]]);
  });
});
