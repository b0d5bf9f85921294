import type { Frame } from "./batch.ts";
import type { DatabaseFile } from "./database.ts";
import { message } from "./errors.ts";
import type { SetBody } from "./media.ts";
import { pause } from "./pause.ts";
import type { Message } from "../contract.ts";

/** An INFO message with a DONE of its own, as BACKUP and RESTORE send them. */
export function inform(given: Message, frame: Frame): void {
  frame.emit({ kind: "message", message: given });
  frame.emit({ kind: "done" });
}

/** `n percent processed.` at each step; nothing without STATS. */
export function progress(step: number | undefined, frame: Frame): void {
  if (step === undefined || step <= 0) return;
  for (let percent = step; percent < 100; percent += step) inform(message(3211, percent), frame);
  inform(message(3211, 100), frame);
}

/** Takes its real time, with progress messages spread over it; ATTENTION ends it between two of them. */
export async function takeTime(step: number | undefined, frame: Frame): Promise<void> {
  const { restoreMs, progressMessages } = frame.instance.speed;
  const count = progressMessages ?? (step === undefined ? 1 : Math.max(1, Math.ceil(100 / step)));
  if (restoreMs === 0 && progressMessages === undefined) {
    progress(step, frame);
    return;
  }
  // Not one timer a message: thousands of them come in some fifty bursts.
  const bursts = Math.min(50, count);
  for (let i = 1; i <= bursts; i++) {
    await pause(Math.max(restoreMs / bursts, 0.1), frame.signal);
    const percent = Math.floor((i * 100) / bursts);
    if (frame.session.running) frame.session.running.percent = percent;
    if (step === undefined && progressMessages === undefined) continue;
    for (let j = Math.floor(((i - 1) * count) / bursts); j < Math.floor((i * count) / bursts); j++)
      inform(message(3211, Math.max(1, Math.floor(((j + 1) * 100) / count))), frame);
  }
}

/** The messages at the end: 4035 for each file, then 3014. */
export function sayDone(
  verb: string,
  database: string,
  files: readonly DatabaseFile[],
  body: SetBody,
  position: number,
  isLog: boolean,
  frame: Frame,
): void {
  const rows =
    "records" in body
      ? body.records.reduce((sum, record) => sum + record.changes.length, 0)
      : [...body.content.values()].reduce((sum, values) => sum + values.size, 0);
  let pages = 0;
  for (const file of files) {
    const own =
      file.type === "L"
        ? isLog
          ? 2 + Math.ceil(rows / 10)
          : 2
        : isLog
          ? 0
          : file.fileId === 1
            ? 320 + Math.ceil(rows / 20)
            : 8;
    pages += own;
    if (isLog && file.type === "D" && verb.startsWith("BACKUP")) continue;
    inform({ ...message(4035, own, database, file.logicalName, position) }, frame);
  }
  const seconds = 0.01 + pages / 40_000;
  inform(message(3014, verb, pages, seconds.toFixed(3), ((pages * 8) / 1024 / seconds).toFixed(3)), frame);
}
