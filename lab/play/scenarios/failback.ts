import { situation } from "../../../journal/situation.ts";
import { reportOf } from "../../../report/report.ts";
import { cli, cutOver, provision, succeeded, timeGoesBy, up } from "../acts.ts";
import { addressOf, answers, rowsOf } from "../checks.ts";
import { declareLost, middleOfAnHour, production } from "../k2-acts.ts";
import type { Lab } from "../../world/start.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";

/** The databases that must come back, each with its table of work. */
const tables = { K2: "[K2].[ServerLog].[ProcInst]", Claims: "[Claims].[dbo].[Claim]" };

/** How many rows of work each database holds at a server. */
async function rowsAt(lab: Lab, host: string): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const [name, table] of Object.entries(tables))
    found[name] = Number((await rowsOf(lab, host, `SELECT COUNT(*) AS n FROM ${table}`))[0]?.["n"]);
  return found;
}

/** What the lost site alone holds, and what the new one had last. */
const seen: { lost?: Readonly<Record<string, number>>; last?: Readonly<Record<string, number>> } = {};

const powerReturns: Act<Memory> = {
  title: "London has power again: K2 and its databases come up as they were",
  run: async (_memory, { rig }) => {
    await rig.lab.network.siteUp("primary");
    // Windows and SQL Server start.
    await rig.lab.clock.advance(2 * 60_000);
    seen.lost = await rowsAt(rig.lab, "SQLPRD01");
  },
};

const declareBack: Act<Memory> = {
  title: "parallel-standby declare --to primary --mode planned",
  run: async (_memory, { rig }) => {
    seen.last = await rowsAt(rig.lab, "SQLDR01");
    succeeded(
      await rig.cli(["declare", "--to", "primary", "--mode", "planned", "--as", "rehearsal"]),
      "declare",
    );
  },
};

/** The salvaged copy restored beside production, as somebody would who looks for lost work. */
async function salvaged(lab: Lab): Promise<Readonly<Record<string, number>>> {
  const disk = lab.disk("SQLPRD01");
  const files = (await disk.list("D:\\LogShip-Salvage")).map((f) => `D:\\LogShip-Salvage\\${f.name}`);
  const found: Record<string, number> = {};
  for (const [name, table] of Object.entries(tables)) {
    const of = (end: string): string => files.find((f) => f.includes(`\\${name}_`) && f.endsWith(end)) ?? "";
    const { errors } = await lab.sql("SQLPRD01").run(
      `RESTORE DATABASE [${name}Saved] FROM DISK = N'${of(".bak")}' WITH NORECOVERY, MOVE N'${name}' TO N'D:\\${name}Saved.mdf', MOVE N'${name}_log' TO N'D:\\${name}Saved.ldf';
RESTORE LOG [${name}Saved] FROM DISK = N'${of(".trn")}' WITH RECOVERY;`,
    );
    if (errors[0]) throw new Error(errors[0].text);
    const rows = await rowsOf(
      lab,
      "SQLPRD01",
      `SELECT COUNT(*) AS n FROM ${table.replace(`[${name}]`, `[${name}Saved]`)}`,
    );
    found[name] = Number(rows[0]?.["n"]);
  }
  return found;
}

const told = (rows: Readonly<Record<string, number>> = {}): string =>
  Object.entries(rows)
    .map(([name, n]) => `${name} ${String(n)}`)
    .join(", ");

async function checks(lab: Lab): Promise<readonly Check[]> {
  const address = await addressOf(lab, "k2.corp.example").catch((e: unknown) => String(e));
  const primary = lab.host("K2PRD01").identity.address;
  const now = await rowsAt(lab, "SQLPRD01");
  const saved = await salvaged(lab);
  const licences = (
    await rowsOf(lab, "SQLPRD01", "SELECT [LicenseKey] AS kept FROM [K2].[HostServer].[LicenseKey]")
  ).map((r) => String(r["kept"]));
  return [
    {
      name: "k2.corp.example leads to the primary again",
      ok: address === primary,
      detail: `DNS answers ${address}, K2PRD01 is ${primary}`,
    },
    {
      name: "K2 answers there",
      ok: await answers(primary, lab.k2Port).catch(() => false),
      detail: `${primary}:${String(lab.k2Port)}`,
    },
    {
      name: "the way back lost nothing",
      ok:
        Object.entries(seen.last ?? {}).every(([name, n]) => (now[name] ?? 0) >= n) &&
        seen.last !== undefined,
      detail: `rows before: ${told(seen.last)}; now: ${told(now)}`,
    },
    {
      name: "what only the lost site had is saved, every row of it",
      ok: seen.lost !== undefined && Object.entries(seen.lost).every(([name, n]) => (saved[name] ?? 0) >= n),
      detail: `rows it came back with: ${told(seen.lost)}; in D:\\LogShip-Salvage: ${told(saved)}`,
    },
    {
      name: "licences are those of the primary",
      ok: licences.join() === "licence of K2PRD01",
      detail: licences.join(", "),
    },
    {
      name: "K2 does not run at the standby",
      ok: lab.serviceAt("K2DR01", "K2 Server") !== "running",
      detail: `K2 Server on K2DR01 is ${lab.serviceAt("K2DR01", "K2 Server")}`,
    },
  ];
}

const lookAtPrimary: Act<Memory> = {
  title: "ask DNS, open K2's port, restore what was saved, read the databases",
  run: async (memory, { rig }) => {
    const entries = await rig.entries();
    const s = situation(entries);
    if (!s.declared) throw new Error("the journal holds no facts");
    const named = entries.some(
      (e) => e.kind === "re-protected" && e.saved.some((one) => one.says.includes("K2_salvage_")),
    );
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(await checks(rig.lab)),
        {
          name: "the journal names the files that were saved",
          ok: named,
          detail: named ? "it does" : "it does not",
        },
      ],
    };
  },
};

/** Lost, cut over, back a few hours later without losing anything of either site. */
export const failback: Scenario = {
  name: "failback",
  about: "the lost site returns; what it alone holds is saved, it follows, and K2 goes back without loss",
  acts: [
    ...production,
    middleOfAnHour,
    declareLost,
    cutOver,
    timeGoesBy(1, "an hour of work in Leeds"),
    powerReturns,
    up("dr-active", "fences what has returned"),
    cli("reprotect", "--reason", "London has power again"),
    provision("standby", "Leeds"),
    provision("primary", "London"),
    timeGoesBy(4, "four hours of work in Leeds, its logs shipped to London"),
    declareBack,
    up("primary-active", "the way back"),
    lookAtPrimary,
  ],
};
