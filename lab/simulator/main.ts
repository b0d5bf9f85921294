import { parseArgs } from "node:util";
import fc from "fast-check";
import type { Schedule } from "./lab/schedule.ts";
import { plainShape, shapes, shapeText } from "./lab/shape.ts";
import { shortestBroken, type Broken } from "./lab/shortest.ts";
import type { Played } from "./lab/try.ts";

const usage = `Plays whole moves in memory, of any estates and with any few things that go wrong, and holds the rules against them.

  node lab/simulator/main.ts [--runs N] [--seed N] [--events N] [--estates N] [--moves N]

  --runs     how many schedules. Default: 1000
  --seed     the same number gives the same schedules. Default: a new one, which is printed
  --events   at most so many things go wrong in one. Default: 4
  --estates  on so many estates, of one to three systems each; the first is a K2 with two databases.
             Default: one for 50 schedules
  --moves    at most so many moves one after another in a schedule, there and back. Default: 1`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
    events: { type: "string", default: "4" },
    estates: { type: "string" },
    moves: { type: "string", default: "1" },
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
  const events = whole(values.events, "events");
  const moves = whole(values.moves, "moves");
  let worst: Broken | undefined;
  for (const [i, estate] of estates.entries()) {
    const share = Math.floor(((i + 1) * numRuns) / howMany) - Math.floor((i * numRuns) / howMany);
    worst = await shortestBroken({
      estate,
      numRuns: share,
      events,
      moves,
      seed: seed + i,
      isOver,
      onPlayed: (played) => {
        count(played, counts);
      },
    });
    if (worst || isOver()) break;
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

/** Ctrl+C ends a long run with the figures of what was played until then. */
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stopped.abort();
  });
const isOver = (): boolean => stopped.signal.aborted;

/** What has been played, in numbers. */
interface Counts {
  plays: number;
  rounds: number;
  readonly ends: Map<string, number>;
  /** By kind, what refused somebody or something. */
  readonly refused: Map<string, number>;
}

function count({ moves, rounds, refused }: Played, counts: Counts): void {
  counts.plays++;
  counts.rounds += rounds;
  for (const ended of moves) counts.ends.set(ended, (counts.ends.get(ended) ?? 0) + 1);
  for (const [who, n] of refused) counts.refused.set(who, (counts.refused.get(who) ?? 0) + n);
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
