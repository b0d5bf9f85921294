import { reportOf } from "../../report/report.ts";
import { situation } from "../../journal/situation.ts";
import { begin, operator, provision, succeeded, timeGoesBy } from "./acts.ts";
import { checksAtStandby } from "./checks.ts";
import type { Act, Memory } from "./scenario.ts";

/** Both sites provisioned, and eight hours of work. */
export const production: readonly Act<Memory>[] = [
  begin,
  provision("primary", "London"),
  provision("standby", "Leeds"),
  timeGoesBy(8, "eight hours of production, logs shipped every hour and held back three"),
];

/** The middle of an hour, and not on a full minute: half of an hour's work was never shipped. */
export const middleOfAnHour: Act<Memory> = {
  title: "half an hour more, and the primary site is gone",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    await rig.lab.network.siteDown("primary");
    say(`London has no power since ${new Date(memory.endedAtMs).toISOString().slice(0, 19)}Z`);
  },
};

/** The declaration of a site that is gone. */
export const declareLost: Act<Memory> = {
  title: "parallel-standby declare --mode unplanned",
  run: async (memory, { rig, say }) => {
    const disasterAt = `${new Date(memory.endedAtMs).toISOString().slice(0, 19)}+00:00`;
    const args = [
      "declare",
      "--to",
      "dr",
      "--mode",
      "unplanned",
      "--disaster-at",
      disasterAt,
      "--accept-loss",
      "4h",
      "--incident",
      "rehearsal",
      "--as",
      operator,
    ];
    const ran = succeeded(await rig.cli([...args, "--waive-fence", "the building has no power"]), "declare");
    say(ran.stdout.trim().split("\n").at(-1) ?? "");
  },
};

/** The declaration of a planned move to the standby. */
export const declarePlanned: Act<Memory> = {
  title: "parallel-standby declare --mode planned",
  run: async (_memory, { rig }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    succeeded(await rig.cli(["declare", "--to", "dr", "--mode", "planned", "--as", operator]), "declare");
  },
};

/** What came of it, asked for as a client would. */
export const lookAtStandby: Act<Memory> = {
  title: "ask DNS, open K2's port, read the databases",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const declared = s.declared;
    const point = s.points.get("k2");
    if (!declared || !point) throw new Error("the journal holds no facts or no point");
    const report = reportOf(entries, declared.recovery);
    const first = entries[0];
    memory.played = {
      activeSiteBefore: first?.kind === "genesis" ? first.active : "",
      activeSiteAfter: s.active,
      report,
      checks: [
        ...(memory.seen ?? []),
        ...(await checksAtStandby(rig.lab, rig.lab.productionEndedMs(), point)),
      ],
    };
  },
};
