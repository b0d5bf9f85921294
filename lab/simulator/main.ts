import { parseArgs } from "node:util";
import fc from "fast-check";
import { schedules, type Schedule } from "./lab/schedule.ts";
import { plainShape, shapes, shapeText, smallerThan, type Shape } from "./lab/shape.ts";
import { tried, type Played } from "./lab/try.ts";

const usage = `Plays whole moves in memory, of any estates and with any few things that go wrong, and holds the rules against them.

  node lab/simulator/main.ts [--runs N] [--seed N] [--events N] [--estates N]

  --runs     how many schedules. Default: 1000
  --seed     the same number gives the same schedules. Default: a new one, which is printed
  --events   at most so many things go wrong in one. Default: 4
  --estates  on so many estates, of one to three systems each; the first is a K2 with two databases.
             Default: one for 50 schedules`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
    events: { type: "string", default: "4" },
    estates: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const whole = (text: string, what: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${what} ${text}: expected a whole number above 0`);
  return number;
};

/** A schedule that broke a rule, as people read it. */
const story = ({ told, breach }: Played, { estate = plainShape }: Schedule): string =>
  [
    `  estate: ${shapeText(estate)}`,
    ...told.map((line, i) => `  ${String(i + 1)}. ${line}`),
    `  broken: ${breach?.rule ?? ""}: ${breach?.says ?? ""}`,
  ].join("\n");

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const numRuns = whole(values.runs, "runs");
  const seed = values.seed === undefined ? Math.floor(performance.now() * 1000) : Number(values.seed);
  process.stdout.write(`${String(numRuns)} schedules, seed ${String(seed)}\n`);
  const howMany = whole(values.estates ?? String(Math.ceil(numRuns / 50)), "estates");
  const estates = [plainShape, ...fc.sample(shapes, { numRuns: howMany, seed })].slice(0, howMany);
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const counts: Counts = { plays: 0, rounds: 0, ends: new Map(), refused: new Map() };
  let worst: { readonly schedule: Schedule; readonly played: Played } | undefined;
  for (const [i, estate] of estates.entries()) {
    const share = Math.floor(((i + 1) * numRuns) / howMany) - Math.floor((i * numRuns) / howMany);
    worst = await worstOf(estate, share, seed + i, counts);
    if (worst) break;
    process.stderr.write(`${String(counts.plays)} played, on ${String(i + 1)} estates\n`);
  }
  const used = process.cpuUsage(cpu);
  process.stdout.write(
    `${figures(counts, (performance.now() - startMs) / 1000, (used.user + used.system) / 1e6)}\n`,
  );
  if (!worst) {
    process.stdout.write("no rule was broken\n");
    return 0;
  }
  process.stdout.write(
    `A rule was broken. The shortest schedule found, of seed ${String(seed)}:\n${JSON.stringify(worst.schedule)}\n${story(worst.played, worst.schedule)}\n`,
  );
  return 1;
}

/** What has been played, in numbers. */
interface Counts {
  plays: number;
  rounds: number;
  readonly ends: Map<string, number>;
  /** By kind, what refused somebody or something. */
  readonly refused: Map<string, number>;
}

/** Plays schedules on an estate; of one that breaks a rule the shortest, on the smallest estate that shows it. */
async function worstOf(
  estate: Shape,
  numRuns: number,
  seed: number,
  counts: Counts,
): Promise<{ readonly schedule: Schedule; readonly played: Played } | undefined> {
  let worst: { readonly schedule: Schedule; readonly played: Played } | undefined;
  const property = fc.asyncProperty(
    schedules(whole(values.events, "events"), fc.constant(estate)),
    async (schedule) => {
      const played = await tried(schedule);
      counts.plays++;
      counts.rounds += played.rounds;
      counts.ends.set(played.ended, (counts.ends.get(played.ended) ?? 0) + 1);
      for (const [who, n] of played.refused) counts.refused.set(who, (counts.refused.get(who) ?? 0) + n);
      if (!played.breach) return;
      worst = { schedule, played };
      throw new Error(`${played.breach.rule}: ${played.breach.says}`);
    },
  );
  const { failed, errorInstance } = await fc.check(property, { numRuns, seed });
  // Whatever else fails is a fault of the simulator, and no schedule was held against the rules.
  if (failed && !worst) throw errorInstance;
  return worst && (await onSmallest(worst));
}

/** The same schedule on ever smaller estates, as long as it breaks the same rule there. */
async function onSmallest(found: {
  readonly schedule: Schedule;
  readonly played: Played;
}): Promise<{ readonly schedule: Schedule; readonly played: Played }> {
  for (const estate of smallerThan(found.schedule.estate ?? plainShape)) {
    const schedule = { ...found.schedule, estate };
    const played = await tried(schedule);
    if (played.breach?.rule === found.played.breach?.rule) return onSmallest({ schedule, played });
  }
  return found;
}

const listed = (counted: ReadonlyMap<string, number>): string =>
  [...counted]
    .sort(([, a], [, b]) => b - a)
    .map(([what, n]) => `${String(n)} ${what}`)
    .join(", ");

const figures = ({ plays, rounds, ends, refused }: Counts, sec: number, cpuSec: number): string =>
  [
    `${String(plays)} played in ${String(Math.round(sec))} s (${String(Math.round((plays / cpuSec) * 60))} a minute of processor time): ${listed(ends)}; "up" was run ${String(rounds)} times`,
    ...(refused.size > 0 ? [`refused meanwhile: ${listed(refused)}`] : []),
  ].join("\n");

process.exitCode = await main();
