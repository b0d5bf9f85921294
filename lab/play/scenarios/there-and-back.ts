import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import type { Lab } from "../../world/start.ts";
import { begin, cli, cutOver, operator, provision, succeeded, timeGoesBy, up } from "../acts.ts";
import { addressOf, answers, rowsOf } from "../checks.ts";
import { declarePlanned } from "../k2-acts.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";

/** Each database with its table of work, and when a row of it was written. */
const tables = [
  ["K2", "[K2].[ServerLog].[ProcInst]", "[StartedAt]"],
  ["Claims", "[Claims].[dbo].[Claim]", "[FiledAt]"],
] as const;

/** Rows of work at a server up to a moment of lab time, as the lab itself counts them: its server may have no power. */
async function workUntil(lab: Lab, host: string, atMs: number): Promise<readonly number[]> {
  const counted: number[] = [];
  for (const [, table, at] of tables) {
    const { rows, errors } = await lab
      .sql(host)
      .run(`SELECT COUNT(*) AS n FROM ${table} WHERE ${at} <= '${lab.localTime(atMs)}'`);
    if (errors[0]) throw new Error(errors[0].text);
    counted.push(Number(rows[0]?.["n"]));
  }
  return counted;
}

/** What London had when it was lost, and when that was. */
const seen: { whole: readonly number[]; endedAtMs: number } = { whole: [], endedAtMs: 0 };

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

const lost: Act<Memory> = {
  title: "half an hour of work, and London is gone",
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    seen.endedAtMs = memory.endedAtMs;
    seen.whole = await workUntil(rig.lab, "SQLPRD01", memory.endedAtMs);
    await rig.lab.network.siteDown("primary");
    say(`London has no power since ${new Date(memory.endedAtMs).toISOString().slice(0, 19)}Z`);
  },
};

const declareLatest: Act<Memory> = {
  title: "parallel-standby declare --mode unplanned --point latest",
  run: async (memory, { rig, say }) => {
    const ran = await rig.cli([
      ...["declare", "--to", "dr", "--mode", "unplanned", "--point", "latest", "--accept-loss", "1h"],
      ...["--disaster-at", `${new Date(memory.endedAtMs).toISOString().slice(0, 19)}+00:00`],
      ...["--incident", "rehearsal", "--as", operator, "--waive-fence", "the building has no power"],
      ...["--override-cool-down", "London burns"],
    ]);
    say(succeeded(ran, "declare").stdout.trim().split("\n").at(-1) ?? "");
  },
};

async function checks(
  lab: Lab,
  point: { readonly atSec: number; readonly lossSec: number },
): Promise<readonly Check[]> {
  const address = await addressOf(lab, "k2.corp.example").catch((e: unknown) => String(e));
  const standby = lab.host("K2DR01").identity.address;
  const wanted = await workUntil(lab, "SQLPRD01", point.atSec * 1000);
  const found: number[] = [];
  for (const [, table, at] of tables)
    found.push(
      Number(
        (
          await rowsOf(
            lab,
            lab.sqlServerAt("dr"),
            `SELECT COUNT(*) AS n FROM ${table} WHERE ${at} <= '${lab.localTime(seen.endedAtMs)}'`,
          )
        )[0]?.["n"],
      ),
    );
  const lossSec = Math.floor(seen.endedAtMs / 1000) - point.atSec;
  const gone = seen.whole.map((n, i) => n - (found[i] ?? 0));
  return [
    {
      name: "k2.corp.example leads to the standby",
      ok: address === standby,
      detail: `DNS answers ${address}, K2DR01 is ${standby}`,
    },
    {
      name: "K2 answers there",
      ok: await answers(standby, lab.k2Port).catch(() => false),
      detail: `${standby}:${String(lab.k2Port)}`,
    },
    {
      name: "every database has all work until the point, and nothing later",
      ok: found.join() === wanted.join() && wanted.every((n) => n > 0),
      detail: `rows of ${tables.map(([name]) => name).join(", ")}: ${found.join(", ")}; London had ${wanted.join(", ")} of them by then`,
    },
    {
      name: "the loss is what was told",
      ok: point.lossSec === lossSec && gone.every((n) => n >= 0 && n <= lossSec / 60 + 1),
      detail: `${String(point.lossSec)} s were told; ${String(lossSec)} s lie between; a row a minute, ${gone.join(" and ")} rows are gone`,
    },
  ];
}

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
        ...(await checks(rig.lab, point)),
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
    lost,
    declareLatest,
    cutOver,
    lookAtDr,
  ],
};
