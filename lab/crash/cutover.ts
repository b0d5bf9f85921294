import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { situation } from "../../journal/situation.ts";
import { begin, operator, provision, succeeded } from "../play/acts.ts";
import { checksAtStandby } from "../play/checks.ts";
import type { Child } from "../play/machine.ts";
import { rig, type Rig } from "../play/rig.ts";
import type { Act, Memory } from "../play/scenario.ts";
import { actsSince, booksOf, countFlips, type Books } from "./books.ts";
import { pointsIn, type Point, type Points, type Stood } from "./points.ts";

/** The two cutovers of K2. */
export const kinds = ["planned", "lost"] as const;
/** What drives: the engine, or `parallel-standby run`. */
export const drivers = ["up", "run"] as const;
/**
 * What is killed: the step's own process; whoever drives, so that the step goes on as an orphan; or all at once, as by a
 * power cut of the runner.
 */
export const victims = ["runner", "driver", "all"] as const;

/** A cutover in which steps are killed. */
export interface Disturbance {
  readonly kind: (typeof kinds)[number];
  readonly driver: (typeof drivers)[number];
  readonly victim: (typeof victims)[number];
  /** Each step is killed once at each of these; none: it is disturbed by nothing. */
  readonly points: readonly Point[];
}

/** What came of a cutover. */
export interface Result {
  readonly books: Books;
  /** What its servers did from its beginning to its end. */
  readonly acts: Readonly<Record<string, number>>;
  /** Checks from outside that do not hold. */
  readonly failed: readonly string[];
  /** `step point`: where something was killed. */
  readonly killed: readonly string[];
  /** How often a run was begun until one ended well. */
  readonly runs: number;
  readonly seconds: number;
}

/** How long those that run while one stands still are waited for, to come to a point too or to end. Real milliseconds. */
const togetherMs = 3_000;
const lookMs = 20;
/** How long one run may take, and how many there may be: more would mean that it never ends. */
const runLimitMs = 240_000;
const mostRuns = 400;

