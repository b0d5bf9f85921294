import type { EntryOf } from "../../../journal/entries.ts";
import type { Situation } from "../../../journal/situation.ts";
import { succeeded } from "../acts.ts";
import { declareLost, lookAtStandby, middleOfAnHour, production } from "../k2-acts.ts";
import type { Rig } from "../rig.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";
import { untilMoment } from "../moment.ts";
import { watchActivation } from "../watch.ts";

/** Runs the cutover on the engine and kills the engine, and only it, as soon as things stand as wanted. */
const killedWhen = (title: string, moment: (s: Situation) => boolean): Act<Memory> => ({
  title,
  run: async (_memory, stage) => {
    const { rig } = stage;
    // So that there is a moment to kill in: a log takes this long to restore.
    rig.lab.sql("SQLDR01").speed.restoreMs = 300;
    const watch = watchActivation(stage);
    try {
      const up = [
        "up",
        "-s",
        "dr-active",
        "--skip-preview",
        "--yes",
        "--non-interactive",
        "--color",
        "never",
      ];
      const engine = rig.start("pulumi", up);
      await untilMoment(stage, moment, () => engine.said());
      process.kill(engine.pid ?? 0, "SIGKILL");
      await engine.done;
    } finally {
      watch.end();
    }
    succeeded(await rig.pulumi(["cancel", "-s", "dr-active", "--yes"]), "pulumi cancel");
  },
});

const finished: Act<Memory> = {
  title: "parallel-standby run --to dr",
  run: async (_memory, stage) => {
    const watch = watchActivation(stage);
    try {
      succeeded(await stage.rig.cli(["run", "--to", "dr"]), "parallel-standby run");
    } finally {
      watch.end();
    }
  },
};

/** What an act done twice would have left behind. */
const nothingTwice: Act<Memory> = {
  title: "look for what was done twice; pulumi up once more",
  run: async (memory, { rig }) => {
    if (!memory.played) throw new Error("nobody has looked at the standby");
    memory.played = { ...memory.played, checks: [...memory.played.checks, ...(await twiceDone(rig))] };
  },
};

async function twiceDone({ entries, pulumi }: Rig): Promise<readonly Check[]> {
  const before = await entries();
  const done = before.filter(
    (e): e is EntryOf<"step"> => e.kind === "step" && e.verdict === "done" && e.epoch === 1,
  );
  const twice = [...Map.groupBy(done, (e) => e.step)]
    .filter(([, all]) => all.length > 1)
    .map(([step]) => step);
  const up = await pulumi(["up", "-s", "dr-active", "--skip-preview", "--yes"]);
  const more = (await entries()).length - before.length;
  return [
    {
      name: "no step acted twice",
      ok: twice.length === 0 && done.length > 0,
      detail: twice.length === 0 ? `${String(done.length)} acts, each done once` : twice.join(", "),
    },
    {
      name: "pulumi up finds nothing left to do",
      ok: up.code === 0 && more === 0,
      detail:
        up.code === 0 ? `it wrote ${String(more)} entries` : up.all.trim().split("\n").slice(-5).join(" · "),
    },
  ];
}

/** The night on which the engine dies twice: in a restore, and between two steps. */
export const killed: Scenario = {
  name: "killed",
  about:
    "the engine is killed in a restore, and once more past no return; parallel-standby run finishes the cutover",
  acts: [
    ...production,
    middleOfAnHour,
    declareLost,
    killedWhen("pulumi up -s dr-active, killed in a restore", (s) =>
      [...s.begun].some((step) => step.startsWith("k2-data/roll-forward/")),
    ),
    killedWhen(
      "pulumi up -s dr-active, killed between two steps past no return",
      (s) => s.noReturn && s.begun.size === 0,
    ),
    finished,
    lookAtStandby,
    nothingTwice,
  ],
};
