import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { endOffspring, markName } from "./offspring.ts";

const commandLine = join(resolve(import.meta.dirname, "../.."), "bin", "parallel-standby.ts");

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

/** An operator's machine with the project on it, and the commands that are typed there. */
export interface Machine {
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
}

/** A machine with the project in that folder, until the signal. */
export function machine({
  folder,
  env,
  signal,
}: {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}): Machine {
  const running = new Set<Child>();
  const mark = randomUUID();

  const start: Machine["start"] = (command, args, extra = {}) => {
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
    folder,
    env,
    start,
    pulumi: (args, extra) => ran("pulumi", [...args, "--non-interactive", "--color", "never"], extra),
    cli: (args, extra) => ran(process.execPath, [commandLine, ...args], extra),
    startCli: (args, extra) => start(process.execPath, [commandLine, ...args], extra),
    powerCut: async () => {
      await endOffspring(mark);
      await Promise.all([...running].map((c) => c.done));
    },
  };
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
