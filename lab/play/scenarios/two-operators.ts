import { setTimeout as pause } from "node:timers/promises";
import type { EntryOf } from "../../../journal/entries.ts";
import { succeeded } from "../acts.ts";
import { declarePlanned, lookAtStandby, production } from "../k2-acts.ts";
import type { Child, Machine, Ran } from "../machine.ts";
import { untilMoment } from "../moment.ts";
import type { Act, Check, Memory, Scenario } from "../scenario.ts";
import { watchActivation } from "../watch.ts";

/** The second operator's machine; its clock is ahead by more than any lease lives, and by less than what stops a move. */
const secondName = "RUN02";
const aheadMs = 45_000;
/** How long a log takes to restore while the first operator works: so that the second finds the move in its middle. */
const slowMs = 15_000;
/** The lease of a run that was killed on another machine lives so long after its last sign of life, which it gives this often. Milliseconds. */
const leaseMs = 30_000;
const beatMs = 7_500;
/** How long taking over is tried. Milliseconds. */
const patienceMs = 90_000;

const up = ["up", "-s", "dr-active", "--skip-preview", "--yes"];
const words = (ran: Ran): string => ran.all.replaceAll(/\s+/g, " ");
const lastLine = (ran: Ran): string => ran.all.trim().split("\n").at(-1)?.trim() ?? "";

/** What the acts know of each other, beside the journal. */
interface Second {
  readonly machine: Machine;
  readonly follows: Child;
}
const seconds = new WeakMap<Memory, Second>();
const secondOf = (memory: Memory): Second => {
  const found = seconds.get(memory);
  if (!found) throw new Error("there is no second machine");
  return found;
};
const note = (memory: Memory, ...checks: readonly Check[]): void => {
  memory.seen = [...(memory.seen ?? []), ...checks];
};

/** A second machine, on which somebody watches. */
const joins: Act<Memory> = {
  title: `a second operator: the same project on ${secondName}, whose clock is ahead; journal follow`,
  run: async (memory, { rig, say }) => {
    const machine = await rig.secondMachine(secondName, aheadMs);
    const status = succeeded(await machine.cli(["status"]), "status on the second machine");
    say(status.stdout.trim().split("\n")[0] ?? "");
    succeeded(
      await machine.pulumi(["stack", "init", "dr-active", "--no-select"]),
      "pulumi stack init on the second machine",
    );
    seconds.set(memory, { machine, follows: machine.startCli(["journal", "follow"]) });
  },
};

/** Whether a second run was refused, and told by whom and since when. */
const refused = (name: string, ran: Ran): Check => {
  const told = /another run is under way: (\S+), since (\d{4}-\d\d-\d\dT[\d:.]+Z)\. Follow it with/.exec(
    words(ran),
  );
  return {
    name,
    ok: ran.code !== 0 && told !== null && !told[1]?.includes(secondName),
    detail: told ? `${told[1] ?? ""}, since ${told[2] ?? ""}` : lastLine(ran),
  };
};

/** The first operator moves; the second one tries to as well, then the first one's machine dies. */
const bothAtOnce: Act<Memory> = {
  title: "pulumi up -s dr-active on the first machine, and on the second; the first one loses its power",
  run: async (memory, stage) => {
    const { rig, say } = stage;
    const { machine } = secondOf(memory);
    rig.lab.sql("SQLDR01").speed.restoreMs = slowMs;
    const first = rig.start("pulumi", [...up, "--non-interactive", "--color", "never"]);
    const moving = (step: string) => step.startsWith("k2-data/roll-forward/");
    await untilMoment(
      stage,
      (s) => [...s.begun].some(moving),
      () => first.said(),
    );
    say("the second operator types the same");
    const [run, again] = await Promise.all([machine.cli(["run", "--to", "dr"]), machine.pulumi(up)]);
    const until = (await rig.entries()).length;
    await rig.powerCut();
    const diedAt = Date.now();
    rig.lab.sql("SQLDR01").speed.restoreMs = 0;
    note(
      memory,
      refused("a second run is told who runs, and since when", run),
      refused("so is a second pulumi up", again),
      {
        name: "the first operator's machine died in the middle of the move",
        ok: !(await rig.entries()).slice(0, until).some((e) => e.kind === "no return"),
        detail: `${String(until)} entries, no database open at the new site`,
      },
    );
    await takeOver(memory, stage, diedAt);
  },
};

