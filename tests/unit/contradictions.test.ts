import { expect } from "chai";
import { situation } from "../../journal/situation.ts";
import type { Mode } from "../../model/part.ts";
import { contradictionLooks } from "../../readiness/contradiction-looks.ts";
import { gather } from "../../readiness/gather.ts";
import { refuseContradiction } from "../../stacks/contradictions.ts";
import type { Runs, Sign } from "../../steps/act.ts";
import type { SiteId } from "../../model/site.ts";
import { signsOf } from "../../steps/signs.ts";
import { withIo } from "../../steps/io.ts";
import { inFolder, rig, type Rig } from "./runner-rig.ts";
import { toyRecovery } from "./toy.ts";

describe("what the world says against the journal, before a site is provisioned", () => {
  let r: Rig;
  beforeEach(async () => {
    r = await rig("planned");
    await r.journal.append({ kind: "abandoned", epoch: 1, as: "ann", reason: "x" });
  });
  const recovery = toyRecovery();
  const showing = (...signs: readonly Sign[]): Runs => ({
    "toy-data": () => Promise.resolve({ runnables: [], signs: () => Promise.resolve(signs) }),
  });
  const refused = async (
    runs: Runs,
    { site = "dr", fresh = false }: { site?: SiteId; fresh?: boolean } = {},
  ): Promise<string> => {
    const all = await r.journal.entries();
    const s = situation(fresh ? all.slice(0, 1) : all);
    return inFolder(r.folder, () =>
      refuseContradiction(s, site, recovery, { folder: "journal" }, { journal: r.journal, runs }).then(
        () => "",
        String,
      ),
    );
  };
  const sign = (site: SiteId, shows: Sign["shows"], host?: string): Sign => ({
    site,
    shows,
    says: `${site} ${shows}`,
    ...(host === undefined ? {} : { host }),
  });

  it("stops it where the passive site shows itself active or the active one passive, and names both ways out", async () => {
    for (const wrong of [sign("dr", "active"), sign("primary", "passive")]) {
      const says = await refused(showing(sign("primary", "active"), wrong));
      expect(says).to.match(/the journal says that primary \(London\) is active, .*Nothing was changed:\n/);
      expect(says).to.contain(`\n  data0: ${wrong.says}\n`);
      expect(says).to.match(/If primary is active, mend that first; then run "pulumi up -s standby" again/);
      expect(says).to.match(/journal adopt --active dr --as YOUR-NAME --reason WHY$/);
    }
  });

  it("lets it go on where all agree, where a site does not answer, and where nothing speaks for either", async () => {
    for (const signs of [
      [sign("primary", "active"), sign("dr", "passive")],
      [sign("primary", "active"), sign("dr", "neither")],
      [sign("primary", "neither"), sign("dr", "neither")],
      [],
    ])
      expect(await refused(showing(...signs))).to.equal("");
  });

  it("contradicts nothing before the first provisioning, nor on a server or of a part that was added since", async () => {
    expect(await refused(showing(sign("dr", "active")), { fresh: true })).to.equal("");
    expect(await refused(showing(sign("dr", "active", "NEW01")))).to.equal("");
    expect(await refused(showing(sign("dr", "active", "D")))).to.match(/dr active/);
  });

  it("names what is owed since the last move, where a site that was left is open again", async () => {
    r = await rig("unplanned", { waiveFence: "no power" });
    await r.journal.append({
      kind: "step",
      epoch: 1,
      step: "web0/stop/web",
      phase: "fence-apps",
      verdict: "waived",
      critical: false,
      says: "P is silent",
    });
    await r.journal.append({ kind: "completed", epoch: 1, owed: ["web0/stop/web"], exceptions: [] });
    const says = await refused(showing(sign("primary", "active")), { site: "primary" });
    expect(says).to.match(/the journal says that dr \(Leeds\) is active/);
    expect(says).to.match(/owed since activation 1 may be the cause: "pulumi up -s dr-active" does it/);
    expect(says).to.match(/never overwritten/);
  });

  it("is what readiness finds, too, as a stop that names what is owed; a move that leaves a lost site asks it nothing", async () => {
    const looked = async (mode: Mode): Promise<readonly string[]> => {
      const runs = showing(sign("dr", "active", "D"), sign("primary", "active", "P"));
      const looks = await contradictionLooks(recovery, { from: "primary", to: "dr", mode }, { runs });
      const { findings } = await inFolder(r.folder, () =>
        withIo(
          {
            known: recovery,
            journal: r.journal,
            journalRef: { folder: "journal" },
            to: "dr",
            say: () => undefined,
            limitSec: 5,
          },
          (io) => gather(looks, { io, to: "dr", hosts: recovery.hosts, limitSec: 5, before: () => [] }),
        ),
      );
      return findings.map((f) => `${f.severity} ${f.at}: ${f.says} | ${f.todo}`);
    };
    const [found, ...more] = await looked("planned");
    expect(more).to.deep.equal([]);
    expect(found).to.match(
      /^stops data0: the journal says that primary is active, .*: dr active \| stop it now/,
    );
    expect(await looked("unplanned")).to.deep.equal([]);
    await r.journal.append({
      kind: "adopted",
      active: "primary",
      epoch: 2,
      as: "ann",
      reason: "x",
      seen: [],
      unfenced: [{ step: "web0/stop/web", phase: "fence-apps" }],
    });
    expect((await looked("planned"))[0]).to.match(
      /may be the cause \(web0\/stop\/web\): "parallel-standby probe"/,
    );
  });

  it("takes a part that throws or hangs for one that shows nothing", async () => {
    const failing: Runs = {
      "toy-data": () =>
        Promise.resolve({ runnables: [], signs: () => Promise.reject(new Error("no secret")) }),
      toy: () => Promise.resolve({ runnables: [], signs: () => new Promise(() => undefined) }),
    };
    const began = Date.now();
    const args = {
      known: recovery,
      journal: r.journal,
      journalRef: { folder: "journal" },
      to: "dr" as const,
      say: () => undefined,
      limitSec: 5,
    };
    const seen = await inFolder(r.folder, () =>
      withIo(args, (io) => signsOf(recovery, "primary", failing, io, 0.1)),
    );
    expect(seen.map((s) => [s.part, s.shows, s.says])).to.deep.equal([
      ["data0", "neither", "it could not be looked at: no secret"],
      ["web0", "neither", "it could not be looked at: no answer within 0.1 s"],
    ]);
    expect(Date.now() - began).to.be.lessThan(4_000);
  });
});
