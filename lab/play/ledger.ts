import type { Lab } from "../world/start.ts";
import { addressOf, answers, rowsOf } from "./checks.ts";
import type { Check } from "./scenario.ts";

const copies = "D:\\LogShip";

/**
 * Takes out of Ledger's chain, at the standby, the last log from before the point that is wanted, two hours back: held,
 * so not restored yet, and without it more is lost than was accepted. Gives what puts it back.
 */
export async function takeLogOfLedger(lab: Lab): Promise<() => Promise<void>> {
  const disk = lab.disk("SQLDR01");
  const stamp = new Date(lab.clock.now() - 2 * 3_600_000).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const logs = (await disk.list(copies)).map((f) => f.name).filter((n) => /^Ledger_\d+\.trn$/.test(n));
  const last = logs
    .filter((n) => n < `Ledger_${stamp}.trn`)
    .sort()
    .at(-1);
  if (last === undefined) throw new Error(`no log of Ledger is older than ${stamp}: ${logs.join(", ")}`);
  const victim = `${copies}\\${last}`;
  const content = await disk.read(victim);
  await disk.remove(victim);
  return () => disk.write(victim, content);
}

/** What must be true of the second system once it is up at the standby, seen from outside. */
export async function claimsChecks(lab: Lab, atSec: number | undefined): Promise<readonly Check[]> {
  const standby = lab.host("K2DR01").identity.address;
  const port = lab.claimsPort ?? 0;
  const address = await addressOf(lab, "claims.corp.example").catch((e: unknown) => String(e));
  const answered = await answers(standby, port).catch(() => false);
  const [row] = await rowsOf(
    lab,
    lab.sqlServerAt("dr"),
    "SELECT COUNT(*) AS n FROM [Ledger].[dbo].[Posting]",
  );
  const expected = atSec === undefined ? Number.NaN : lab.minutesOfWorkUntil(atSec * 1000, "claims");
  return [
    {
      name: "claims.corp.example leads to the standby",
      ok: address === standby,
      detail: `DNS answers ${address}, K2DR01 is ${standby}`,
    },
    {
      name: "the second system answers there",
      ok: answered,
      detail: `${standby}:${String(port)} ${answered ? "accepts connections" : "does not answer"}`,
    },
    {
      name: "its database is at its own point",
      ok: Number(row?.["n"]) === expected,
      detail: `Ledger: ${String(row?.["n"])} rows, ${String(expected)} expected`,
    },
  ];
}