async function takeOver(
  memory: Memory,
  stage: Parameters<Act<Memory>["run"]>[1],
  diedAt: number,
): Promise<void> {
  const { machine } = secondOf(memory);
  const watch = watchActivation(stage);
  try {
    for (;;) {
      const ran = await machine.pulumi(up);
      if (ran.code === 0) break;
      if (Date.now() - diedAt > patienceMs || !/another run is under way/.test(words(ran)))
        succeeded(ran, "pulumi up on the second machine");
      await pause(500);
    }
  } finally {
    watch.end();
  }
  const taken = (await stage.rig.entries()).find(
    (e) => e.by.includes(`@${secondName}#`) && e.kind === "step",
  );
  const tookMs = taken ? Date.parse(taken.at) - aheadMs - stage.rig.lab.clock.now() + Date.now() - diedAt : 0;
  note(memory, {
    name: "the second operator takes over when the first one's lease has ended, and not before",
    ok: taken !== undefined && tookMs >= leaseMs - beatMs - 2_000,
    detail: `first step ${(tookMs / 1000).toFixed(0)} s after the first machine died`,
  });
}

/** What the second operator saw, and whether two hands have done anything twice. */
const lookBack: Act<Memory> = {
  title: "what journal follow has shown; what was done twice",
  run: async (memory, { rig }) => {
    const { follows } = secondOf(memory);
    const entries = await rig.entries();
    const last = entries.at(-1);
    const end = Date.now() + 10_000;
    while (last && !follows.said().includes(`\n${String(last.seq).padStart(4)}  `) && Date.now() < end)
      await pause(100);
    const shown = new Set([...follows.said().matchAll(/^ *(\d+) {2}\d{4}-/gm)].map(([, seq]) => Number(seq)));
    const from = Math.min(...shown);
    const missed = entries.filter((e) => e.seq >= from && !shown.has(e.seq));
    const done = entries.filter(
      (e): e is EntryOf<"step"> => e.kind === "step" && e.verdict === "done" && e.epoch === 1,
    );
    const twice = [...Map.groupBy(done, (e) => e.step)]
      .filter(([, all]) => all.length > 1)
      .map(([step]) => step);
    const hands = ["first", "second"].map(
      (which) => done.filter((e) => e.by.includes(`@${secondName}#`) === (which === "second")).length,
    );
    if (!memory.played) throw new Error("nobody has looked at the standby");
    memory.played = {
      ...memory.played,
      checks: [
        ...memory.played.checks,
        {
          name: "journal follow on the second machine has shown every entry",
          ok:
            shown.size > 0 &&
            missed.length === 0 &&
            entries.some((e) => e.seq >= from && !e.by.includes(secondName)),
          detail: `${String(shown.size)} entries from ${String(from)} on, ${String(missed.length)} missed`,
        },
        {
          name: "both operators have acted, and no step twice",
          ok: twice.length === 0 && hands.every((n) => n > 0),
          detail: twice.length === 0 ? `${hands.join(" and ")} acts` : twice.join(", "),
        },
      ],
    };
  },
};

/** Two operators on two machines, one journal on the SQL Server of the standby. */
export const twoOperators: Scenario = {
  name: "two-operators",
  about:
    "two operators on two machines, the journal on a SQL Server: the second is told who runs, and takes over when the first one dies",
  lab: { journal: "sql" },
  acts: [...production, declarePlanned, joins, bothAtOnce, lookAtStandby, lookBack],
};
