import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, cli, cutOver, provision, timeGoesBy, up } from "../acts.ts";
import { rowsOf } from "../checks.ts";
import { declarePlanned } from "../k2-acts.ts";
import type { Act, Memory, Scenario } from "../scenario.ts";
import { checksAfterLoss, declareLatest, siteIsLost } from "../work.ts";

const lookAtPrimary: Act<Memory> = {
  title: "ask DNS, open K2's port, read the databases and licences of the primary",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    const licences = (
      await rowsOf(
        rig.lab,
        "SQLPRD01",
        "SELECT [LicenseKey] AS kept FROM [K2].[HostServer].[LicenseKey] UNION ALL SELECT [Name] FROM [K2].[Server].[Server] WHERE [Name] = N'K2PRD01'",
      )
    ).map((r) => String(r["kept"]));
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(await checksAfterLoss(rig.lab, "primary", point)),
        {
          name: "licences are those of the primary",
          ok: licences.join() === "licence of K2PRD01,K2PRD01",
          detail: licences.join(", "),
        },
        {
          name: "the fence of the standby, which nobody could prove, is owed",
          ok: [...s.owed].some((step) => step.includes("K2DR01")),
          detail: [...s.owed].join(", "),
        },
      ],
    };
  },
};

/** Moved to the standby, which is lost while the primary follows it: back by force, without its last hour. */
export const failbackForced: Scenario = {
  name: "failback-forced",
  about:
    "after a planned move Leeds is lost; London, which followed it, takes K2 back without its last hours",
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(4, "four hours of production"),
    declarePlanned,
    cutOver,
    cli("reprotect", "--reason", "London follows now"),
    provision("standby", "Leeds"),
    provision("primary", "London"),
    timeGoesBy(4, "four hours of work in Leeds, its logs shipped to London"),
    siteIsLost("dr"),
    declareLatest("primary", "4h"),
    up("primary-active", "the way back, by force"),
    lookAtPrimary,
  ],
};
