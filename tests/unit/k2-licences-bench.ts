import * as path from "node:path";
import type { Found } from "../../steps/act.ts";
import * as k2 from "../../components/k2/run.ts";
import { k2SqlBench, tables, type K2SqlBench } from "./k2-sql-bench.ts";
import { bound, run, type StepBench } from "./step-io.ts";

const key = { env: "CAPTURE_KEY" };
/** Arguments of the captures at the standby and of production, and of putting rows back at the standby. */
export const dr = { part: "k2", site: "dr", captureKey: key, named: ["K2DR01"] };
const primary = { part: "k2", site: "primary", captureKey: key, named: ["K2PRD01"] };
const both = ["SQLPRD01", "SQLDR01"];
export const own = {
  ...dr,
  database: "own",
  sql: "SQLDR01",
  tables,
  copies: {},
  others: ["K2PRD01"],
  keepOn: both,
};
export const live = {
  ...primary,
  database: "live",
  sql: "SQLPRD01",
  tables,
  copies: {},
  others: ["K2DR01"],
  keepOn: both,
};
export const restored = { ...live, database: "restored", sql: "SQLDR01", keepOn: ["SQLDR01"] };
export const back = { ...dr, sql: "SQLDR01", tables, keepOn: ["SQLDR01"], removeOthers: true };
/** The standby's own row. */
export const ofStandby = { ID: 11, HostName: "K2DR01", LicenseKey: "licence of K2DR01" };

type Rows = Promise<readonly Readonly<Record<string, unknown>>[]>;

/** What each test of K2's licence rows begins with. */
export interface LicencesBench {
  readonly bench: K2SqlBench;
  readonly capture: (args: object) => ReturnType<typeof run>;
  readonly putBack: (args?: object) => ReturnType<typeof run>;
  readonly rowsCaptured: (args?: object, more?: Readonly<Record<string, string>>) => Promise<Found>;
  readonly step: (more?: Readonly<Record<string, string>>) => StepBench;
  readonly licences: () => Rows;
  /** Names of K2's servers, as its database has them. */
  readonly servers: () => Promise<readonly unknown[]>;
  /** Captured rows that a SQL Server keeps. */
  readonly kept: (name: "SQLPRD01" | "SQLDR01") => Rows;
  /** The sealed file of a site's rows. */
  readonly file: (site: string) => string;
}

/** Made anew for every test of the suite that calls it. */
export function licencesBench(): LicencesBench {
  let bench: K2SqlBench;
  let steps: StepBench[];
  beforeEach(async () => {
    bench = await k2SqlBench();
    steps = [];
  });
  afterEach(async () => {
    for (const step of steps) await step.end();
    await bench.close();
  });
  const step = (more?: Readonly<Record<string, string>>): StepBench => {
    const made = bench.step(more);
    steps.push(made);
    return made;
  };
  const capture = (args: object) => run(bound(k2, "k2/capture", args), step().io);
  const putBack = (args: object = back) => run(bound(k2, "k2/reapply-licences", args), step().io);
  const rowsCaptured = (
    args: object = { ...dr, keepOn: ["SQLDR01"] },
    more?: Readonly<Record<string, string>>,
  ) => bound(k2, "k2/rows-captured", args).check(step(more).io);
  const licences = () =>
    bench.run(
      "SQLDR01",
      "SELECT [ID], [HostName], [LicenseKey] FROM [K2].[HostServer].[LicenseKey] ORDER BY [ID]",
    );
  const servers = async () =>
    (await bench.run("SQLDR01", "SELECT [Name] FROM [K2].[Server].[Server] ORDER BY [ID]")).map(
      (r) => r["Name"],
    );
  const kept = (name: "SQLPRD01" | "SQLDR01") =>
    bench.run(name, "SELECT [Part], [Site] FROM [ParallelStandby].[dbo].[CapturedRows] ORDER BY [Site]");
  const file = (site: string): string => path.join(bench.keep, "captured", `k2-${site}.json.enc`);
  return {
    get bench() {
      return bench;
    },
    step,
    capture,
    putBack,
    rowsCaptured,
    licences,
    servers,
    kept,
    file,
  };
}