/** Plays a whole cutover in a lab of its own, with everything killed that was asked for. */
export async function playCutover(
  { kind, driver, victim, points }: Disturbance,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Result> {
  const made = await rig({ below: "crash", ...(signal ? { signal } : {}) });
  try {
    const stage = { rig: made, say };
    const memory = { endedAtMs: 0 };
    const provisions =
      driver === "up"
        ? [begin, provision("primary", "London"), provision("standby", "Leeds")]
        : [begin, withoutEngine("primary"), withoutEngine("standby")];
    for (const act of provisions) {
      say(act.title);
      await act.run(memory, stage);
    }
    await readyFor(kind, made);
    const spots = await pointsIn(join(made.folder, ".lab", "crash"), made.env["NODE_OPTIONS"] ?? "");
    await spots.want(points);
    const flips = countFlips(made.lab);
    const before = await booksOf(made.lab, flips);
    const began = performance.now();
    const runs = await driveToItsEnd(made, spots, driver, victim, say);
    const seconds = (performance.now() - began) / 1000;
    const s = situation(await made.entries());
    const point = s.points.get("k2");
    const checks = point ? await checksAtStandby(made.lab, made.lab.productionEndedMs(), point) : [];
    const books = await booksOf(made.lab, flips);
    return {
      books,
      acts: actsSince(before, books),
      failed: [
        ...checks.filter((c) => !c.ok).map((c) => `${c.name}: ${c.detail}`),
        ...(s.active === "dr" && checks.length > 0 ? [] : [`${s.active} is active, and not dr`]),
      ],
      killed: await spots.reached(),
      runs,
      seconds,
    };
  } finally {
    await made.close();
  }
}

/** Provisions a site without the engine, which takes no part in a cutover that `run` drives. */
const withoutEngine = (stack: string): Act<Memory> => ({
  title: `${stack}, without the engine`,
  run: async (_memory, { rig: made }) => {
    const program = join(import.meta.dirname, "provision-program.ts");
    succeeded(await made.start(process.execPath, [program, stack]).done, `provisioning ${stack}`);
  },
});

/** Some hours of production, up to some minutes after a full hour: no job is due while the cutover lasts; then the declaration. */
async function readyFor(kind: Disturbance["kind"], { lab, cli }: Rig): Promise<void> {
  for (let i = 0; i < 4; i++) await lab.clock.advance(3_600_000);
  const hourMs = 3_600_000;
  await lab.clock.advance(hourMs - (lab.clock.now() % hourMs) + 5 * 60_000 + 20_000);
  const declare = ["declare", "--to", "dr", "--as", operator];
  if (kind === "planned") succeeded(await cli([...declare, "--mode", "planned"]), "declare");
  else {
    const at = `${new Date(lab.clock.now()).toISOString().slice(0, 19)}+00:00`;
    await lab.network.siteDown("primary");
    const lost = [
      "--disaster-at",
      at,
      "--accept-loss",
      "4h",
      "--incident",
      "crash",
      "--waive-fence",
      "no power",
    ];
    succeeded(await cli([...declare, "--mode", "unplanned", ...lost]), "declare");
  }
}

/** Runs the cutover again and again, killing as it comes to points, until a run ends well; gives how many there were. */
async function driveToItsEnd(
  made: Rig,
  spots: Points,
  driver: Disturbance["driver"],
  victim: Disturbance["victim"],
  say: (line: string) => void,
): Promise<number> {
  for (let runs = 1; runs <= mostRuns; runs++) {
    const child =
      driver === "run"
        ? made.startCli(["run", "--to", "dr"], spots.env)
        : made.start(
            "pulumi",
            ["up", "-s", "dr-active", "--skip-preview", "--yes", "--non-interactive", "--color", "never"],
            spots.env,
          );
    const kills = await untilKilled(made, child, spots, victim);
    const { code, all } = await child.done;
    say(`run ${String(runs)}: ${kills.map((k) => k.name).join(", ") || "nothing killed"}`);
    if (kills.length === 0) {
      if (code === 0) return runs;
      throw new Error(`a run in which nothing was killed ended with ${String(code)}:\n${all.slice(-4000)}`);
    }
    if (driver === "up" && victim !== "runner")
      succeeded(await made.pulumi(["cancel", "-s", "dr-active", "--yes"]), "pulumi cancel");
  }
  throw new Error(`${String(mostRuns)} runs, and it has not ended`);
}

/** Kills as steps come to points, until the run has ended; gives where they stood. */
async function untilKilled(
  made: Rig,
  child: Child,
  spots: Points,
  victim: Disturbance["victim"],
): Promise<readonly Stood[]> {
  const killed: Stood[] = [];
  let isDead = false;
  const over = child.done.then(() => true);
  const end = performance.now() + runLimitMs;
  for (;;) {
    const news = await spots.news();
    if (news.length > 0) {
      const together = victim === "runner" ? news : [...news, ...(await stragglers(spots))];
      killed.push(...together);
      if (victim === "all") await made.powerCut();
      else if (victim === "runner") for (const { pid } of together) kill(pid);
      else {
        // What it had begun may come to its next point after its death.
        if (!isDead) kill(child.pid);
        isDead = true;
        await child.done;
        for (const stood of together) await stood.go();
      }
    } else if (await Promise.race([over, pause(lookMs, false)])) return killed;
    if (performance.now() > end)
      throw new Error(`a run does not end; it has said:\n${child.said().slice(-4000)}`);
  }
}

/** Those that come to a point while others stand still: as many as possible die at once. */
async function stragglers(spots: Points): Promise<readonly Stood[]> {
  const end = performance.now() + togetherMs;
  const found: Stood[] = [];
  do {
    await pause(lookMs);
    found.push(...(await spots.news()));
  } while (performance.now() < end && (await spots.isAnyOnItsWay()));
  return found;
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}
