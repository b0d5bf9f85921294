import { situation } from "../../../journal/situation.ts";
import { drillReportOf } from "../../../report/drill.ts";
import { reportOf } from "../../../report/report.ts";
import type { Lab } from "../../world/start.ts";
import { begin, cutOver, operator, provision, succeeded, timeGoesBy } from "../acts.ts";
import { checksAtStandby, rowsOf } from "../checks.ts";
import type { Rig } from "../rig.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";

const databases = { K2: "[ServerLog].[ProcInst]", Claims: "[dbo].[Claim]" } as const;
type Name = keyof typeof databases;

/** What earlier acts saw from outside; the last act prints it all. */
const seen = new WeakMap<Memory, Check[]>();
function note(memory: Memory, ...checks: readonly Check[]): void {
  seen.set(memory, [...(seen.get(memory) ?? []), ...checks]);
}

/** Databases and files that bear a drill's mark, in the lab's own books. */
async function marks(lab: Lab): Promise<readonly string[]> {
  const { rows } = await lab
    .sql("SQLDR01")
    .run("SELECT name FROM sys.databases WHERE name LIKE N'%[_][_]drill%'");
  const folder = lab.sql("SQLDR01").folders.data.replace(/\\$/, "");
  const files = (await lab.disk("SQLDR01").list(folder)).map((f) => f.name);
  return [...rows.map((r) => String(r["name"])), ...files.filter((f) => f.includes("__drill"))];
}

/** Log backups restored into the standby's own databases so far. */
async function restored(lab: Lab): Promise<number> {
  const [row] = await rowsOf(
    lab,
    "SQLDR01",
    "SELECT COUNT(*) AS n FROM msdb.dbo.restorehistory WHERE destination_database_name IN (N'K2', N'Claims') AND restore_type = 'L'",
  );
  return Number(row?.["n"]);
}

const declareDrill = async (rig: Rig): Promise<void> => {
  succeeded(await rig.cli(["drill", "declare", "--as", operator]), "drill declare");
};
const up = (rig: Rig) => rig.pulumi(["up", "-s", "dr-drill", "--skip-preview", "--yes"]);
const destroy = async (rig: Rig): Promise<void> => {
  succeeded(await rig.pulumi(["destroy", "-s", "dr-drill", "--skip-preview", "--yes"]), "pulumi destroy");
};

async function nothingLeft(memory: Memory, { lab, entries }: Rig, name: string): Promise<void> {
  const left = await marks(lab);
  const report = drillReportOf(await entries());
  note(memory, {
    name,
    ok: left.length === 0 && report?.left.length === 0 && report.sweptAt !== undefined,
    detail: left.length === 0 ? "no database and no file" : left.join(", "),
  });
}

const undeclared: Act<Memory> = {
  title: "pulumi up -s dr-drill, undeclared",
  run: async (memory, { rig }) => {
    const ran = await up(rig);
    note(memory, {
      name: "nothing is tried that nobody has declared",
      ok: ran.code !== 0 && ran.all.includes("drill declare --as") && (await marks(rig.lab)).length === 0,
      detail: ran.code === 0 ? "it ran" : "refused, with the command to type",
    });
  },
};

