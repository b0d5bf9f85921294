import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { entriesOf } from "../../journal/chain.ts";
import type { Entry } from "../../journal/entries.ts";
import { ensureEngine } from "../../tools/engine/ensure.ts";
import { offlineEnv } from "../../tools/engine/env.ts";
import { engineShell } from "../world/lab-file.ts";
import { endOffspring, markName } from "./offspring.ts";
import type { LabOptions } from "../world/options.ts";
import { startLab, type Lab } from "../world/start.ts";

const repository = resolve(import.meta.dirname, "../..");
const commandLine = join(repository, "bin", "parallel-standby.ts");

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came. */
  readonly all: string;
}

/** A command that runs, in a process group of its own. */
export interface Child {
  readonly pid: number | undefined;
  /** What it has printed so far. */
  said(): string;
  readonly done: Promise<Ran>;
}

/** A lab with an owner's project of its own, and the commands an owner would type there. */
export interface Rig {
  readonly lab: Lab;
  /** The project's folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** `pulumi …`, without questions and colours. Extra environment goes on top. */
  pulumi(args: readonly string[], extra?: Readonly<Record<string, string>>): Promise<Ran>;
  /** `parallel-standby …` */
  cli(args: readonly string[], extra?: Readonly<Record<string, string>>): Promise<Ran>;
  /** The same, left running. */
  startCli(args: readonly string[], extra?: Readonly<Record<string, string>>): Child;
  /** A process that is left running, in a group of its own: to kill, or to run two at once. */
  start(command: string, args: readonly string[], extra?: Readonly<Record<string, string>>): Child;
  /** Ends all that was started, at once and without a word, as a power cut of the runner would: the step runners too. */
  powerCut(): Promise<void>;
  entries(): Promise<readonly Entry[]>;
  /** Ends every process that was started, then the lab; removes the folder unless it is to be kept. */
  close(keep?: boolean): Promise<void>;
}

/** Options of a rig; the lab's own, and whether a stop was asked for. */
export interface RigOptions extends Partial<LabOptions> {
  readonly signal?: AbortSignal;
  /** Hears one line for each thing that happens. */
  readonly say?: (line: string) => void;
  /** Folder below lab/.lab for the run's own folder. Default: runs. */
  readonly below?: string;
}

/** Makes a folder with the lab's project, starts the lab for it, and makes sure of the engine. */
export async function rig({
  signal,
  say = () => undefined,
  below = "runs",
  ...options
}: RigOptions = {}): Promise<Rig> {
  const engine = await ensureEngine({ say, ...(signal ? { signal } : {}) });
  const folder = join(repository, "lab", ".lab", below, randomUUID().slice(0, 8));
  await mkdir(join(folder, ".state"), { recursive: true });
  for (const file of ["Pulumi.yaml", "main.js", "main.ts", "estate.ts"])
    await cp(join(repository, "lab", "project", file), join(folder, file));
  await pointAtPlugin(folder);
  const lab = await startLab({
    ...options,
    folder,
    shell: engineShell(engine.env),
  });
  const env = offlineEnv(
    engine.env["PULUMI_HOME"] ?? "",
    {
      ...lab.env,
      PATH: `${join(folder, ".lab", "bin")}:${dirname(process.execPath)}:${engine.env["PATH"] ?? ""}`,
    },
    dirname(engine.pulumi),
  );
  const running = new Set<Child>();
  const mark = randomUUID();

  const start: Rig["start"] = (command, args, extra = {}) => {
    const spawned = execa(command, args, {
      cwd: folder,
      env: { ...env, ...extra, [markName]: mark },
      extendEnv: false,
      all: true,
      reject: false,
      stdin: "ignore",
      detached: true,
    });
    let said = "";
    spawned.all.on("data", (data: Buffer) => (said += data.toString()));
    const child: Child = {
      pid: spawned.pid,
      said: () => said,
      done: spawned.then(({ exitCode, stdout, stderr, all }) => {
        running.delete(child);
        return { code: exitCode ?? 1, stdout, stderr, all };
      }),
    };
    running.add(child);
    return child;
  };
  const ran = async (
    command: string,
    args: readonly string[],
    extra?: Readonly<Record<string, string>>,
  ): Promise<Ran> => {
    signal?.throwIfAborted();
    const child = start(command, args, extra);
    const stop = (): void => killGroup(child);
    signal?.addEventListener("abort", stop, { once: true });
    const result = await child.done;
    signal?.removeEventListener("abort", stop);
    signal?.throwIfAborted();
    return result;
  };

  return {
    lab,
    folder,
    env,
    start,
    pulumi: (args, extra) => ran("pulumi", [...args, "--non-interactive", "--color", "never"], extra),
    cli: (args, extra) => ran(process.execPath, [commandLine, ...args], extra),
    startCli: (args, extra) => start(process.execPath, [commandLine, ...args], extra),
    powerCut: () => endOffspring(mark),
    entries: async () =>
      entriesOf(await readFile(join(folder, ".lab", "journal", "journal.jsonl"), "utf8").catch(() => "")),
    close: async (keep = false) => {
      try {
        await endOffspring(mark);
        await Promise.all([...running].map((c) => c.done));
      } finally {
        await lab.close();
        if (!keep) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The plugin's path in Pulumi.yaml is relative to it, and a run's folder lies deeper than the project's. */
async function pointAtPlugin(folder: string): Promise<void> {
  const file = join(folder, "Pulumi.yaml");
  await writeFile(
    file,
    (await readFile(file, "utf8")).replace("path: ../servers/", "path: ../../../servers/"),
  );
}

/** A command and what shares its process group. The engine's plugins have groups of their own, and end when it has ended. */
function killGroup(child: Pick<Child, "pid">): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended by itself.
  }
}
