import type { Lab } from "../world/start.ts";
import { operator, succeeded } from "./acts.ts";
import { addressOf, answers, rowsOf } from "./checks.ts";
import type { Act, Check, Memory } from "./scenario.ts";

/** Each database with its table of work, and when a row of it was written. */
export const tables = [
  ["K2", "[K2].[ServerLog].[ProcInst]", "[StartedAt]"],
  ["Claims", "[Claims].[dbo].[Claim]", "[FiledAt]"],
] as const;

type Site = "primary" | "dr";
const places = {
  primary: { town: "London", sqlServer: "SQLPRD01", k2: "K2PRD01", is: "the primary" },
  dr: { town: "Leeds", sqlServer: "SQLDR01", k2: "K2DR01", is: "the standby" },
} as const;
const other = (site: Site): Site => (site === "primary" ? "dr" : "primary");

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

/** What a site had when it was lost, and when that was. */
const seen: { whole: readonly number[]; endedAtMs: number } = { whole: [], endedAtMs: 0 };

/** The active site loses its power in the middle of an hour. */
export const siteIsLost = (site: Site): Act<Memory> => ({
  title: `half an hour of work, and ${places[site].town} is gone`,
  run: async (memory, { rig, say }) => {
    await rig.lab.clock.advance(30 * 60_000 + 20_000);
    memory.endedAtMs = rig.lab.clock.now();
    seen.endedAtMs = memory.endedAtMs;
    seen.whole = await workUntil(rig.lab, places[site].sqlServer, memory.endedAtMs);
    await rig.lab.network.siteDown(site);
    say(`${places[site].town} has no power since ${new Date(memory.endedAtMs).toISOString().slice(0, 19)}Z`);
  },
});

/** The declaration of a move to the latest point that the other site can have. */
export const declareLatest = (to: Site, acceptLoss: string): Act<Memory> => ({
  title: `parallel-standby declare --to ${to} --mode unplanned --point latest`,
  run: async (memory, { rig, say }) => {
    const ran = await rig.cli([
      ...["declare", "--to", to, "--mode", "unplanned", "--point", "latest", "--accept-loss", acceptLoss],
      ...["--disaster-at", `${new Date(memory.endedAtMs).toISOString().slice(0, 19)}+00:00`],
      ...["--incident", "rehearsal", "--as", operator, "--waive-fence", "the building has no power"],
      ...["--override-cool-down", `${places[other(to)].town} burns`],
    ]);
    say(succeeded(ran, "declare").stdout.trim().split("\n").at(-1) ?? "");
  },
});

/** What must be true at a site that took over from one that is dark, seen from outside: its databases end at the point that was told. */
export async function checksAfterLoss(
  lab: Lab,
  to: Site,
  point: { readonly atSec: number; readonly lossSec: number },
): Promise<readonly Check[]> {
  const { town: lostTown, sqlServer: lost } = places[other(to)];
  const address = await addressOf(lab, "k2.corp.example").catch((e: unknown) => String(e));
  const wantedAddress = lab.host(places[to].k2).identity.address;
  const wanted = await workUntil(lab, lost, point.atSec * 1000);
  const found: number[] = [];
  for (const [, table, at] of tables)
    found.push(
      Number(
        (
          await rowsOf(
            lab,
            places[to].sqlServer,
            `SELECT COUNT(*) AS n FROM ${table} WHERE ${at} <= '${lab.localTime(seen.endedAtMs)}'`,
          )
        )[0]?.["n"],
      ),
    );
  const lossSec = Math.floor(seen.endedAtMs / 1000) - point.atSec;
  const gone = seen.whole.map((n, i) => n - (found[i] ?? 0));
  return [
    {
      name: `k2.corp.example leads to ${places[to].is}`,
      ok: address === wantedAddress,
      detail: `DNS answers ${address}, ${places[to].k2} is ${wantedAddress}`,
    },
    {
      name: "K2 answers there",
      ok: await answers(wantedAddress, lab.k2Port).catch(() => false),
      detail: `${wantedAddress}:${String(lab.k2Port)}`,
    },
    {
      name: "every database has all work until the point, and nothing later",
      ok: found.join() === wanted.join() && wanted.every((n) => n > 0),
      detail: `rows of ${tables.map(([name]) => name).join(", ")}: ${found.join(", ")}; ${lostTown} had ${wanted.join(", ")} of them by then`,
    },
    {
      name: "the loss is what was told",
      ok: point.lossSec === lossSec && gone.every((n) => n >= 0 && n <= lossSec / 60 + 1),
      detail: `${String(point.lossSec)} s were told; ${String(lossSec)} s lie between; a row a minute, ${gone.join(" and ")} rows are gone`,
    },
  ];
}
