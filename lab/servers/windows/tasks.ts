import { DateTime } from "luxon";
import { markFields, markMap, rewindAll, type Rewind } from "../rewind.ts";
import type { LabClock } from "../types.ts";

/** When a task runs by itself. Times are the host's local time. */
export type Schedule =
  | { readonly kind: "onstart" }
  | { readonly kind: "once" | "daily"; readonly at: string; readonly date?: string }
  | { readonly kind: "every"; readonly minutes: number; readonly at?: string };

/** A scheduled task. */
export interface Task {
  /** With its folder: `\Standby\Copy`. */
  readonly name: string;
  /** Command line. */
  readonly command: string;
  readonly schedule: Schedule;
  readonly user: string;
  enabled: boolean;
  running: boolean;
  nextRunMs: number | undefined;
  lastRunMs: number | undefined;
  /** Exit code of the last run; 267011 when it has not run yet (SCHED_S_TASK_HAS_NOT_RUN). */
  lastResult: number;
}

/** Runs a task's command line as SYSTEM; gives its exit code. */
export type TaskRun = (command: string) => Promise<number>;

/** The scheduled tasks of one host. */
export class TaskScheduler {
  readonly #clock: LabClock;
  readonly #timeZone: string;
  readonly #run: TaskRun;
  readonly #tasks = new Map<string, Task>();
  readonly #due = new Map<Task, () => void>();

  constructor(clock: LabClock, timeZone: string, run: TaskRun) {
    this.#clock = clock;
    this.#timeZone = timeZone;
    this.#run = run;
  }

  mark(): Rewind {
    return rewindAll([
      markMap(this.#tasks),
      ...[...this.#tasks.values()].map(markFields),
      markMap(this.#due),
    ]);
  }

  /** All tasks by name. */
  list(): readonly Task[] {
    return [...this.#tasks.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** A task, with or without the leading backslash, in any case. */
  find(name: string): Task | undefined {
    return this.#tasks.get(keyOf(name));
  }

  /** Makes a task, in the place of one of the same name. */
  create(task: Pick<Task, "name" | "command" | "schedule" | "user">): Task {
    this.remove(task.name);
    const made: Task = {
      ...task,
      name: `\\${task.name.replace(/^\\/, "")}`,
      enabled: true,
      running: false,
      nextRunMs: undefined,
      lastRunMs: undefined,
      lastResult: 267011,
    };
    this.#tasks.set(keyOf(task.name), made);
    this.#arm(made);
    return made;
  }

  /** Removes a task; false where there is none. */
  remove(name: string): boolean {
    const task = this.find(name);
    if (task) this.#disarm(task);
    return this.#tasks.delete(keyOf(name));
  }

  /** Switches a task's own schedule on or off. */
  enable(task: Task, enabled: boolean): void {
    task.enabled = enabled;
    this.#disarm(task);
    this.#arm(task);
  }

  /** Runs a task now; resolves when it has ended. One that runs already is not started again. */
  async run(task: Task): Promise<void> {
    if (task.running) return;
    task.running = true;
    task.lastRunMs = this.#clock.now();
    try {
      task.lastResult = await this.#run(task.command);
    } finally {
      task.running = false;
    }
  }

  /** Arms the schedules and runs what runs at a start. */
  boot(): void {
    for (const task of this.#tasks.values()) {
      this.#disarm(task);
      this.#arm(task);
      if (task.schedule.kind === "onstart" && task.enabled) void this.run(task);
    }
  }

  /** Nothing runs on a host without power. */
  powerLost(): void {
    for (const task of this.#tasks.values()) this.#disarm(task);
  }

  #arm(task: Task): void {
    const next = task.enabled ? nextRun(task.schedule, this.#clock.now(), this.#timeZone) : undefined;
    task.nextRunMs = next;
    if (next === undefined) return;
    this.#due.set(
      task,
      this.#clock.at(next, () => {
        this.#arm(task);
        return patiently(this.run(task));
      }),
    );
  }

  #disarm(task: Task): void {
    this.#due.get(task)?.();
    this.#due.delete(task);
    task.nextRunMs = undefined;
  }
}

/** How long the clock waits for a task before it goes on without it, in real milliseconds. */
const patienceMs = 250;

/** A task may itself wait for later lab time; then the clock must go on, or it would wait for itself. */
async function patiently(run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([run, enough]);
  clearTimeout(timer);
}

const keyOf = (name: string): string => name.replace(/^\\/, "").toUpperCase();

/** The next time after `nowMs`, in milliseconds since 1970 UTC; undefined where there is none. */
export function nextRun(schedule: Schedule, nowMs: number, timeZone: string): number | undefined {
  const now = DateTime.fromMillis(nowMs, { zone: timeZone });
  switch (schedule.kind) {
    case "onstart":
      return undefined;
    case "once":
    case "daily": {
      const [hour = 0, minute = 0] = schedule.at.split(":").map(Number);
      const day =
        schedule.date === undefined
          ? now
          : DateTime.fromFormat(schedule.date, "MM/dd/yyyy", { zone: timeZone });
      const at = day.set({ hour, minute, second: 0, millisecond: 0 });
      if (at > now) return at.toMillis();
      return schedule.kind === "daily" ? at.plus({ days: 1 }).toMillis() : undefined;
    }
    case "every": {
      const [hour = now.hour, minute = now.minute] = schedule.at?.split(":").map(Number) ?? [];
      const first = now.set({ hour, minute, second: 0, millisecond: 0 }).toMillis();
      const stepMs = schedule.minutes * 60_000;
      return first > nowMs ? first : first + (Math.floor((nowMs - first) / stepMs) + 1) * stepMs;
    }
  }
}
