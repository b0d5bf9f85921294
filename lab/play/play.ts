import { Listr } from "listr2";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cutOverLine } from "../../report/headline.ts";
import type { Report } from "../../report/report.ts";
import { systemLine } from "../../report/systems.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { rig, type Rig } from "./rig.ts";
import type { Memory, Scenario } from "./scenario.ts";
import { timelineText } from "./timeline-text.ts";

/** Plays a scenario with live progress; gives the exit code: 0 where every check held. Ctrl+C stops all that was started. */
export async function play(
  scenario: Scenario,
  { json, keep }: { readonly json: boolean; readonly keep: boolean },
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort(new Error("stopped; everything that was started has been ended"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const memory: Memory = { endedAtMs: 0 };
  let made: Rig | undefined;
  try {
    await tasks(scenario, memory, stop.signal, json, (r) => (made = r)).run();
    const { played } = memory;
    if (!made || !played) throw new Error("the scenario ended without a result");
    const outcome = await outcomeOf(scenario.name, played, made);
    process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : `${textOf(outcome, played.report)}\n`);
    if (keep) await untilStopped(made, stop.signal, json);
    return outcome.ok ? 0 : 1;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${says}\n`);
    return stop.signal.aborted ? 130 : 1;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    // The report and the journal stay; what was interrupted does not.
    await made?.close(!stop.signal.aborted || keep);
    await dropOld(made?.folder);
  }
}

function tasks(
  scenario: Scenario,
  memory: Memory,
  signal: AbortSignal,
  json: boolean,
  onRig: (made: Rig) => void,
): Listr {
  let made: Rig | undefined;
  return new Listr(
    [
      {
        title: "the lab: two sites on loopback",
        task: async (_context, task) => {
          made = await rig({
            ...scenario.lab,
            signal,
            below: "rehearsals",
            say: (line) => (task.output = line),
          });
          onRig(made);
        },
      },
      ...scenario.acts.map((act) => ({
        title: act.title,
        task: async (_context: unknown, task: { output: string }) => {
          signal.throwIfAborted();
          if (!made) throw new Error("the lab did not start");
          await act.run(memory, { rig: made, say: (line) => (task.output = line) });
        },
      })),
    ],
    {
      renderer: json ? "silent" : process.stdout.isTTY ? "default" : "simple",
      rendererOptions: json
        ? {}
        : {
            timer: {
              condition: true,
              field: (ms: number) => `${(ms / 1000).toFixed(1)} s`,
              format: () => (text?: string) => text ?? "",
            },
            collapseSubtasks: false,
          },
      fallbackRenderer: "simple",
      registerSignalListeners: false,
    } as never,
  );
}

function textOf({ checks, scenario, report: file }: Outcome, report: Report): string {
  const systems = report.systems.length > 1 ? ["", ...report.systems.map((x) => `  ${systemLine(x)}`)] : [];
  const lines = checks.map((c) => `  ${c.ok ? "✔" : "✘"} ${c.name}: ${c.detail}`);
  const last = `${scenario}: ${cutOverLine(report)} · report: ${file}`;
  return ["", timelineText(report), ...systems, "", ...lines, "", last].join("\n");
}

/** How many rehearsals stay on the disk. */
const keptRehearsals = 5;

/** Removes all but the newest rehearsals beside this one. */
async function dropOld(folder: string | undefined): Promise<void> {
  if (folder === undefined) return;
  const all = await readdir(dirname(folder)).catch(() => [] as string[]);
  const dated = await Promise.all(
    all.map(async (name) => ({
      at: join(dirname(folder), name),
      ms: (await stat(join(dirname(folder), name))).mtimeMs,
    })),
  );
  for (const { at } of dated.sort((a, b) => b.ms - a.ms).slice(keptRehearsals))
    await rm(at, { recursive: true, force: true });
}

async function untilStopped(made: Rig, signal: AbortSignal, json: boolean): Promise<void> {
  if (!json)
    process.stdout.write(
      `\nThe lab runs on. Its project is in ${made.folder}; source .lab/lab.env.sh there. Orders to it: npm run lab -- status. Ctrl+C stops it.\n`,
    );
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
}
