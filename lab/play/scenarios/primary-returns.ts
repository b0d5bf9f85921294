import { fenceOwed } from "../../../journal/fence-owed.ts";
import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, goOn, provision, succeeded, timeGoesBy } from "../acts.ts";
import { checksAtStandby } from "../checks.ts";
import { neverOpenAtWork } from "../never-open.ts";
import { checksAtOldSite, declareLost, powerReturns, probedUntilPaid, until } from "../returning.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";

/** What runs at the primary at this moment, of what must not. */
function quiet(lab: Parameters<typeof checksAtStandby>[0], when: string): Check {
  const states = [
    ["K2PRD01", "K2 Server"],
    ["SQLPRD01", "MSSQLSERVER"],
  ].map(([host = "", service = ""]) => `${service} ${lab.serviceAt(host, service)}`);
  return {
    name: `nothing starts at the primary ${when}`,
    ok: states.every((s) => s.endsWith(" stopped")),
    detail: states.join(", "),
  };
}

const lose: Act<Memory> = {
  title: "the primary site has no power; declare --mode unplanned",
  run: async (memory, { rig }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    await rig.lab.network.siteDown("primary");
    succeeded(
      await declareLost(rig, memory.endedAtMs, ["--waive-fence", "the building has no power"]),
      "declare",
    );
  },
};

const inTheMiddle: Act<Memory> = {
  title: "the runner dies past no return, and the primary gets its power",
  run: async (memory, { rig, say }) => {
    rig.start("pulumi", ["up", "-s", "dr-active", "--skip-preview", "--yes", "--non-interactive"]);
    await until("a database is open at the standby", async () => situation(await rig.entries()).noReturn);
    await rig.powerCut();
    memory.watching = neverOpenAtWork(rig.lab);
    await powerReturns(rig, "stop");
    memory.seen = [quiet(rig.lab, "between two runs")];
    say(memory.seen[0]?.detail ?? "");
  },
};

const onward: Act<Memory> = {
  title: "pulumi cancel, pulumi up -s dr-active: it goes on, and fences what has come back",
  run: async (memory, stage) => {
    succeeded(await stage.rig.pulumi(["cancel", "-s", "dr-active", "--yes"]), "pulumi cancel");
    await goOn(stage);
    const owed = fenceOwed(situation(await stage.rig.entries()));
    memory.seen = [
      ...(memory.seen ?? []),
      {
        name: "the run that goes on closes the databases of a primary that stands still behind its guard",
        ok: owed.length === 0,
        detail: owed.length === 0 ? "nothing of the fence is owed" : `owed: ${owed.join(", ")}`,
      },
    ];
  },
};

const again: Act<Memory> = {
  title: "the primary loses its power and gets it again; parallel-standby probe",
  run: async (memory, { rig, say }) => {
    await rig.lab.network.siteDown("primary");
    await rig.lab.clock.advance(60_000);
    await powerReturns(rig, "standby");
    const said = await probedUntilPaid(rig);
    const watched = memory.watching ? [await memory.watching.end()] : [];
    memory.seen = [
      ...(memory.seen ?? []),
      { name: "nothing of the fence is owed, says probe", ok: true, detail: said.at(-1) ?? "" },
      ...watched,
    ];
    say(said.at(-1) ?? "");
  },
};

const look: Act<Memory> = {
  title: "ask both sites",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtStandby(rig.lab, rig.lab.productionEndedMs(), point)),
        ...(await checksAtOldSite(rig.lab, rig.lab.minutesOfWorkUntil(memory.endedAtMs))),
      ],
    };
  },
};

/** The site that was lost comes back by itself: between two runs, and after the move. */
export const primaryReturns: Scenario = {
  name: "primary-returns",
  about: "the lost site gets its power back in the middle of the move and after it; its guard keeps it quiet",
  lab: { guard: true },
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(3, "three hours of production"),
    lose,
    inTheMiddle,
    onward,
    again,
    look,
  ],
};
