import { situation } from "../../../journal/situation.ts";
import { standingOf, standingText } from "../../../journal/standing.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, goOn, operator, provision, succeeded, timeGoesBy } from "../acts.ts";
import { checksAtStandby } from "../checks.ts";
import { claimsChecks, takeLogOfLedger } from "../ledger.ts";
import type { Act, Memory, Scenario } from "../scenario.ts";

const lose: Act<Memory> = {
  title: "the primary site is gone, and with it a log of the second system",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    await rig.lab.network.siteDown("primary");
    const disasterAt = `${new Date(memory.endedAtMs).toISOString().slice(0, 19)}+00:00`;
    const asked = ["declare", "--to", "dr", "--mode", "unplanned", "--disaster-at", disasterAt];
    const terms = ["--accept-loss", "2h30m", "--incident", "rehearsal", "--as", operator];
    succeeded(await rig.cli([...asked, ...terms, "--waive-fence", "the building has no power"]), "declare");
    memory.mend = await takeLogOfLedger(rig.lab);
    say("a log of Ledger lacks at the standby");
  },
};

/** The cutover, which one of the two systems stops; what is seen then is kept. */
export const half: Act<Memory> = {
  title: "pulumi up -s dr-active: K2 is up, the second system is not",
  run: async (memory, { rig, say }) => {
    const ran = await rig.pulumi(["up", "-s", "dr-active", "--skip-preview", "--yes"]);
    const s = situation(await rig.entries());
    const [claims, k2] = ["claims", "k2"].map((id) => standingOf(s).find((x) => x.system === id));
    for (const x of [k2, claims]) if (x) say(standingText(x));
    const point = s.points.get("k2");
    const outside = await checksAtStandby(
      rig.lab,
      rig.lab.productionEndedMs(),
      point ?? { atSec: 0, to: "time" },
    );
    memory.seen = [
      {
        name: "one that fails stops the run, and not the other system",
        ok: ran.code !== 0 && k2?.state === "up" && claims?.state === "failed",
        detail: [k2, claims].map((x) => (x ? standingText(x) : "unknown")).join(" · "),
      },
      {
        name: "K2 works at the standby meanwhile",
        ok: outside.every((c) => c.ok),
        detail:
          outside
            .filter((c) => !c.ok)
            .map((c) => c.detail)
            .join("; ") || "DNS, port, databases, licences",
      },
      {
        name: "nothing of the second system is open, and the estate still moves",
        ok: claims?.openAt === undefined && s.active === "primary",
        detail: `${s.active} is active in the journal; claims ${claims?.openAt === undefined ? "has opened nothing" : "is open"}`,
      },
    ];
  },
};

const mend: Act<Memory> = {
  title: "the log is found; pulumi up -s dr-active goes on",
  run: async (memory, stage) => {
    await memory.mend?.();
    await goOn(stage);
  },
};

/** What came of it, asked for as clients would. */
export const look: Act<Memory> = {
  title: "ask DNS, open both ports, read the databases",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    const report = reportOf(entries, s.declared.recovery);
    const first = entries[0];
    memory.played = {
      activeSiteBefore: first?.kind === "genesis" ? first.active : "",
      activeSiteAfter: s.active,
      report,
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtStandby(rig.lab, rig.lab.productionEndedMs(), point)),
        ...(await claimsChecks(rig.lab, s.points.get("claims")?.atSec)),
        {
          name: "each system has a verdict of its own",
          ok: report.systems.length === 2 && report.systems.every((x) => x.state === "up"),
          detail: report.systems.map(standingText).join(" · "),
        },
      ],
    };
  },
};

/** Up to the disaster, and a log that lacks. */
export const scene: readonly Act<Memory>[] = [
  begin,
  provision("primary", "London"),
  provision("standby", "Leeds"),
  timeGoesBy(5, "five hours of production"),
  lose,
];

/** Two systems on the same servers; one fails, and is mended while the other works. */
export const twoSystems: Scenario = {
  name: "two-systems",
  about:
    "two systems of a lost site: a log of one lacks, the other comes up all the same; then the log is found",
  lab: { systems: 2 },
  acts: [...scene, half, mend, look],
};
