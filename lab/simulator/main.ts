import { parseArgs } from "node:util";
import fc from "fast-check";
import { schedules, type Schedule } from "./lab/schedule.ts";
import { prepareStage, tried, type Played } from "./lab/try.ts";

const usage = `Plays whole moves of a K2 in memory, with any few things that go wrong, and holds the rules against them.

  node lab/simulator/main.ts [--runs N] [--seed N] [--events N]

  --runs    how many schedules. Default: 1000
  --seed    the same number gives the same schedules. Default: a new one, which is printed
  --events  at most so many things go wrong in one. Default: 4`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
    events: { type: "string", default: "4" },
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
const story = ({ told, breach }: Played): string =>
  [
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
  await prepareStage();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  let plays = 0;
  let rounds = 0;
  const ends = new Map<string, number>();
  let worst: Played | undefined;
  const property = fc.asyncProperty(schedules(whole(values.events, "events")), async (schedule: Schedule) => {
    const played = await tried(schedule);
    plays++;
    rounds += played.rounds;
    ends.set(played.ended, (ends.get(played.ended) ?? 0) + 1);
    if (plays % 100 === 0) process.stderr.write(`${String(plays)} played\n`);
    if (!played.breach) return;
    worst = played;
    throw new Error(`${played.breach.rule}: ${played.breach.says}`);
  });
  const found = await fc.check(property, { numRuns, seed });
  const used = process.cpuUsage(cpu);
  const cpuSec = (used.user + used.system) / 1e6;
  const all = [...ends].map(([how, n]) => `${String(n)} ${how}`).join(", ");
  process.stdout.write(
    `${String(plays)} played in ${String(Math.round((performance.now() - startMs) / 1000))} s (${String(Math.round((plays / cpuSec) * 60))} a minute of processor time): ${all}; "up" was run ${String(rounds)} times\n`,
  );
  if (!found.failed) {
    process.stdout.write("no rule was broken\n");
    return 0;
  }
  process.stdout.write(
    `A rule was broken. The shortest schedule found, of seed ${String(found.seed)}:\n${JSON.stringify(found.counterexample?.[0])}\n${worst ? story(worst) : ""}\n`,
  );
  return 1;
}

process.exitCode = await main();