/** A drill at the point of K2's own rule; logs are shipped while its copies stand. */
const wholeDrill: Act<Memory> = {
  title: "parallel-standby drill declare, pulumi up -s dr-drill",
  run: async (memory, { rig, say }) => {
    const { lab } = rig;
    const before = { n: await restored(lab), work: lab.minutesOfWorkUntil(lab.clock.now()) };
    await declareDrill(rig);
    succeeded(await up(rig), "pulumi up -s dr-drill");
    const report = drillReportOf(await rig.entries());
    const atSec = Date.parse(report?.points[0]?.at ?? "") / 1000;
    const expected = lab.minutesOfWorkUntil(atSec * 1000);
    say("reading the copies as a client does");
    const counts = await Promise.all(
      (Object.keys(databases) as Name[]).map(
        async (name) =>
          (
            await rowsOf(lab, "SQLDR01", `SELECT COUNT(*) AS n FROM [${name}__drill1].${databases[name]}`)
          )[0]?.["n"],
      ),
    );
    const states = await rowsOf(
      lab,
      "SQLDR01",
      "SELECT name, is_read_only AS ro, user_access_desc AS access, is_broker_enabled AS broker, is_trustworthy_on AS trust FROM sys.databases WHERE name LIKE N'%[_][_]drill1'",
    );
    note(
      memory,
      {
        name: "every copy is at the same point, two hours back",
        ok: counts.every((n) => Number(n) === expected) && lab.clock.now() / 1000 - atSec >= 7200,
        detail: `${counts.map(String).join(" and ")} rows, ${String(expected)} expected in each`,
      },
      {
        name: "copies are read-only, closed to users, and silent",
        ok:
          states.length === 2 &&
          states.every(
            (s) =>
              s["ro"] === true &&
              s["access"] === "RESTRICTED_USER" &&
              s["broker"] === false &&
              s["trust"] === false,
          ),
        detail: states.map((s) => `${String(s["name"])} ${String(s["access"])}`).join(", "),
      },
    );
    for (let i = 0; i < 8; i++) await lab.clock.advance(15 * 60_000);
    const now = { n: await restored(lab), work: lab.minutesOfWorkUntil(lab.clock.now()) };
    note(memory, {
      name: "production works and logs are restored beside the copies, two hours of them in two hours",
      ok: now.work > before.work && now.n - before.n >= 4,
      detail: `${String(now.n - before.n)} logs restored, ${String(now.work - before.work)} minutes of work`,
    });
    const again = succeeded(await up(rig), "pulumi up -s dr-drill, again");
    note(memory, {
      name: "a second up changes nothing",
      ok: !/ (created|updated|deleted|replaced)/.test(again.all),
      detail: /Resources:\s*(.*)/.exec(again.all)?.[1] ?? "unchanged",
    });
    await destroy(rig);
    await nothingLeft(memory, rig, "nothing is left of the drill");
    const final = drillReportOf(await rig.entries());
    note(memory, {
      name: "the journal calls it a success",
      ok: final?.outcome === "succeeded" && final.verified.length === 4,
      detail: `drill ${String(final?.drill)} ${final?.outcome ?? ""}`,
    });
  },
};

const halfFailed: Act<Memory> = {
  title: "a second drill, whose restore fails halfway; pulumi destroy",
  run: async (memory, { rig }) => {
    rig.lab.sql("SQLDR01").faults.failNext({
      statement: /RESTORE LOG \[Claims__drill2\]/,
      number: 3201,
      text: "Cannot open backup device. Operating system error 21(The device is not ready.).",
    });
    await declareDrill(rig);
    const ran = await up(rig);
    const made = await marks(rig.lab);
    note(memory, {
      name: "a restore that fails is said, and leaves a half-made copy",
      ok: ran.code !== 0 && ran.all.includes("The device is not ready") && made.includes("Claims__drill2"),
      detail: made.join(", "),
    });
    await destroy(rig);
    await nothingLeft(memory, rig, "what half failed is swept, too");
  },
};

/** The third drill is open when production is moved: the move ends it. */
const moveOverDrill: Act<Memory> = {
  title: "a third drill is open; parallel-standby declare --mode planned",
  run: async (memory, { rig }) => {
    await declareDrill(rig);
    succeeded(await up(rig), "pulumi up -s dr-drill");
    await rig.lab.clock.advance(10 * 60_000);
    const ran = succeeded(
      await rig.cli(["declare", "--to", "dr", "--mode", "planned", "--as", operator]),
      "declare",
    );
    const refused = await up(rig);
    note(memory, {
      name: "a declared move stops drills",
      ok: ran.all.includes("drill 3 is open") && refused.code !== 0,
      detail: refused.code === 0 ? "a drill ran beside it" : "declare says so, and up of dr-drill is refused",
    });
  },
};

const lookAtAll: Act<Memory> = {
  title: "ask DNS, open K2's port, read the databases",
  run: async (memory, { rig }) => {
    await nothingLeft(memory, rig, "the move has ended the open drill");
    const entries = await rig.entries();
    const s = situation(entries);
    const point = s.points.get("k2");
    if (!s.declared || !point) throw new Error("the journal holds no facts or no point");
    const order = entries.map((e) => e.kind);
    note(memory, {
      name: "the drill was over before the move began",
      ok: order.lastIndexOf("drill swept") < order.indexOf("activation started"),
      detail: "by the journal",
    });
    memory.played = {
      activeSiteBefore: "primary",
      activeSiteAfter: s.active,
      report: reportOf(entries, s.declared.recovery),
      checks: [
        ...(seen.get(memory) ?? []),
        ...(await checksAtStandby(rig.lab, rig.lab.productionEndedMs(), point)),
      ],
    };
  },
};

/** Drills beside production: a whole one, one that half fails, and one that a move ends. */
export const drill: Scenario = {
  name: "drill",
  about:
    "the standby is tried beside production, swept, half fails and is swept, and a move ends a drill that is open",
  acts: [
    begin,
    provision("primary", "London"),
    provision("standby", "Leeds"),
    timeGoesBy(5, "five hours of production, logs shipped every hour and held back three"),
    undeclared,
    wholeDrill,
    halfFailed,
    moveOverDrill,
    cutOver,
    lookAtAll,
  ],
};
