import { Command, Option } from "commander";
import { drivers, kinds, playCutover, victims, type Disturbance, type Result } from "./cutover.ts";
import { judge, nameOf, textOf, type Judged } from "./judge.ts";
import type { Point } from "./points.ts";

/** Each step dies at each of the five points; those that can follow one another in one cutover are played in one. */
const rounds: readonly (readonly Point[])[] = [
  ["before act", "in act", "after check"],
  ["after act", "after verdict"],
];

interface Options {
  readonly kind?: Disturbance["kind"];
  readonly driver?: Disturbance["driver"];
  readonly victim?: Disturbance["victim"];
  readonly json: boolean;
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => {
    stop.abort(new Error("stopped; everything that was started has been ended"));
  });
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const program = new Command("npm run crash --")
  .description(
    "Plays K2's two cutovers in the lab with every step killed at every point, and holds the end against that of an undisturbed one: the same state, nothing done twice.",
  )
  .addOption(new Option("--kind <kind>", "only this cutover").choices(kinds))
  .addOption(new Option("--driver <driver>", "only driven by this").choices(drivers))
  .addOption(new Option("--victim <victim>", "only this is killed").choices(victims))
  .option("--json", "one JSON object on standard output", false)
  .action(async (options: Options) => {
    process.exitCode = await playAll(options);
  });
async function playAll({ kind, driver, victim, json }: Options): Promise<number> {
  const began = performance.now();
  const judged: Judged[] = [];
  for (const k of kinds.filter((one) => kind === undefined || one === kind)) {
    const undisturbed: Disturbance = { kind: k, driver: "run", victim: "all", points: [] };
    const wanted = await played(undisturbed);
    for (const d of drivers.filter((one) => driver === undefined || one === driver))
      for (const v of victims.filter((one) => victim === undefined || one === victim))
        for (const points of rounds) {
          const disturbance: Disturbance = { kind: k, driver: d, victim: v, points };
          const one = judge(disturbance, wanted, await played(disturbance));
          judged.push(one);
          tell(textOf(one));
        }
  }
  const points = judged.reduce((sum, j) => sum + j.points, 0);
  const wrong = judged.filter((j) => j.wrong.length > 0);
  const seconds = Math.round((performance.now() - began) / 1000);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ ok: wrong.length === 0, points, seconds, cutovers: judged })}\n`,
    );
  else
    process.stdout.write(
      `${[...judged.map(textOf), `${String(points)} points in ${String(judged.length)} cutovers, ${String(seconds)} s: ${wrong.length === 0 ? "every one ended as the undisturbed one" : `${String(wrong.length)} did not end as the undisturbed one`}`].join("\n")}\n`,
    );
  return wrong.length === 0 ? 0 : 1;
}

async function played(disturbance: Disturbance): Promise<Result> {
  tell(nameOf(disturbance));
  return playCutover(disturbance, (line) => tell(`  ${line}`), stop.signal);
}

await program.parseAsync();
