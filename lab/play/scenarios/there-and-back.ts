import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { begin, cli, cutOver, operator, provision, succeeded, timeGoesBy, up } from "../acts.ts";
import { declarePlanned } from "../k2-acts.ts";
import type { Act, Memory, Scenario } from "../scenario.ts";
import { checksAfterLoss, declareLatest, siteIsLost, tables } from "../work.ts";

const declareBack: Act<Memory> = {
  title: "parallel-standby declare --to primary --mode planned, before the first log was restored there",
  run: async (_memory, { rig }) => {
    succeeded(
      await rig.cli([
        ...["declare", "--to", "primary", "--mode", "planned", "--as", operator],
        ...["--override-cool-down", "Leeds was for one evening"],
      ]),
      "declare",
    );
  },
};

const lookAtDr: Act<Memory> = {
  title: "ask DNS, open K2's port, count the rows of both sites",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    const overwritten = entries.filter(
      (e) => e.kind === "step" && /\/seed\//.test(e.step) && e.verdict === "done",
    );
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(await checksAfterLoss(rig.lab, "dr", point)),
        {
          name: "no database was copied anew on the way: each site's own copy was used",
          ok: overwritten.length === tables.length,
          detail: `${String(overwritten.length)} copies were made, when the standby was set up`,
        },
      ],
    };
  },
};

/** Moved there and back in one evening; within the hour the site that is home again is lost. */
export const thereAndBack: Scenario = {
  name: "there-and-back",
  about:
    "a planned move to Leeds and back within the hour, then London is lost before Leeds has restored anything",
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(4, "four hours of production"),
    declarePlanned,
    cutOver,
    cli("reprotect", "--reason", "Leeds gets its standby"),
    provision("standby", "Leeds"),
    provision("primary", "London"),
    declareBack,
    up("primary-active", "the way back"),
    provision("primary", "London"),
    provision("standby", "Leeds"),
    siteIsLost("primary"),
    declareLatest("dr", "1h"),
    cutOver,
    lookAtDr,
  ],
};
